"""Whether this replica lives (`/livez`), and whether it may be given requests (`/readyz`).

What is needed is looked at in the background, so a probe costs nothing and waits for nothing, whoever sends it. An
answer names the part that is missing and says nothing else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from payt_mcp.errors import DatabaseError, PaytMcpError

logger = logging.getLogger("payt_mcp")

EVERY = 2.0
"""Seconds between two looks."""

STALE = 15.0
"""Seconds after which the last look says nothing any more: one that hangs is no good sign."""

DATABASE = "database"
DRAINING = "draining"

Check = Callable[[], Awaitable[None]]
"""Raises DatabaseError where the database is away, and another PaytMcpError where what it looks at is
not right.
"""


class Health:
    """`checks` by the name that is told where one fails."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._missing: tuple[str, ...] = ("unchecked",)
        self._looked_at = time.monotonic()
        self._is_draining = False

    @property
    def missing(self) -> tuple[str, ...]:
        """What stands against giving this replica requests; nothing where it is ready."""
        if self._is_draining:
            return (DRAINING,)
        if time.monotonic() - self._looked_at > STALE:
            return ("unchecked",)
        return self._missing

    def drain(self) -> None:
        """It ends: from here on it is given nothing new."""
        self._is_draining = True

    async def look(self) -> None:
        """Raises the first thing that is wrong: what a start says."""
        for check in self._checks.values():
            await check()
        self._found(())

    async def watch(self) -> None:
        """Go on looking, for as long as the server runs."""
        while True:
            self._found(await self._wrong())
            await anyio.sleep(EVERY)

    async def _wrong(self) -> tuple[str, ...]:
        for name, check in self._checks.items():
            try:
                await check()
            except DatabaseError:
                return (DATABASE,)
            except PaytMcpError:
                return (name,)
        return ()

    def _found(self, missing: tuple[str, ...]) -> None:
        if missing != self._missing:
            logger.log(logging.WARNING if missing else logging.INFO, "ready: %s", ", ".join(missing) or "yes")
        self._missing, self._looked_at = missing, time.monotonic()


def routes(health: Health) -> list[Route]:
    async def lives(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def is_ready(_request: Request) -> Response:
        if missing := health.missing:
            return JSONResponse({"status": "not ready", "missing": list(missing)}, status_code=503)
        return JSONResponse({"status": "ok"})

    return [Route("/livez", lives, methods=["GET"]), Route("/readyz", is_ready, methods=["GET"])]
