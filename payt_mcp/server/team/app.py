"""One replica of a team server, wired: all of its parts are made here, and each knows no more than it is given."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_mcp.database.database import Database
from payt_mcp.database.migrating import check
from payt_mcp.errors import DatabaseError, SealedError
from payt_mcp.server.http_app import MAX_BODY
from payt_mcp.server.server import build_server
from payt_mcp.server.team import doors, health
from payt_mcp.server.team.authorization.bearer import BearerRequired
from payt_mcp.server.team.health import Health
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.logs import RequestIds, about
from payt_mcp.server.team.metrics import Metrics
from payt_mcp.server.team.parts import Parts
from payt_mcp.server.team.resealing import check_keys
from payt_mcp.server.team.who import of_scope
from payt_mcp.settings.team import NamedKey, TeamSettings
from payt_mcp.tools import known_tools

_CONNECTIONS = 16
"""To the database at a time, beside those that listen."""

_QUESTIONS = b"payt-mcp/questions/v1"

_SLASHED = ("/mcp/", "/approvals/", "/connections/")
"""What people and programs may well write so."""

_OPEN_TO_BROWSERS = Middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_methods=["GET", "POST", "DELETE", "OPTIONS"],
    allow_headers=["*"],
    expose_headers=["WWW-Authenticate", "Mcp-Session-Id", "X-Request-Id"],
)
"""For programs that run in a browser: /mcp knows nobody by a cookie."""


class TeamServer:
    """`app` is what is served; `health` and `metrics` are what is told of it."""

    def __init__(self, settings: TeamSettings) -> None:
        self._database = Database(settings.database_url, most=_CONNECTIONS)
        ring = KeyRing(settings.keys)
        self.health = Health({"schema": self._schema, "keys": lambda: check_keys(self._database, ring)})
        self.metrics = Metrics(spec.name for spec in known_tools())
        self.metrics.of_database(self._database)
        self._parts = Parts(settings, self._database, ring, self.metrics)
        self._server = build_server(
            settings.base,
            callers=self._parts.open_callers,
            question_keys=question_keys(settings.keys),
            watching=[self.metrics.counting],
        )
        self.app = self._wired(settings.public_url)

    def check(self) -> None:
        """What a start looks at. Raises SettingsError, SealedError, DatabaseError."""
        anyio.run(self.health.look)

    def settling(self) -> Callable[[], Awaitable[None]] | None:
        """What finishes or records whatever is being sent; None where nothing was begun."""
        return self._server.settle

    def close(self) -> None:
        self._database.close()

    async def _schema(self) -> None:
        await run_sync(check, self._database)

    def _wired(self, public_url: str) -> ASGIApp:
        mcp = self._server.streamable_http_app(
            stateless_http=True, host="", max_request_body_size=MAX_BODY  # whom it answers is decided before it
        )  # fmt: skip
        guarded = BearerRequired(_Named(mcp), self._database, public_url, self._parts.access.is_current)

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with anyio.create_task_group() as group, mcp.router.lifespan_context(mcp):
                group.start_soon(self.health.watch)
                group.start_soon(guarded.forget_ended)
                async with self._parts.running():
                    yield
                group.cancel_scope.cancel()

        app = Starlette(
            routes=[
                *health.routes(self.health),
                Route("/mcp", guarded, middleware=[_OPEN_TO_BROWSERS]),
                *self._parts.routes,
                *(Route(path, doors.without_slash, methods=["GET", "POST", "DELETE"]) for path in _SLASHED),
            ],
            middleware=[
                Middleware(RequestIds),
                Middleware(doors.Headed, public_url),
                Middleware(doors.OwnHost, public_url),
            ],
            exception_handlers={
                DatabaseError: doors.away,
                SealedError: doors.unopened,
                Exception: doors.unforeseen,
            },
            lifespan=lifespan,
        )
        # What it leads to from `/mcp/` is made of the scheme that arrives here: behind TLS that is http, and what a
        # program sends would go there in the open.
        app.router.redirect_slashes = False
        return app


class _Named:
    """Lines of the log that are written behind it name whose request it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        about(of_scope(scope))
        await self._app(scope, receive, send)


def question_keys(keys: tuple[NamedKey, ...]) -> list[bytes]:
    """What seals a question to a user until it is answered, perhaps to another replica: derived from each key."""
    return [hmac.digest(key.raw, _QUESTIONS, "sha256") for key in keys]
