"""`payt-mcp`: the server a host starts, over stdin and stdout."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from payt_mcp.cli.logs import configure
from payt_mcp.proposals.asking.browser import browse
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    from payt_mcp.server.server import PaytServer


_BY_HAND = """\
This is the server that an AI assistant starts. It now waits for one to speak to it here; there is nothing to type.
Ctrl+C ends it. Most likely you want one of these instead:
  payt-mcp demo              see what it can do, on invented data
  payt-mcp login             sign in to Payt
  payt-mcp install HOST      add it to claude-desktop, claude-code, cursor or vscode
  payt-mcp --help            everything else"""

_PATIENCE = 5.0
_LOOK_FOR_GARBAGE_AFTER = 10_000
"""New objects; Python's 700 are less than one page of invoices makes."""


def run(environ: Mapping[str, str]) -> int:
    """Serve until stdin closes, or a SIGTERM or SIGINT comes."""
    settings = Settings.from_env(environ)
    configure()
    if sys.stdin.isatty():
        print(_BY_HAND, file=sys.stderr, flush=True)
    with suppress(KeyboardInterrupt):
        anyio.run(_serve, settings)
    sys.stderr.flush()
    # A thread may still wait for the host's next line; nothing but the end of the process ends that.
    os._exit(0)


async def _serve(settings: Settings) -> None:
    server = _loaded(settings)
    end = _endable_stdin()
    async with anyio.create_task_group() as group:
        if sys.platform != "win32":  # there an event loop has no signal handlers; hosts close stdin
            group.start_soon(_stop_on_signal, end)
        await server.run_stdio_async()
        group.cancel_scope.cancel()


def _endable_stdin() -> Callable[[], None]:
    """Put something in the place of stdin that can be ended from here, and return what ends it.

    The server ends where stdin does, in good order; but a thread that waits for a line from the host cannot be woken.
    So a thread of our own waits for it, and the server reads from a socket that either of us can close.
    """
    ours, servers = socket.socketpair()
    wire = sys.stdin.fileno()

    def end() -> None:
        with suppress(OSError):  # ended before
            ours.shutdown(socket.SHUT_WR)

    def pass_on() -> None:
        with suppress(OSError):  # a signal has ended it
            while received := os.read(wire, 65536):
                ours.sendall(received)
        end()

    sys.stdin = servers.makefile("r", encoding="utf-8")
    threading.Thread(target=pass_on, daemon=True).start()
    return end


async def _stop_on_signal(end: Callable[[], None]) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            end()
            await anyio.sleep(_PATIENCE)
            os._exit(1)  # a host that no longer reads keeps an answer, and so the server, from ending


def _loaded(settings: Settings) -> PaytServer:
    """The server. What its loading makes stays until the end, and looking for garbage in it, again and again while it
    grows, would be a tenth of the start. So do the open items stay: garbage is looked for less often than by default.
    """
    gc.disable()
    from payt_mcp.server.server import build_server

    server = build_server(settings, browse=browse)
    gc.freeze()
    gc.set_threshold(_LOOK_FOR_GARBAGE_AFTER)
    gc.enable()
    return server
