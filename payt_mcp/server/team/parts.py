"""What a replica is made of: each part made of the ones before it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import anyio
import anyio.abc
from starlette.routing import BaseRoute

from payt_mcp.database.database import Database
from payt_mcp.payt.certificates import open_store
from payt_mcp.server.team.access import Access
from payt_mcp.server.team.authorization import routes as authorization
from payt_mcp.server.team.authorization.connections import Connections
from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.connecting import Connecting
from payt_mcp.server.team.departures import Departures
from payt_mcp.server.team.grants import Grants
from payt_mcp.server.team.identities import Identities
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.metrics import Metrics
from payt_mcp.server.team.oidc import Provider
from payt_mcp.server.team.people import People
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.signing_in import SigningIn
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.settings.team import TeamSettings
from payt_mcp.settings.values import is_loopback


class Parts:
    """All of them. `open_callers` says who asks; `access` whether they still may."""

    def __init__(self, settings: TeamSettings, database: Database, ring: KeyRing, metrics: Metrics) -> None:
        self._settings = settings
        self._database = database
        self._metrics = metrics
        language_for = settings.base.language_for
        self._people = People(database)
        self._connections = Connections(database)
        self._provider = Provider(settings)
        identities = Identities(database, ring)
        self.access = Access(database, self._provider, identities, self._ended)
        self._sessions = WebSessions(database, settings.public_url, self.access.is_current)
        self._grants = Grants(database, ring, settings, self._ended)
        departures, pages = Departures(database), PlainPages(language_for)
        self._signing_in = SigningIn(settings.public_url, self._provider, identities, departures, self._sessions, pages)
        self._connecting = Connecting(settings, self._people, self._grants, departures, self._sessions, pages)
        from payt_mcp.server.callers import sole_caller

        self.open_callers = sole_caller(settings.base)

    def routes(self) -> list[BaseRoute]:
        """Every page and endpoint but /mcp."""
        return [
            *authorization.routes(
                self._database,
                self._settings.public_url,
                self._sessions,
                self.access.is_current,
                self._connecting.missing,
                self._documents(),
                language_for=self._settings.base.language_for,
            ),
            *self._signing_in.routes(),
            *self._connecting.routes(),
        ]

    @asynccontextmanager
    async def running(self, group: anyio.abc.TaskGroup) -> AsyncIterator[None]:
        """What goes on beside the requests."""
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._provider.aclose()

    def _documents(self) -> Documents:
        """Documents about programs, over https from the internet; those of this machine where this server is on it."""
        host = urlsplit(self._settings.public_url).hostname or ""
        return Documents(self._trusted, loopback=is_loopback(host))

    def _trusted(self) -> ssl.SSLContext:
        return open_store(self._settings.base.network).context

    async def _ended(self, tenant_id: str, person_id: str) -> None:
        """Somebody may not go on, or has nothing to ask Payt with: their programs must be let in anew."""
        await self._connections.revoke_all(tenant_id, person_id)
