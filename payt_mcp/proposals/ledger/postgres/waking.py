"""What another replica put on record reaches this one's engines in milliseconds, by PostgreSQL's notices."""

from __future__ import annotations

from contextlib import aclosing
from weakref import WeakSet

import anyio

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.postgres.store import SCOPES_CHANNEL


class Wake:
    """One who waits for news of a company's ledger; what came before it waits is news too."""

    def __init__(self) -> None:
        self._is_woken = False
        self._waits: anyio.Event | None = None

    def wake(self) -> None:
        self._is_woken = True
        if self._waits is not None:
            self._waits.set()

    async def wait(self) -> None:
        if not self._is_woken:
            self._waits = anyio.Event()
            await self._waits.wait()
        self._is_woken, self._waits = False, None


class Waking:
    """Wakes whoever waits in this process; `run` listens, in a task of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wakes: dict[tuple[str, str], WeakSet[Wake]] = {}

    def of(self, tenant_id: str, scope: str = "") -> Wake:
        """News of one scope of a company, or of all of it, for as long as somebody holds it."""
        wake = Wake()
        self._wakes.setdefault((tenant_id, scope), WeakSet()).add(wake)
        return wake

    async def run(self) -> None:
        async with aclosing(self._database.notices(SCOPES_CHANNEL)) as notices:
            async for notice in notices:
                tenant_id, _, scope = notice.partition(" ")
                meant = [(tenant_id, scope), (tenant_id, "")] if notice else list(self._wakes)
                for wake in [wake for key in meant for wake in self._wakes.get(key, ())]:
                    wake.wake()
