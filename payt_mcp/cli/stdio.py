"""`payt-mcp`: the server a host starts, over stdin and stdout."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, cast

import anyio

from payt_mcp.cli.logs import configure
from payt_mcp.cli.starter import gone_check
from payt_mcp.proposals.asking.browser import browse
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import WriteStream
    from mcp.shared.message import SessionMessage

    from payt_mcp.cli.lines import Lines, Refusal
    from payt_mcp.server.server import PaytServer

logger = logging.getLogger("payt_mcp")

_BY_HAND = """\
This is the server that an AI assistant starts. It now waits for one to speak to it here; there is nothing to type.
Ctrl+C ends it. Most likely you want one of these instead:
  payt-mcp demo              see what it can do, on invented data
  payt-mcp login --token     sign in to Payt with an API token
  payt-mcp install HOST      add it to claude-desktop, claude-code, cursor or vscode
  payt-mcp --help            everything else"""

_PATIENCE = 5.0
_LOOK_EVERY = 1.0
_SILENCE = 5.0
"""Seconds without a line after which a server whose starter is gone has nobody to serve."""

_WEB_SERVER = "uvicorn"

_LOOK_FOR_GARBAGE_AFTER = 10_000
"""New objects; Python's 700 are less than one page of invoices makes."""


def run(environ: Mapping[str, str]) -> int:
    """Serve until stdin closes, a SIGTERM or SIGINT comes, or who started it is gone and nobody speaks any more."""
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
    is_gone = gone_check()
    server = _loaded(settings)
    from mcp.server.stdio import stdio_server

    from payt_mcp.cli.lines import Lines

    received, end = _endable_stdin()
    lines = Lines(received)
    async with anyio.create_task_group() as group:
        if sys.platform != "win32":  # there an event loop has no signal handlers; hosts close stdin
            group.start_soon(_stop_on_signal, end)
        if is_gone is not None:
            group.start_soon(_stop_without_starter, is_gone, lines, end)
        # All the SDK asks of a file is its lines.
        async with stdio_server(stdin=cast("anyio.AsyncFile[str]", lines)) as (read, write):
            lines.answers_go_to(partial(_answer, write))
            await server.serve(read, write)
        group.cancel_scope.cancel()


async def _answer(write: WriteStream[SessionMessage], refused: Refusal) -> None:
    from mcp.shared.message import SessionMessage
    from mcp.types import ErrorData, JSONRPCError

    error = ErrorData(code=refused.code, message=refused.reason)
    await write.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=refused.request_id, error=error)))


def _endable_stdin() -> tuple[anyio.AsyncFile[bytes], Callable[[], None]]:
    """The lines of stdin through something that can be ended from here, and what ends it.

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

    threading.Thread(target=pass_on, daemon=True).start()
    return anyio.wrap_file(servers.makefile("rb")), end


async def _stop_without_starter(is_gone: Callable[[], bool], lines: Lines, end: Callable[[], None]) -> None:
    """End the server where the program that started it is gone and nobody speaks to it any more.

    Who speaks after that has had the server started by something that was not to stay, and is not watched.
    """
    while not is_gone():  # noqa: ASYNC110 - no system says so by itself
        await anyio.sleep(_LOOK_EVERY)
    heard = lines.count
    await anyio.sleep(_SILENCE)
    if lines.count == heard:
        logger.info("the program that started this server is gone, and nothing was heard since: ending")
        await _stop(end)


async def _stop_on_signal(end: Callable[[], None]) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            await _stop(end)


async def _stop(end: Callable[[], None]) -> None:
    end()
    await anyio.sleep(_PATIENCE)
    os._exit(1)  # a host that no longer reads keeps an answer, and so the server, from ending


def _loaded(settings: Settings) -> PaytServer:
    """The server. What its loading makes stays until the end, and looking for garbage in it, again and again while it
    grows, would be a tenth of the start. So do the open items stay: garbage is looked for less often than by default.
    """
    gc.disable()
    _load_sdk()
    from payt_mcp.server.server import build_server

    server = build_server(settings, browse=browse)
    gc.freeze()
    gc.set_threshold(_LOOK_FOR_GARBAGE_AFTER)
    gc.enable()
    return server


def _load_sdk() -> None:
    """Load the SDK as over stdio it is used: a host waits.

    What it answers HTTP with brings a web server along where one is installed, and does without where none is: so none
    is, meanwhile. And nothing here is a plugin of pydantic, which looks for them in every package there is.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if _WEB_SERVER in sys.modules:
        return
    sys.modules[_WEB_SERVER] = None  # type: ignore[assignment]  # how Python writes that there is no such module
    try:
        with suppress(ImportError):  # an SDK that cannot do without it is loaded with it
            import_module("mcp.server")
    finally:
        del sys.modules[_WEB_SERVER]
