"""`payt-mcp sandbox`: the embedded Payt over real TCP, for trying and testing."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace

from payt_mcp.errors import SettingsError


def run(argv: Sequence[str]) -> int:
    """Serve invented data until interrupted.

    Raises:
        SettingsError: the port is taken.
    """
    args = _parser().parse_args(argv)
    listener = _listener(args.port)
    from payt_sandbox.api.options import Options
    from payt_sandbox.app import create_app
    from payt_sandbox.data.build import build_world
    from payt_sandbox.server import serve

    world = build_world(
        invoices=args.invoices,
        debtors=args.debtors,
        seed=args.seed,
        today=args.today,
        history=args.history,
        history_invoices=args.history_invoices,
    )
    options = Options(latency_ms=args.latency_ms, control=args.control, token_seconds=args.token_seconds)
    applications = {
        name: replace(one, redirect_uris=tuple(args.redirect_uri)) for name, one in options.applications.items()
    }
    options = replace(options, applications=applications)
    url = f"http://127.0.0.1:{args.port}"
    client_id, application = next(iter(options.applications.items()))
    invoices = world.book(world.main_id).tables["invoices"]
    print(
        f"Embedded Payt with {len(invoices.open_ids):,} open and {len(invoices.paid_ids):,} paid invoices at {url}; "
        f"Ctrl+C stops it.\n"
        f"Elsewhere, set PAYT_API_URL={url} and, for one of its companies, PAYT_ADMINISTRATION_ID={world.main_id}.\n"
        f"  With a token:  PAYT_API_TOKEN={options.token}\n"
        f"  Or sign in:    payt-mcp login --client-id {client_id}    (its secret: {application.secret})",
        flush=True,
    )
    serve(create_app(world, options=options), listener=listener)
    return 0


def _listener(port: int) -> socket.socket:
    """Bound before the data is made, so that nothing is promised at a port that is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"Cannot listen at 127.0.0.1, port {port}: {error.strerror}. Another sandbox, perhaps; pass another --port."
        ) from None
    return listener


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="payt-mcp sandbox", description="An embedded Payt with invented data.")
    parser.add_argument("--port", type=_up_to(65_535), default=8765, help="default 8765")
    parser.add_argument("--invoices", type=_up_to(200_000), default=6_000, help="open invoices (default 6,000)")
    parser.add_argument("--debtors", type=_up_to(200_000), default=None, help="default: one for 20 invoices")
    parser.add_argument("--history", type=_up_to(120, least=0), default=0, help="months of a past (default: none)")
    parser.add_argument(
        "--history-invoices", type=_up_to(200_000), help="in it (default: as many as are open, or 1,200)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed is another data set")
    parser.add_argument("--today", type=dt.date.fromisoformat, default=None, help="YYYY-MM-DD; default: today")
    parser.add_argument("--latency-ms", type=int, default=0, help="a delay before every answer")
    parser.add_argument("--token-seconds", type=_up_to(86_400), default=7_200, help="life of an OAuth access token")
    parser.add_argument(
        "--redirect-uri", action="append", default=[], metavar="URI",
        help="where else its OAuth application may send people back to (a team server's /connect/callback)",
    )  # fmt: skip
    parser.add_argument("--control", action="store_true", help="open /_sandbox/ for faults and changes by tests")
    return parser


def _up_to(most: int, least: int = 1) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most:,}")
        return value

    return number
