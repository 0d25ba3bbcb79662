"""The grants that this replica works with: opened when somebody asks or something is to be carried out, closed when
nobody did for a while.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Hashable
from contextlib import aclosing, suppress
from functools import partial
from typing import Protocol

import anyio

from payt_mcp.database.database import Database
from payt_mcp.errors import NotConnectedError, PaytMcpError, SignInError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.tokens import TokenSource
from payt_mcp.proposals.ledger.postgres.turns import Turns
from payt_mcp.proposals.ledger.postgres.waking import Waking
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.rounds import Bar, Rounds
from payt_mcp.server.team.carrying import Carrying
from payt_mcp.server.team.directory import Directory
from payt_mcp.server.team.grant_work import GrantWork, Means
from payt_mcp.server.team.ledgers import Ledgers
from payt_mcp.server.team.people import Person
from payt_mcp.server.team.rate import SharedRate, asking
from payt_mcp.server.team.refused import in_words

logger = logging.getLogger("payt_mcp")

IDLE = 15 * 60.0
"""Seconds after which a grant nobody used is let go of."""

_POLL = 5.0
_TIDYING = 60.0


class Grant(Protocol):
    """A consent at Payt: `scope` are the permissions it has."""

    @property
    def id(self) -> str: ...

    @property
    def scope(self) -> str: ...


class Grants(Protocol):
    """What people, and companies, connected of Payt."""

    async def of(self, person: Person) -> Grant | None:
        """What this person asks Payt with; None where they have connected nothing."""

    async def named(self, tenant_id: str, grant_id: str) -> Grant | None:
        """One of this company by its id; None where there is none, or it has ended."""

    async def source_of(self, tenant_id: str, grant_id: str) -> TokenSource:
        """Its tokens. Raises NotConnectedError."""


class Works:
    """All of them, by company and grant.

    Args:
        connect_at: where a person connects their Payt.
    """

    def __init__(
        self,
        means: Means,
        database: Database,
        grants: Grants,
        directory: Directory,
        ledgers: Ledgers,
        carrying: Carrying,
        waking: Waking,
        connect_at: str,
    ) -> None:
        self._means = means
        self._database = database
        self._grants = grants
        self._directory = directory
        self._ledgers = ledgers
        self._carrying = carrying
        self._waking = waking
        self._connect_at = connect_at
        self.turns = Turns(database)
        self._open: dict[tuple[str, str], GrantWork] = {}
        self._opening: defaultdict[tuple[str, str], anyio.Lock] = defaultdict(anyio.Lock)
        self._of_person: dict[tuple[str, str], GrantWork] = {}

    async def of_person(self, person: Person) -> GrantWork:
        """Raises NotConnectedError; DatabaseError; LedgerError."""
        grant = await self._grants.of(person)
        if grant is None:
            raise NotConnectedError(self._connect_at)
        work = await self._of(person.tenant_id, grant)
        self._of_person[person.tenant_id, person.id] = work
        return work

    async def named(self, tenant_id: str, grant_id: str) -> GrantWork | None:
        """The work of a grant; None where it is none of this company's, or has ended."""
        grant = await self._grants.named(tenant_id, grant_id)
        return None if grant is None else await self._of(tenant_id, grant)

    def last_of(self, tenant_id: str, person_id: str) -> GrantWork | None:
        """What a person worked with last, where it is still open."""
        return self._of_person.get((tenant_id, person_id))

    async def _of(self, tenant_id: str, grant: Grant) -> GrantWork:
        key = (tenant_id, grant.id)
        async with self._opening[key]:
            work = self._open.get(key)
            if work is not None and work.client.tokens.login() is None:  # it was connected anew
                await self._close(key)
                work = None
            if work is None:
                work = self._open[key] = await self._opened(tenant_id, grant)
            work.used = time.monotonic()
            return work

    async def _opened(self, tenant_id: str, grant: Grant) -> GrantWork:
        settings, means = self._means.settings, self._means
        tokens = await self._grants.source_of(tenant_id, grant.id)
        client = PaytClient(
            "http://sandbox.invalid" if means.app else settings.api_url,
            tokens,
            rate=settings.rate,
            network=settings.network,
            app=means.app,
            in_words=partial(in_words, connect_at=self._connect_at),
            gate=SharedRate(self._database, tenant_id, grant.id, settings.rate, waited=means.waited, group=means.group),
        )
        ledger = await self._ledgers.of(tenant_id)
        wake = self._waking.of(tenant_id, grant.id)

        async def bar(record: Record) -> Bar | None:
            asking.set("")  # what is read for it has a turn of its own, and is not behind all that its proposer asks
            ruling = await self._carrying.ruling(tenant_id, record, work.zone_of)
            if ruling.bar is None:  # it is looked at again as the proposer would see it now
                work.account(record.proposer, ruling.rights)
            return ruling.bar

        turns = self.turns.of(tenant_id)
        rounds = Rounds(poll=_POLL, woken=wake.wait, turns=turns, bar=bar, closes_ledger=False)
        sharers = partial(self._sharers, tenant_id, grant)
        work = GrantWork(means, tenant_id, grant.id, client, ledger, sharers, rounds)
        return work

    def _sharers(self, tenant_id: str, grant: Grant, person_id: str) -> Hashable:
        """Who may read the same from memory: those of equal permissions; nobody else where the company wants that."""
        rights = (tenant_id, " ".join(sorted(grant.scope.split())))
        return rights if self._directory.shares(tenant_id) else (*rights, grant.id, person_id)

    async def take_up(self, tenant_id: str = "") -> None:
        """See to what is approved or unsettled, of one company or of all. Raises DatabaseError."""
        for waiting in await self._ledgers.waiting(tenant_id):
            try:
                work = await self.named(*waiting)
                if work is not None:
                    await work.outbox()
            except SignInError:
                continue  # it waits until its person has connected it anew, or expires
            except PaytMcpError as error:
                logger.warning("what was approved cannot be taken up yet: %s", type(error).__name__)

    async def follow(self) -> None:
        """Do so whenever another replica tells of something, as long as this runs."""
        async with aclosing(self._database.notices("ledger")) as notices:
            async for tenant_id in notices:
                await self.take_up(tenant_id)
                for one in [tenant_id] if tenant_id else {tenant for tenant, _ in self._open}:
                    await self._catch_up(one)

    async def _catch_up(self, tenant_id: str) -> None:
        """What another replica wrote is read again before the next answer."""
        for grant_id, key in await self._ledgers.written(tenant_id):
            work = self._open.get((tenant_id, grant_id))
            with suppress(PaytMcpError):  # then it shows once the books are brought up to date
                if work is not None:
                    await work.was_written(key)

    async def tidy(self) -> None:
        """Let go of what is idle, as long as this runs."""
        while True:
            await anyio.sleep(_TIDYING)
            for key, work in list(self._open.items()):
                if _is_idle(work):
                    async with self._opening[key]:
                        if _is_idle(work):  # nobody has come for it while its turn was waited for
                            await self._close(key)

    async def finish(self) -> None:
        """What is being sent is finished or recorded, within a bound, of all of them at once."""
        async with anyio.create_task_group() as group:
            for work in self._open.values():
                group.start_soon(work.finish)

    async def aclose(self) -> None:
        for key in list(self._open):
            await self._close(key)

    async def _close(self, key: tuple[str, str]) -> None:
        work = self._open.pop(key, None)
        if work is not None:
            self._of_person = {who: one for who, one in self._of_person.items() if one is not work}
            await work.aclose()


def _is_idle(work: GrantWork) -> bool:
    return time.monotonic() - work.used > IDLE and not work.is_busy
