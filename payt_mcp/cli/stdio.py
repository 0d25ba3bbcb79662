"""`payt-mcp`: the server a host starts, over stdin and stdout."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import anyio

from payt_mcp.cli.logs import configure
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    from payt_mcp.server import PaytServer


def run(environ: Mapping[str, str]) -> int:
    """Serve until stdin closes, or a SIGTERM or SIGINT comes."""
    settings = Settings.from_env(environ)
    configure()
    anyio.run(_serve, settings)
    sys.stderr.flush()
    # A thread may still wait for a line on stdin; nothing but the end of the process ends that.
    os._exit(0)


async def _serve(settings: Settings) -> None:
    server = _loaded(settings)
    async with anyio.create_task_group() as group:
        group.start_soon(_stop_on_signal, group.cancel_scope)
        await server.run_stdio_async()
        group.cancel_scope.cancel()


def _loaded(settings: Settings) -> PaytServer:
    """The server. What its loading makes stays until the end, and looking for garbage in it, again and again while it
    grows, would be a tenth of the start.
    """
    gc.disable()
    from payt_mcp.server import build_server

    server = build_server(settings)
    gc.freeze()
    gc.enable()
    return server


async def _stop_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return
