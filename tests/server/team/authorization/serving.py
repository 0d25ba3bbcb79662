"""Applications over TCP, in the loop of a test."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp


def listener() -> tuple[socket.socket, int]:
    """A socket of this machine, so that its port can be told before anything serves there."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    return bound, bound.getsockname()[1]


class _Server(uvicorn.Server):
    """Leaves the signals to the tests."""

    def install_signal_handlers(self) -> None:
        pass


@asynccontextmanager
async def served(app: ASGIApp, bound: socket.socket, **config: Any) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, **config))
    async with anyio.create_task_group() as group:
        group.start_soon(server.serve, [bound])
        try:
            with anyio.fail_after(60):
                while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
                    await anyio.sleep(0.02)
            yield
        finally:
            server.should_exit = True
