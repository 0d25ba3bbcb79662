"""Who is asking, in a server for several companies: the person behind the access token, and what is theirs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import anyio
import anyio.abc

from payt_mcp.database.database import Database
from payt_mcp.errors import NoAccessError, PaytMcpError, RefusedWriteError
from payt_mcp.policy.approval import Needs
from payt_mcp.policy.team import Standing
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.waking import Waking
from payt_mcp.proposals.records import Record
from payt_mcp.server.callers import OpenCallers
from payt_mcp.server.session import EmbeddedPayt
from payt_mcp.server.team import who
from payt_mcp.server.team.actor import TeamActor
from payt_mcp.server.team.carrying import Carrying, IsCurrent
from payt_mcp.server.team.directory import Directory, Known
from payt_mcp.server.team.grant_work import GrantWork, Means, in_team
from payt_mcp.server.team.ledgers import Ledgers
from payt_mcp.server.team.listings import Sealer, SharedListings
from payt_mcp.server.team.nightly import verify_daily
from payt_mcp.server.team.people import People
from payt_mcp.server.team.rate import asking
from payt_mcp.server.team.shared_books import SharedBooks, megabytes
from payt_mcp.server.team.works import Grants, Works
from payt_mcp.settings.team import TeamSettings
from payt_mcp.tools.callers import Request

if TYPE_CHECKING:
    from payt_mcp.books.account import Account
    from payt_mcp.books.completion import Completions
    from payt_mcp.writes.outbox import Outbox

logger = logging.getLogger("payt_mcp")

_AFTER_TROUBLE = 1.0


class TeamCaller:
    """A person of a company, for one request."""

    def __init__(self, callers: TeamCallers, signed_in: who.SignedIn, known: Known) -> None:
        self._callers = callers
        self._signed_in = signed_in
        self._known = known
        self._standing = Standing(known.person.id, known.rights, known.policy, signed_in.writes)

    async def account(self) -> Account:
        work = await self._work()
        return work.account(self._known.person.id, self._known.rights)

    async def outbox(self) -> Outbox:
        if not self._standing.may_write:
            raise RefusedWriteError("You may read here, and not write.", unsent=True)
        work, callers = await self._work(), self._callers
        work.account(self._known.person.id, self._known.rights)
        tenant_id = self._signed_in.tenant_id
        actor = TeamActor(
            self._standing,
            self._signed_in.client,
            work.ledger,
            callers.page_address,
            fresh=partial(callers.directory.standing, tenant_id, self._known.person.id, fresh=True),
            name=partial(callers.directory.name, tenant_id),
        )
        return (await work.outbox()).used_by(actor)

    async def completions(self) -> Completions:
        work = await self._work()
        work.account(self._known.person.id, self._known.rights)
        return work.completions(self._known.person.id)

    async def _work(self) -> GrantWork:
        return await self._callers.works.of_person(self._known.person)


class TeamCallers:
    """All who may ask: the `ServedCallers` of a replica; and what pages need of it (`ledger`, `carrier`, `needs`).

    Args:
        sealer: seals what is kept in the database.
        is_current: whether somebody still has access, asked before what they approved is carried out.
        group: runs what outlives a request.
        app: an embedded Payt in the place of the network.
        leases: who is alive among the replicas; made with the usual times where it is not given.
        waited: told of each request to Payt, for how many seconds it was held back.
        directory: who may do what, where others in this process look it up, too.
    """

    def __init__(
        self,
        settings: TeamSettings,
        database: Database,
        grants: Grants,
        sealer: Sealer,
        is_current: IsCurrent,
        group: anyio.abc.TaskGroup,
        *,
        app: EmbeddedPayt | None = None,
        leases: Leases | None = None,
        waited: Callable[[float], object] = lambda _: None,
        directory: Directory | None = None,
    ) -> None:
        base = settings.base
        self.directory = directory or Directory(database, People(database, read_only=base.read_only))
        self.books = SharedBooks(group, freshness=base.freshness_seconds, most=megabytes(settings.books_mb))
        self._leases = leases or Leases(database)
        self._waking = Waking(database)
        self._public_url = settings.public_url
        self._ledgers = Ledgers(database, settings.keys, self._leases, self.directory)
        self._verify = partial(verify_daily, database, self._ledgers.of)
        listings = partial(SharedListings, database, sealer)
        means = Means(base, in_team(base), self.books, listings, group, app, waited)
        carrying = Carrying(self.directory, self._ledgers, is_current)
        self.works = Works(
            means, database, grants, self.directory, self._ledgers, carrying, self._waking, self.page("connect")
        )

    def page(self, path: str) -> str:
        return f"{self._public_url}/{path}"

    def page_address(self, proposal_id: str) -> str:
        """Where a proposal is decided; it carries no secret."""
        return self.page(f"approvals/{proposal_id}")

    # Who asks

    async def caller(self, request: Request) -> TeamCaller:
        signed_in = _signed_in(request)
        known = await self._known(signed_in)
        asking.set(known.person.id)
        return TeamCaller(self, signed_in, known)

    def name(self, request: Request) -> str:
        signed_in = _signed_in(request)
        return f"{signed_in.tenant_id}/{signed_in.person_id}/{signed_in.connection_id}"

    async def may_write(self, request: Request) -> bool:
        signed_in = _signed_in(request)
        known = await self._known(signed_in)
        return Standing(known.person.id, known.rights, known.policy, signed_in.writes).may_write

    async def answered(self, request: Request) -> None:
        signed_in = _signed_in(request)
        work = self.works.last_of(signed_in.tenant_id, signed_in.person_id)
        if work is not None:
            await work.account(signed_in.person_id).listings.keep()

    async def _known(self, signed_in: who.SignedIn) -> Known:
        known = await self.directory.find(signed_in.tenant_id, signed_in.person_id)
        if known is None:
            raise NoAccessError
        return known

    # What pages need

    async def ledger(self, tenant_id: str) -> LedgerContract:
        return await self._ledgers.of(tenant_id)

    async def carrier(self, tenant_id: str, grant: str) -> GrantWork | None:
        """What carries out the proposals of a grant; None where it is none of this company's, or has ended."""
        return await self.works.named(tenant_id, grant)

    async def needs(self, tenant_id: str, record: Record) -> Needs:
        """How many people must say yes to it, and why."""
        await self.directory.policy(tenant_id)
        return self.directory.needs(tenant_id, record)

    # From the first request to the last

    async def take_up(self) -> None:
        """Follow what other replicas do, see to what is approved, and keep room, as long as the server runs."""
        works = self.works
        followed = (self.directory.follow, self._waking.run, works.follow, works.turns.keep, works.tidy)
        async with anyio.create_task_group() as group:
            for follow in (*followed, self.books.keep_room, self._verify):
                group.start_soon(_ever, follow)

    async def finish(self) -> None:
        await self.works.finish()

    async def aclose(self) -> None:
        await self.works.aclose()
        await self._ledgers.aclose()
        self._leases.close()


def team_callers(
    settings: TeamSettings,
    database: Database,
    grants: Grants,
    sealer: Sealer,
    is_current: IsCurrent,
    *,
    app: EmbeddedPayt | None = None,
    opened: Callable[[TeamCallers], object] | None = None,
    waited: Callable[[float], object] = lambda _: None,
    directory: Directory | None = None,
) -> OpenCallers:
    """The callers of a replica; `opened` is given them when the server begins."""

    def made(group: anyio.abc.TaskGroup) -> TeamCallers:
        callers = TeamCallers(
            settings, database, grants, sealer, is_current, group, app=app, waited=waited, directory=directory
        )
        if opened is not None:
            opened(callers)
        return callers

    return made


def _signed_in(request: Request) -> who.SignedIn:
    assert request.request is not None, "a team is reached over HTTP alone"
    return who.of_scope(request.request.scope)


async def _ever(follow: Callable[[], Awaitable[None]]) -> None:
    """Trouble in what runs beside the requests ends none of them: it begins again."""
    while True:
        try:
            await follow()
        except PaytMcpError as error:
            logger.warning("a replica looks again in a moment: %s", type(error).__name__)
        except Exception:  # the edge of a background task
            logger.exception("what runs beside the requests broke off")
        await anyio.sleep(_AFTER_TROUBLE)
