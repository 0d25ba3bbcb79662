"""`payt-mcp team forget`: a person who left, or who asks for it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

import anyio

from payt_mcp.cli.team.opened import company, opened
from payt_mcp.errors import InputError
from payt_mcp.server.team.forgetting import forget, known
from payt_mcp.server.team.people import People


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """0, or 1 where whoever runs it said no. Raises SettingsError, InputError."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team forget",
        description="Forget a person: name, address, roles, browser sessions, the connections of their programs, their "
        "grant at Payt. They have no access from now on; what they approved and was not sent yet is not sent. The "
        "record of writes keeps their id, which says nothing of who it was.",
    )
    parser.add_argument("who", metavar="WHO", help="the address, or the id that `payt-mcp team roles` shows")
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    parser.add_argument("--yes", action="store_true", help="ask nothing; for scripts")
    args = parser.parse_args(argv)
    with opened(environ) as database:
        tenant = anyio.run(company, People(database), args.company)
        with database.transaction() as connection:
            found = known(connection, tenant.id, args.who)
        if not found:
            raise InputError(f"{tenant.name} has nobody of that address or id, and had nobody since it was forgotten.")
        told = ", ".join(sorted({f"{one.email} ({one.id})" for one in found}))
        if not args.yes and not _agreed(f"Forget {told} of {tenant.name}? This cannot be undone. [y/N] "):
            print("Nobody was forgotten.")
            return 1
        with database.transaction() as connection:
            for one in found:
                forget(connection, one)
    print(f"{told} is forgotten. Take their consent back at Payt, too: the server has no way to do that.")
    return 0


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise InputError("Say --yes where nobody can be asked. Nobody was forgotten.")
    return input(question).strip().lower() in {"y", "yes"}
