"""`payt-mcp team init`: a company, and who administers it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.team.opened import address, with_people
from payt_mcp.errors import InputError
from payt_mcp.network import value_of
from payt_mcp.server.team.people import People

_TO_SET = {
    "PAYT_PUBLIC_URL": "the address people and assistants will use",
    "PAYT_KEYS": "`payt-mcp team keys new` prints one",
    "PAYT_OIDC_ISSUER": "the provider your people sign in at",
    "PAYT_OIDC_CLIENT_ID": "what it calls this server",
    "PAYT_CLIENT_ID": "the application at Payt that people connect through",
    "PAYT_CLIENT_SECRET": "its secret",
}
_LONGEST = 100


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Raises SettingsError, and InputError where there is a company of that name."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team init",
        description="Make a company and invite its first admin. Nothing secret is written. A new company only reads: "
        "`payt-mcp team policy --read-only no` lets its people propose and approve.",
    )
    parser.add_argument("company", help="its name, as people see it")
    parser.add_argument("--admin", required=True, metavar="EMAIL", help="who administers it; may sign in at once")
    args = parser.parse_args(argv)
    name, admin = " ".join(args.company.split()), address(args.admin)
    if not name or not name.isprintable() or len(name) > _LONGEST:
        raise InputError(f"A company's name has 1 to {_LONGEST} characters that can be seen.")

    async def make(people: People) -> None:
        tenant = await people.add_tenant(name)
        await people.invite(tenant.id, admin, "admin")

    with_people(environ, make)
    print(f"{name} is there, and {admin} may sign in as its admin. It only reads until you say otherwise:")
    print("  payt-mcp team policy --read-only no")
    unset = [f"  {setting:19}  {what}" for setting, what in _TO_SET.items() if not value_of(environ, setting)]
    print("\n".join(["Still to be set, where the server runs:", *unset] if unset else ["All settings are there."]))
    print("`payt-mcp team doctor` then says what is missing, and `payt-mcp serve --team` starts a replica.")
    return 0
