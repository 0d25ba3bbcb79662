"""What the pages need of the rest of the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Record
from payt_mcp.server.team.authorization.connections import Connections
from payt_mcp.server.team.directory import Directory
from payt_mcp.server.team.grants import Grants
from payt_mcp.server.team.people import People
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.words.languages import Language


class Carrier(Protocol):
    """What carries out the proposals of one grant on this replica, as far as the pages ask it anything."""

    async def zone_of(self, record: Record) -> dt.tzinfo:
        """The time zone of the administration that it is for."""
        ...

    async def look(self, record: Record) -> object:
        """Look at Payt now for what became of an unknown outcome."""
        ...

    def trouble_of(self, record: Record) -> str:
        """Why it was not carried out yet; "" where nothing is known of that."""
        ...


class Desk(Protocol):
    """Where the proposals of companies are kept and carried out."""

    async def ledger(self, tenant_id: str) -> LedgerContract: ...

    async def carrier(self, tenant_id: str, grant: str) -> Carrier | None:
        """None where nobody is connected to Payt with this grant any more."""
        ...


@dataclass(frozen=True)
class Needed:
    """All of it. `language_for` is the language for a browser that accepts these."""

    database: Database
    sessions: WebSessions
    people: People
    directory: Directory
    desk: Desk
    connections: Connections
    grants: Grants
    language_for: Callable[[str], Language]
