"""`payt-mcp`: the server a host starts, over stdin and stdout."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

import anyio

from payt_mcp.cli.logs import configure
from payt_mcp.settings import Settings


def run(environ: Mapping[str, str]) -> int:
    """Serve until stdin closes, or a SIGTERM or SIGINT comes."""
    settings = Settings.from_env(environ)
    configure()
    anyio.run(_serve, settings)
    sys.stderr.flush()
    # A thread may still wait for a line on stdin; nothing but the end of the process ends that.
    os._exit(0)


async def _serve(settings: Settings) -> None:
    from payt_mcp.server import build_server

    async with anyio.create_task_group() as group:
        group.start_soon(_stop_on_signal, group.cancel_scope)
        await build_server(settings).run_stdio_async()
        group.cancel_scope.cancel()


async def _stop_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return
