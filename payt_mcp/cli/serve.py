"""`payt-mcp serve --http`: the server over Streamable HTTP at /mcp. With `--team`: for a whole company."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.cli.logs import configure
from payt_mcp.cli.ports import port
from payt_mcp.errors import SettingsError
from payt_mcp.network import NAMED_HERE
from payt_mcp.proposals.asking.browser import browse
from payt_mcp.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

    from payt_mcp.server.server import PaytServer


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve until a SIGTERM or SIGINT comes.

    Raises:
        SettingsError: a host others can reach, without PAYT_MCP_TOKEN; an address that cannot be listened at.
    """
    args = _parser().parse_args(argv)
    if args.team:
        from payt_mcp.cli.serve_team import serve_team

        return serve_team(environ, args.host, args.port, args.metrics_port, args.leave_seconds)
    settings = Settings.from_env(environ)
    from payt_mcp.server.http_app import build_app

    if args.host not in NAMED_HERE and settings.mcp_token is None:
        raise SettingsError(
            f"--host {args.host} can be reached by others: set PAYT_MCP_TOKEN to 32 random characters or more, which "
            "every client must then send as a bearer token, or leave --host out."
        )
    listener = listen(args.host, args.port)
    configure()
    from payt_mcp.server.connections import OrderlyServer

    servers: list[PaytServer] = []
    config = how_to_serve(build_app(settings, host=args.host, browse=browse, began=servers.append))
    who = "this machine alone" if args.host in NAMED_HERE else "whoever has PAYT_MCP_TOKEN"
    place = f"http://{f'[{args.host}]' if ':' in args.host else args.host}:{args.port}/mcp"
    if sys.stderr.isatty():  # elsewhere every line of it is an entry of the log
        print(f"Serving {place}, to {who}; Ctrl+C stops it.", file=sys.stderr, flush=True)
    OrderlyServer(config, lambda: servers[0].settle).run(sockets=[listener])
    return 0


def how_to_serve(app: ASGIApp) -> uvicorn.Config:
    """With bounded connections, and signals left to uvicorn."""
    import uvicorn

    from payt_mcp.server.connections import BoundedProtocol, room_for

    BoundedProtocol.most = room_for()
    # uvicorn shuts down in order and then raises the signal again, for whoever handled it before.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket bound before anything is loaded, so that a port that is taken is one sentence and not a log."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)  # what localhost mostly means
        return _bound(family, address)
    except OSError as error:
        raise SettingsError(f"Cannot listen at {host}, port {port}: {error.strerror}.") from None


def _bound(family: socket.AddressFamily, address: Any) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="payt-mcp serve", description="Serve over Streamable HTTP at /mcp.")
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--http", action="store_true", help="serve one caller over HTTP (without it: stdio)")
    kind.add_argument("--team", action="store_true", help="serve a whole company: everybody signs in (docs/team.md)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=8000)
    team = parser.add_argument_group("with --team")
    team.add_argument("--metrics-port", type=port, help="figures for Prometheus at /metrics of this port of --host")
    team.add_argument(
        "--leave-seconds", type=_seconds, default=5.0, metavar="SECONDS",
        help="on SIGTERM, go on answering for that long while /readyz says no, so that a balancer can notice",
    )  # fmt: skip
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 300:
        raise argparse.ArgumentTypeError("from 0 to 300 seconds")
    return value
