"""The server as an HTTP application: `/mcp` guarded, `/healthz` open."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_mcp.network import NAMED_HERE
from payt_mcp.server.callers import OpenCallers
from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.server.session import EmbeddedPayt
from payt_mcp.settings import Secret, Settings

_NAMES = [f"[{name}]" if ":" in name else name for name in NAMED_HERE]
_HERE = re.compile(rf"(?:{'|'.join(map(re.escape, _NAMES))})(?::\d{{1,5}})?", re.IGNORECASE)
_PAGE_HERE = re.compile(rf"http://{_HERE.pattern}", re.IGNORECASE)

MAX_BODY = 1024 * 1024
"""Bytes a request may have: a tool call is a few hundred."""


def build_app(
    settings: Settings,
    *,
    host: str,
    app: EmbeddedPayt | None = None,
    browse: Callable[[str], bool] | None = None,
    callers: OpenCallers | None = None,
    began: Callable[[PaytServer], object] | None = None,
) -> ASGIApp:
    """The application for one address.

    On loopback, requests with another Host or Origin are refused, so that no web page can reach the server through the
    user's browser (DNS rebinding). With `settings.mcp_token` every request but /healthz needs it; that keeps web pages
    out on other hosts too, whose names are not known here. `browse` opens the approval page, on loopback only:
    elsewhere whoever calls does not sit at this machine. `callers` are as in `build_server`; `began` is given the
    server behind the application.
    """
    server = build_server(settings, app=app, browse=browse if host in NAMED_HERE else None, callers=callers)
    if began is not None:
        began(server)
    inner: Starlette = server.streamable_http_app(
        streamable_http_path="/mcp",
        host=host,
        max_request_body_size=MAX_BODY,
        transport_security=_security(host),
    )
    inner.router.routes.append(Route("/healthz", _healthz, methods=["GET"]))
    guarded: ASGIApp = LocalOnly(inner) if host in NAMED_HERE else inner
    return BearerRequired(guarded, settings.mcp_token) if settings.mcp_token else guarded


class LocalOnly:
    """Lets a request through only if it is meant for this machine and no page of another comes with it.

    Host and Origin are compared whole: `127.0.0.1:8000.evil.example` begins as an address of this machine does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refused(scope) if scope["type"] == "http" and scope["path"] != "/healthz" else None
        await (refused or self._app)(scope, receive, send)

    def _refused(self, scope: Scope) -> Response | None:
        hosts, origins = _given(scope, b"host"), _given(scope, b"origin")
        if len(hosts) != 1 or not _HERE.fullmatch(hosts[0]):
            return Response("Invalid Host header", status_code=421)
        if any(not _PAGE_HERE.fullmatch(origin) for origin in origins):
            return Response("Invalid Origin header", status_code=403)
        return None


class BearerRequired:
    """Lets a request through only with the token; compared in constant time."""

    def __init__(self, app: ASGIApp, token: Secret) -> None:
        self._app = app
        self._expected = token.reveal().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/healthz" and not self._is_allowed(scope):
            refusal = JSONResponse(
                {"error": "This server needs its bearer token (PAYT_MCP_TOKEN) in the Authorization header."},
                status_code=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        scheme, _, given = dict(scope["headers"]).get(b"authorization", b"").partition(b" ")
        return hmac.compare_digest(given.strip(), self._expected) and scheme.lower() == b"bearer"


def _given(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for known, value in scope["headers"] if known == name]


async def _healthz(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _security(host: str) -> TransportSecuritySettings:
    if host not in NAMED_HERE:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    hosts = [*_NAMES, *(f"{name}:*" for name in _NAMES)]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"http://{name}" for name in hosts],
    )
