"""What a replica is made of: each part made of those before it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import anyio
from starlette.routing import BaseRoute

from payt_mcp.database.database import Database
from payt_mcp.network import is_loopback
from payt_mcp.payt.certificates import open_store
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.server.team.access import Access
from payt_mcp.server.team.authorization import routes as authorization
from payt_mcp.server.team.authorization.connections import Connections
from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.callers import TeamCallers, team_callers
from payt_mcp.server.team.connecting import Connecting
from payt_mcp.server.team.departures import Departures
from payt_mcp.server.team.directory import Directory
from payt_mcp.server.team.grants import Grants
from payt_mcp.server.team.identities import Identities
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.metrics import Metrics
from payt_mcp.server.team.notifying.notifier import Notifier
from payt_mcp.server.team.oidc import Provider
from payt_mcp.server.team.pages import routes as pages
from payt_mcp.server.team.pages.needed import Carrier, Needed
from payt_mcp.server.team.people import People
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.signing_in import SigningIn
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.settings.team import TeamSettings


class Parts:
    """All of them. `open_callers` says who asks at /mcp, `access` whether they still may; `routes` are all else."""

    def __init__(self, settings: TeamSettings, database: Database, ring: KeyRing, metrics: Metrics) -> None:
        self._settings = settings
        self._database = database
        self._metrics = metrics
        self._connections = Connections(database)
        self._provider = Provider(settings)
        identities = Identities(database, ring)
        self.access = Access(database, self._provider, identities, self._ended)
        self._sessions = WebSessions(database, settings.public_url, self.access.is_current)
        self._people = People(database, read_only=settings.base.read_only)
        self._directory = Directory(database, self._people)
        self._grants = Grants(database, ring, settings, self._ended)
        departures, plain = Departures(database), PlainPages(settings.base.language_for)
        connecting = Connecting(settings, self._people, self._grants, departures, self._sessions, plain)
        signing_in = SigningIn(settings.public_url, self._provider, identities, departures, self._sessions, plain)
        self._notifier = Notifier(database, settings, self._trusted, settings.base.language_for())
        self._callers: TeamCallers | None = None
        self.open_callers = team_callers(
            settings, database, self._grants, ring, self.access.is_current,
            directory=self._directory, opened=self._opened, waited=metrics.to_payt,
        )  # fmt: skip
        self.routes: list[BaseRoute] = [
            *authorization.routes(
                database, settings.public_url, self._sessions, self.access.is_current, connecting.missing,
                self._documents(), language_for=settings.base.language_for, people=self._people,
            ),
            *signing_in.routes(),
            *connecting.routes(),
            *pages.routes(self._needed()),
        ]  # fmt: skip

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """As long as the server is: approvers are told what waits for them."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._notifier.run)
                yield
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._provider.aclose()

    # The desk of the pages: where proposals are kept and carried out

    async def ledger(self, tenant_id: str) -> LedgerContract:
        return await self._at_work.ledger(tenant_id)

    async def carrier(self, tenant_id: str, grant: str) -> Carrier | None:
        return await self._at_work.carrier(tenant_id, grant)

    @property
    def _at_work(self) -> TeamCallers:
        assert self._callers is not None, "they are opened before the first request is taken"
        return self._callers

    def _opened(self, callers: TeamCallers) -> None:
        self._callers = callers
        self._metrics.of_books(lambda: callers.books.bytes)

    def _needed(self) -> Needed:
        return Needed(
            self._database, self._sessions, self._people, self._directory, self, self._connections, self._grants,
            self._settings.base.language_for,
        )  # fmt: skip

    def _documents(self) -> Documents | None:
        """About programs, from the internet; from this machine, too, where people reach this server at it alone. None
        behind a proxy: whom that would connect to cannot be checked, so programs register instead.
        """
        network = self._settings.base.network
        if network.https_proxy or network.all_proxy:
            return None
        host = urlsplit(self._settings.public_url).hostname or ""
        return Documents(self._trusted, loopback=is_loopback(host))

    def _trusted(self) -> ssl.SSLContext:
        return open_store(self._settings.base.network).context

    async def _ended(self, tenant_id: str, person_id: str) -> None:
        """Somebody may not go on, or has nothing to ask Payt with: their programs have to be let in anew."""
        await self._connections.revoke_all(tenant_id, person_id)
