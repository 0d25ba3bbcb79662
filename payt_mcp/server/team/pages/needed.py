"""What the pages need of the rest of the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from payt_mcp.policy.approval import Needs
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Record
from payt_mcp.server.team.people import People, Person
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.words.languages import Language


class Carrier(Protocol):
    """Carries out what was approved under one grant: the part of an `Outbox` that the pages ask."""

    async def zone_of(self, record: Record) -> dt.tzinfo: ...

    async def look(self, record: Record) -> Record:
        """Look at Payt now for what became of an unknown outcome."""
        ...

    def trouble_of(self, record: Record) -> str:
        """Why it could not be carried out yet; "" where nothing is known of that."""
        ...


class Desk(Protocol):
    """Where the proposals of companies are kept and carried out."""

    async def ledger(self, tenant_id: str) -> LedgerContract: ...

    async def carrier(self, tenant_id: str, grant: str) -> Carrier | None:
        """None where nobody is signed in at Payt with this grant any more."""
        ...

    async def needs(self, tenant_id: str, record: Record) -> Needs:
        """How many people must say yes to it, and why."""
        ...


@dataclass(frozen=True)
class Connected:
    """A program that somebody let in. `used_at` is None where it never came back; `writes` is false for reading only."""

    id: str
    client: str
    client_host: str
    since: dt.datetime
    used_at: dt.datetime | None
    writes: bool


class Connections(Protocol):
    """The programs that people let in."""

    async def of(self, person: Person) -> Sequence[Connected]: ...

    async def revoke(self, person: Person, connection_id: str) -> bool:
        """End one of this person's connections; False where they have none of that id."""
        ...


@dataclass(frozen=True)
class AtPayt:
    """How somebody is signed in at Payt: `own` is False where it is the company's one sign-in for all; `ended` says why
    it is over, "" where it is not.
    """

    own: bool
    since: dt.datetime
    ended: str = ""


class Payt(Protocol):
    """The sign-ins at Payt of people and companies."""

    async def of(self, person: Person) -> AtPayt | None: ...

    async def disconnect(self, person: Person) -> None:
        """End this person's own sign-in."""
        ...

    def connect_path(self, next_path: str) -> str: ...


@dataclass(frozen=True)
class Needed:
    """All of it. `language_for` is the language for a browser that accepts these."""

    public_url: str
    sessions: WebSessions
    people: People
    desk: Desk
    connections: Connections
    payt: Payt
    language_for: Callable[[str], Language]


Handler = Callable[[Request], Awaitable[object]]
