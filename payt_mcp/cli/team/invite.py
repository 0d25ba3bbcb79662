"""`payt-mcp team invite`: somebody who may sign in."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.team.opened import address, company, with_people
from payt_mcp.errors import InputError
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
    parser.add_argument(
        "--anew",
        action="store_true",
        help="whoever signs in with this address next is the person who has it here, roles and all: for when their "
        "account at the identity provider, or the provider itself, is another one now",
    )
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    args = parser.parse_args(argv)
    email = address(args.email)

    async def invite(people: People) -> str:
        tenant = await company(people, args.company)
        if not args.anew:
            await people.invite(tenant.id, email, args.role, args.administration)
        elif not await people.invite_anew(tenant.id, email):
            raise InputError(f"There is nobody of that address in {tenant.name}.")
        return tenant.name

    name = with_people(environ, invite)
    if args.anew:
        print(f"Whoever signs in to {name} with {email} next is the person who has it here.")
        return 0
    where = "every administration" if args.administration == EVERYWHERE else f"administration {args.administration}"
    print(f"{email} may sign in to {name}: {args.role} in {where}.")
    return 0
