"""Whether somebody still has access: here, and at the company's identity provider.

The provider is asked for whoever is active, at most every four minutes for all replicas together; what it said stands
in the database. So a person who leaves has no access five minutes later, wherever their programs are connected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import DatabaseError, NoLongerError, ProviderError
from payt_mcp.server.team.identities import Identities
from payt_mcp.server.team.oidc import Kept, Provider

FRESH = 240
"""Seconds for which the provider's yes is not asked for again."""

ANSWERED = 300
"""Seconds for which it stands while it is being asked for again."""

PATIENT = 900
"""Seconds for which it stands where the provider gives no answer."""

_UNASKABLE = "45 minutes"
"""With PATIENT this is an hour, after which whoever cannot be asked about signs in again."""

_AGAIN = 15
"""Seconds before a provider that gave no answer is asked again about somebody."""

_LONGEST = 30
"""Seconds after which whoever asks is taken to have died over it."""

Ended = Callable[[str, str], Awaitable[None]]
"""Told of a person whose access is over (the ids of company and person): what let their programs in ends, too."""


@dataclass(frozen=True)
class _Turn:
    issuer: str
    subject: str
    kept: Kept
    since: dt.datetime


@dataclass(frozen=True)
class _State:
    issuer: str
    subject: str
    seconds: float
    """Since the provider last said yes."""

    is_asked: bool
    """Somebody is asking it just now."""


class Access:
    """Of everybody, shared by all replicas through the database. Every method raises DatabaseError."""

    def __init__(self, database: Database, provider: Provider, identities: Identities, ended: Ended) -> None:
        self._database = database
        self._provider = provider
        self._identities = identities
        self._ended = ended

    async def is_current(self, tenant_id: str, person_id: str) -> bool:
        """Whether this person of this company may still do anything here."""
        until = anyio.current_time() + _LONGEST
        while True:
            state = await self._look(tenant_id, person_id)
            if state is not None and not state.is_asked and state.seconds >= FRESH:
                await self._ask_in_turn(state)
                state = await self._look(tenant_id, person_id)
            if state is None:
                return False
            if not state.is_asked or anyio.current_time() > until:
                return state.seconds < PATIENT
            if state.seconds < ANSWERED:
                return True
            await anyio.sleep(0.2)  # another one asks, and its answer is waited for

    async def _ask_in_turn(self, state: _State) -> None:
        """Ask the provider, unless another replica does, or has done so just now."""
        turn = await self._database.run(lambda c: self._turn(c, state))
        if turn is not None:
            with anyio.CancelScope(shield=True):  # what the provider gives in exchange is kept, whoever hangs up
                await self._ask(turn)

    async def _look(self, tenant_id: str, person_id: str) -> _State | None:
        return await self._database.run(lambda c: _state(c, tenant_id, person_id))

    def _turn(self, connection: Connection, state: _State) -> _Turn | None:
        """The right to ask, for one replica alone; None where another has it, or has had it just now."""
        key = (state.issuer, state.subject)
        row = first(
            connection,
            "update identities set tried_at = clock_timestamp() where issuer = %s and subject = %s "
            "and ended_at is null and sealed is not null and tried_at < now() - %s * interval '1 second' "
            "returning sealed, tried_at",
            (*key, _AGAIN),
        )
        return _Turn(*key, self._identities.opened(*key, row["sealed"]), row["tried_at"]) if row else None

    async def _ask(self, turn: _Turn) -> None:
        try:
            kept = await self._provider.still_there(turn.kept, turn.subject)
        except NoLongerError:
            await self._end(turn)
        except ProviderError:
            await self._answered(turn, "answered_at = now()")
        else:
            if kept is None:
                late = f"confirmed_at = greatest(confirmed_at, least(now(), signed_in_at + interval '{_UNASKABLE}'))"
                await self._answered(turn, f"answered_at = now(), {late}")
            else:
                sealed = self._identities.sealed(turn.issuer, turn.subject, kept)
                await self._answered(turn, "answered_at = now(), confirmed_at = now(), sealed = %s", sealed)

    async def _answered(self, turn: _Turn, what: str, *values: bytes) -> None:
        """Note it, unless they signed in anew meanwhile. What the provider gave works once, so a database that is away
        for a moment is waited for.
        """
        given = (*values, turn.issuer, turn.subject, turn.since)
        query = f"update identities set {what} where issuer = %s and subject = %s and tried_at = %s"  # noqa: S608 - ours
        until = anyio.current_time() + _LONGEST
        while True:
            try:
                await self._database.run(lambda c: c.execute(query.encode(), given))
            except DatabaseError:
                if not values or anyio.current_time() > until:
                    raise
                await anyio.sleep(1)
            else:
                return

    async def _end(self, turn: _Turn) -> None:
        """They may not: nothing they have open here goes on."""
        key = (turn.issuer, turn.subject)

        def end(connection: Connection) -> list[tuple[str, str]]:
            gone = first(
                connection,
                "update identities set ended_at = now(), answered_at = now(), sealed = null "
                "where issuer = %s and subject = %s and tried_at = %s returning subject",
                (*key, turn.since),
            )
            if gone is None:
                return []
            connection.execute("delete from web_sessions where issuer = %s and subject = %s", key)
            query = "select tenant, id from people where issuer = %s and subject = %s and status = 'active'"
            return [(row["tenant"], row["id"]) for row in connection.execute(query, key).fetchall()]

        for tenant_id, person_id in await self._database.run(end):
            await self._ended(tenant_id, person_id)


def _state(connection: Connection, tenant_id: str, person_id: str) -> _State | None:
    """How it stands; None where it is over."""
    row = first(
        connection,
        "select issuer, subject, extract(epoch from now() - confirmed_at)::float as seconds, "
        "answered_at < tried_at and tried_at > now() - %s * interval '1 second' as is_asked "
        "from people join identities using (issuer, subject) "
        "where people.tenant = %s and people.id = %s and status = 'active' and ended_at is null",
        (_LONGEST, tenant_id, person_id),
    )
    return _State(row["issuer"], row["subject"], row["seconds"], row["is_asked"]) if row else None
