"""Which replica sees to what was approved (see `rounds.TurnTaking`): each says so again and again until it is over."""

from __future__ import annotations

import secrets
from contextlib import suppress

import anyio

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import DatabaseError
from payt_mcp.proposals.ledger.postgres.store import SCOPES_CHANNEL
from payt_mcp.proposals.states import Status

TURN = 5.0
"""Seconds for which a replica has it without saying so again."""

_PATIENCE = 3.0

_TAKE = """
insert into turns as known (tenant, proposal, owner, until)
values (%(tenant)s, %(proposal)s, %(owner)s, clock_timestamp() + make_interval(secs => %(seconds)s))
on conflict (tenant, proposal) do update set owner = excluded.owner, until = excluded.until, since = excluded.since
where known.until < clock_timestamp()
returning owner
"""
_PROLONG = """
update turns set until = clock_timestamp() + make_interval(secs => %(seconds)s)
from unnest(%(tenants)s::text[], %(proposals)s::text[]) as held (in_tenant, of_proposal)
where tenant = in_tenant and proposal = of_proposal and owner = %(owner)s
"""
_LET_GO = """
with gone as (
    update turns set until = clock_timestamp()
    where tenant = %(tenant)s and proposal = %(proposal)s and owner = %(owner)s returning tenant, proposal
)
select pg_notify(%(channel)s, tenant || ' ' || scope) from gone join proposals using (tenant)
where id = proposal and status = %(approved)s
"""
_FORGET = "delete from turns where until < clock_timestamp() - interval '1 hour'"


class Turns:
    """Those of this replica, whichever company's; what one company's engine asks is `of` it. `keep` prolongs them, in a
    task of its own.
    """

    def __init__(self, database: Database, *, seconds: float = TURN) -> None:
        self._database = database
        self._seconds = seconds
        self._owner = secrets.token_hex(8)
        self._held: set[tuple[str, str]] = set()

    def of(self, tenant_id: str) -> TurnsOfCompany:
        return TurnsOfCompany(self, tenant_id)

    async def keep(self) -> None:
        """Prolong what is held, as long as this runs. Raises DatabaseError: what is not prolonged in time is over."""
        while True:
            await anyio.sleep(self._seconds / 4)
            if self._held:
                await self._database.run(self._prolong)

    async def take(self, tenant_id: str, key: str) -> bool:
        """Raises DatabaseError."""
        values = {"tenant": tenant_id, "proposal": key, "owner": self._owner, "seconds": self._seconds}
        is_ours = await self._database.run(lambda connection: first(connection, _TAKE, values) is not None)
        if is_ours:
            self._held.add((tenant_id, key))
        return is_ours

    async def let_go(self, tenant_id: str, key: str) -> None:
        self._held.discard((tenant_id, key))
        values = {"tenant": tenant_id, "proposal": key, "owner": self._owner}
        values |= {"channel": SCOPES_CHANNEL, "approved": Status.APPROVED.value}

        def let_go(connection: Connection) -> None:
            connection.execute(_LET_GO, values)
            connection.execute(_FORGET)

        with anyio.move_on_after(_PATIENCE, shield=True), suppress(DatabaseError):  # else it is over by itself
            await self._database.run(let_go)

    def _prolong(self, connection: Connection) -> None:
        held = list(self._held)
        values = {"tenants": [tenant for tenant, _ in held], "proposals": [key for _, key in held]}
        connection.execute(_PROLONG, {**values, "owner": self._owner, "seconds": self._seconds})


class TurnsOfCompany:
    """Those of one company: `rounds.TurnTaking` of its engines."""

    def __init__(self, turns: Turns, tenant_id: str) -> None:
        self._turns = turns
        self._tenant_id = tenant_id

    async def take(self, key: str) -> bool:
        return await self._turns.take(self._tenant_id, key)

    async def let_go(self, key: str) -> None:
        await self._turns.let_go(self._tenant_id, key)
