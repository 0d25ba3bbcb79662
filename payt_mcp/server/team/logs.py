"""Which request a line of the log is about, and whose: ids alone, on every line that is written meanwhile."""

from __future__ import annotations

import logging
import re
import secrets
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from payt_mcp.server.team.who import SignedIn

HEADER = "X-Request-Id"

_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_about: ContextVar[dict[str, str] | None] = ContextVar("_about", default=None)


class RequestIds:
    """Gives each request an id, the one that a proxy in front gave it where it reads as one; the answer tells it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        token = _about.set({"request": request_id})
        try:
            await self._app(scope, receive, with_id)
        finally:
            _about.reset(token)


def about(who: SignedIn) -> None:
    """From here on, lines of this request name the person and the company, by their ids."""
    known = _about.get()
    if known is not None:
        known |= {"tenant": who.tenant_id, "person": who.person_id}


class Ids(logging.Filter):
    """Puts the ids of the request that is being answered on a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in (_about.get() or {}).items():
            setattr(record, name, value)
        return True
