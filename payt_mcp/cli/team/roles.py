"""`payt-mcp team roles`: who may do what in which administration."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.team.opened import company, person, table, with_people
from payt_mcp.policy.team import EVERYWHERE, ROLES, Rights
from payt_mcp.server.team.people import People


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Raises SettingsError, and InputError where nobody of that address is there."""
    args = _parser().parse_args(argv)

    async def do(people: People) -> str:
        tenant = await company(people, args.company)
        if args.step == "list":
            return await _listed(people, tenant.id)
        who = await person(people, tenant, args.who)
        await people.set_role(who.id, args.role, args.administration)
        return f"{who.email}: {_said(await people.rights(who.id))}."

    print(with_people(environ, do))
    return 0


async def _listed(people: People, tenant_id: str) -> str:
    known = await people.people_of(tenant_id)
    rows = [(one.email, one.name, one.status, one.id, _said(await people.rights(one.id))) for one in known]
    return table([("address", "name", "status", "id", "roles"), *rows])


def _said(rights: Rights) -> str:
    places = sorted(rights.roles.items(), key=lambda one: (one[0] != EVERYWHERE, one[0]))
    said = [f"{role} {'everywhere' if place == EVERYWHERE else f'in {place}'}" for place, role in places]
    return ", ".join(said) or "no role, so nothing to see"


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--company", metavar="NAME", default=None, help="needed where there are several")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("who", metavar="EMAIL", help="the address, or the id that `list` shows")
    where.add_argument(
        "--administration", metavar="ID", default=EVERYWHERE, help="in this one alone (default: in all others)"
    )
    parser = argparse.ArgumentParser(
        prog="payt-mcp team roles",
        description="Who may do what. reader: ask. proposer: also propose writes. approver: also say yes to those of "
        "others. admin: also run the company's settings. A role in one administration goes before the one for all. An "
        "administration without a role does not exist for that person.",
        parents=[shared],
    )
    steps = parser.add_subparsers(dest="step")
    parser.set_defaults(step="list")
    steps.add_parser("list", help="all people with their roles", parents=[shared])
    steps.add_parser("set", help="give a role", parents=[where, shared]).add_argument("role", choices=ROLES)
    steps.add_parser("remove", help="take a role away", parents=[where, shared]).set_defaults(role=None)
    return parser
