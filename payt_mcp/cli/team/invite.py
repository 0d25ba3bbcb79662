"""`payt-mcp team invite`: somebody who may sign in."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.team.opened import address, company, with_people
from payt_mcp.policy.team import EVERYWHERE, ROLES
from payt_mcp.server.team.people import People


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Raises SettingsError, and InputError where the address or the company is none."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team invite",
        description="Let somebody sign in, with this address as the identity provider verified it. No mail is sent. "
        "Who was invited before gets the role beside those they have.",
    )
    parser.add_argument("email")
    parser.add_argument(
        "--role", choices=ROLES, default="reader", help="each may do what those before it may (default: reader)"
    )
    parser.add_argument(
        "--administration", metavar="ID", default=EVERYWHERE, help="in this one alone (default: in all)"
    )
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    args = parser.parse_args(argv)
    email = address(args.email)

    async def invite(people: People) -> str:
        tenant = await company(people, args.company)
        await people.invite(tenant.id, email, args.role, args.administration)
        return tenant.name

    name = with_people(environ, invite)
    where = "every administration" if args.administration == EVERYWHERE else f"administration {args.administration}"
    print(f"{email} may sign in to {name}: {args.role} in {where}.")
    return 0
