"""What every request and answer passes: meant for this server, bounded, and shown in nobody's frame."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payt_mcp.errors import DatabaseError, SealedError

logger = logging.getLogger("payt_mcp")

PROBES = frozenset({"/livez", "/readyz"})
"""Asked by the address of the machine: a probe knows no other name."""

RETRY_SECONDS = 5

_STANDARD = {"https": ":443", "http": ":80"}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""On every answer that does not say it itself. No Cross-Origin-Opener-Policy among them: a program that opens the way
in as a window of its own would lose that window on the way back.
"""

_FOREIGN = (
    "This request was made for another host. The address of this server is {url} (PAYT_PUBLIC_URL); a proxy in front "
    "has to pass on the Host header it was given."
)


class OwnHost:
    """Lets in what was asked of PAYT_PUBLIC_URL alone. What is told anywhere is made of that address, so a request for
    another could only be a proxy set up wrongly, or a name that somebody made lead here.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._url = public_url
        parts = urlsplit(public_url)
        standard = _STANDARD[parts.scheme]
        plain = parts.netloc.lower().removesuffix(standard)
        self._hosts = {plain, plain + standard} if ":" not in plain.rpartition("]")[2] else {plain}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PROBES and not self._is_ours(scope):
            refusal = PlainTextResponse(_FOREIGN.format(url=self._url), status_code=421)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        given = [value.decode("latin-1").strip().lower() for name, value in scope["headers"] if name == b"host"]
        return len(given) == 1 and given[0] in self._hosts


class Headed:
    """Puts on every answer what a browser needs to be told about it."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._headers: Mapping[str, str] = dict(_HEADERS)
        if public_url.startswith("https:"):
            self._headers = {**_HEADERS, "Strict-Transport-Security": "max-age=31536000"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, headed if scope["type"] == "http" else send)


async def without_slash(request: Request) -> Response:
    """For a route with a slash at its end: to the one without, as a path alone, so that scheme and host stay."""
    return RedirectResponse(request.scope["path"][:-1], 307)


async def away(_request: Request, error: Exception) -> Response:
    """The answer while the database is away: whoever asks again in a moment is served as if nothing had been."""
    assert isinstance(error, DatabaseError)
    return JSONResponse({"error": str(error)}, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


async def unopened(_request: Request, error: Exception) -> Response:
    """The answer of a replica that lacks a key: another may have it, so whoever asks again may be served. The log has
    the name of the key.
    """
    assert isinstance(error, SealedError)
    logger.error("a secret cannot be opened: %s", error.why)
    said = "This replica of the server cannot open what it needs for that. Nothing was done. Try again in a moment."
    return JSONResponse({"error": said}, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


async def unforeseen(_request: Request, _error: Exception) -> Response:
    """The log has the place, and nobody has the text, which could hold anything."""
    return PlainTextResponse("This failed for a reason nobody foresaw. The log of the server says where.", 500)
