"""Which replica sees to something that was approved, so that they do not all ask Payt the same at once.

It only saves requests: whoever has the turn and dies loses it, and who may send is decided by the ledger.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import anyio
from anyio.to_thread import run_sync

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status

TURN = 20.0
"""Seconds for which a replica has it."""

_LOOK, _LONGEST_LOOK = 0.1, 1.0

_TAKE = """
insert into turns as known (tenant, proposal, owner, until)
values (%(tenant)s, %(proposal)s, %(owner)s, clock_timestamp() + make_interval(secs => %(seconds)s))
on conflict (tenant, proposal) do update set owner = excluded.owner, until = excluded.until
where known.owner = excluded.owner or known.until < clock_timestamp()
returning owner
"""
_FORGET = "delete from turns where until < clock_timestamp() - interval '1 hour'"


class Turns:
    """Those of this replica. Every method raises DatabaseError."""

    def __init__(self, database: Database, *, seconds: float = TURN) -> None:
        self._database = database
        self._seconds = seconds
        self._owner = secrets.token_hex(8)

    async def take(self, tenant_id: str, record: Record, ledger: LedgerContract) -> bool:
        """Whether this replica sees to a proposal that is approved. Where another does, wait for as long as a turn is
        until it is taken further, or that one's turn is over.
        """
        pause, until = _LOOK, anyio.current_time() + self._seconds
        while not await self._database.run(self._taking(tenant_id, record.id)):
            await anyio.sleep(pause)
            pause = min(2 * pause, _LONGEST_LOOK)
            now = await run_sync(ledger.get, record.id, record.scope)
            is_further = now.status is not Status.APPROVED or now.approved_at != record.approved_at
            if is_further or anyio.current_time() > until:
                return False
        return True

    def _taking(self, tenant_id: str, proposal_id: str) -> Callable[[Connection], bool]:
        values = {"tenant": tenant_id, "proposal": proposal_id, "owner": self._owner, "seconds": self._seconds}

        def take(connection: Connection) -> bool:
            connection.execute(_FORGET)
            return first(connection, _TAKE, values) is not None

        return take
