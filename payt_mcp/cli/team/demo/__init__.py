"""`payt-mcp team demo`: a team server with all that belongs to it, on this machine, and a walk through it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

import anyio

from payt_mcp.cli.demo_screen import Screen
from payt_mcp.cli.team.demo.site import a_port, an_empty_database, site
from payt_mcp.cli.team.demo.story import Story
from payt_mcp.errors import PaytMcpError

_PORT = 8000


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Tell it, and stay until Ctrl+C.

    Raises:
        SettingsError: there is no PostgreSQL, or the port is taken.
        PaytMcpError: something of it did not come up, or did not go as it should.
    """
    args = _parser().parse_args(argv)
    port = a_port(0 if args.once and args.port is None else args.port or _PORT)
    screen = Screen.on(sys.stdout, os.environ)
    with an_empty_database(environ) as database:
        try:
            anyio.run(_told, environ, port, database, screen, args.once)
        except* PaytMcpError as group:
            raise _first(group) from None
        except* KeyboardInterrupt:
            print("\nStopped.")
    return 0


async def _told(environ: Mapping[str, str], port: int, database: str, screen: Screen, once: bool) -> None:
    async with site(environ, port, database) as found:
        await Story(found, screen).tell()
        if not once:
            await anyio.sleep_forever()


def _first(group: BaseExceptionGroup[PaytMcpError]) -> PaytMcpError:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="payt-mcp team demo",
        description="A team server with all that belongs to it, on this machine and on invented data: PostgreSQL, two "
        "replicas behind a balancer, stand-ins for the identity provider and for Payt. Two people, two assistants, one "
        "letter; the replica that took it is killed before it is approved. Then it stays up for you to try.",
    )
    parser.add_argument("--once", action="store_true", help="end after the walk")
    parser.add_argument("--port", type=int, help="of the balancer (default 8000; with --once any that is free)")
    return parser
