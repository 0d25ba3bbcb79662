"""`payt-mcp serve --http`: the server over Streamable HTTP at /mcp."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from payt_mcp.cli.logs import configure
from payt_mcp.errors import SettingsError
from payt_mcp.proposals.asking.browser import browse
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    from payt_mcp.server.server import PaytServer


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until a SIGTERM or SIGINT comes.

    Raises:
        SettingsError: a host others can reach, without PAYT_MCP_TOKEN; an address that cannot be listened at.
    """
    args = _parser().parse_args(argv)
    settings = Settings.from_env(environ)
    from payt_mcp.server.http_app import LOOPBACK, build_app

    if args.host not in LOOPBACK and settings.mcp_token is None:
        raise SettingsError(
            f"--host {args.host} can be reached by others: set PAYT_MCP_TOKEN to 32 random characters or more, which "
            "every client must then send as a bearer token, or leave --host out."
        )
    listener = _listener(args.host, args.port)
    configure()
    import uvicorn

    from payt_mcp.server.connections import BoundedProtocol, OrderlyServer, room_for

    BoundedProtocol.most = room_for()
    servers: list[PaytServer] = []
    config = uvicorn.Config(
        build_app(settings, host=args.host, browse=browse, began=servers.append),
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    # uvicorn shuts down in order and then raises the signal again, for whoever handled it before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    who = "this machine alone" if args.host in LOOPBACK else "whoever has PAYT_MCP_TOKEN"
    place = f"http://{f'[{args.host}]' if ':' in args.host else args.host}:{args.port}/mcp"
    if sys.stderr.isatty():  # elsewhere every line of it is an entry of the log
        print(f"Serving {place}, to {who}; Ctrl+C stops it.", file=sys.stderr, flush=True)
    OrderlyServer(config, lambda: servers[0].settle).run(sockets=[listener])
    return 0


def _listener(host: str, port: int) -> socket.socket:
    """A socket bound before anything is loaded, so that a port that is taken is one sentence and not a log."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)  # what localhost mostly means
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise SettingsError(f"Cannot listen at {host}, port {port}: {error.strerror}.") from None
    return listener


def _port(text: str) -> int:
    value = int(text)
    if not 0 < value < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="payt-mcp serve", description="Serve over Streamable HTTP at /mcp.")
    parser.add_argument("--http", action="store_true", required=True, help="serve over HTTP (without it: stdio)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=8000)
    return parser
