"""What another replica put on record reaches this one's engines in milliseconds, by PostgreSQL's notices."""

from __future__ import annotations

from weakref import WeakSet

import anyio

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.postgres.store import CHANNEL


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
        self._wakes: dict[str, WeakSet[Wake]] = {}

    def of(self, tenant_id: str) -> Wake:
        """News of one company, for as long as somebody holds it."""
        wake = Wake()
        self._wakes.setdefault(tenant_id, WeakSet()).add(wake)
        return wake

    async def run(self) -> None:
        async for tenant_id in self._database.notices(CHANNEL):
            told = [self._wakes.get(tenant_id, ())] if tenant_id else list(self._wakes.values())
            for wakes in told:
                for wake in list(wakes):
                    wake.wake()
