"""`payt-mcp demo`: a controller's morning on invented data, through a real server and a real client."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import TextIO

import anyio

from payt_mcp.cli.demo_screen import Screen
from payt_mcp.errors import PaytMcpError

SERVER_ENVIRONMENT = {"PAYT_API_URL": "sandbox", "PAYT_ADMINISTRATION_ID": "4711"}
"""What a host would put into the environment of the server: the embedded Payt, and one company of its two."""

_PATIENCE = 120.0


class DemoError(PaytMcpError):
    """The tour could not be given."""


def run(argv: Sequence[str]) -> int:
    """Give the tour on stdout.

    Raises:
        DemoError: the server did not start, or a question got no answer; one sentence says which.
    """
    argparse.ArgumentParser(prog="payt-mcp demo", description="A tour on invented data, in this terminal.").parse_args(
        argv
    )
    try:
        give(Screen.on(sys.stdout, os.environ), SERVER_ENVIRONMENT)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130
    return 0


def give(screen: Screen, environment: Mapping[str, str]) -> None:
    """Start a server with this environment as a host would, and ask it everything. Raises DemoError."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            anyio.run(_connected, screen, environment, log)
        except BaseExceptionGroup as group:
            raise _first(group, log) from group
        except Exception as error:
            raise _plain(error, log) from error


async def _connected(screen: Screen, environment: Mapping[str, str], log: TextIO) -> None:
    from mcp import StdioServerParameters, stdio_client
    from mcp.client import Client

    from payt_mcp.cli.demo_story import Story

    server = StdioServerParameters(command=sys.executable, args=["-m", "payt_mcp"], env=dict(environment))
    with anyio.fail_after(_PATIENCE):
        async with Client(stdio_client(server, errlog=log)) as client:
            await Story(client, screen).tell()


def _first(group: BaseExceptionGroup[BaseException], log: TextIO) -> BaseException:
    """The one thing that went wrong, out of what the tasks of the client raised around it."""
    inner = group.exceptions[0]
    return _first(inner, log) if isinstance(inner, BaseExceptionGroup) else _plain(inner, log)


def _plain(error: BaseException, log: TextIO) -> BaseException:
    if isinstance(error, PaytMcpError | BrokenPipeError | KeyboardInterrupt):
        return error
    log.seek(0)
    said = log.read().strip().splitlines()
    if said:
        return DemoError(f"The demo stopped, because its server did not go on; its last words were: {said[-1][:300]}")
    if isinstance(error, TimeoutError):
        return DemoError(f"The demo stopped, because its server did not answer within {_PATIENCE:.0f} seconds.")
    kind = type(error).__name__
    return DemoError(f"The demo stopped, because its server could not be talked to ({kind}: {str(error)[:200]}).")
