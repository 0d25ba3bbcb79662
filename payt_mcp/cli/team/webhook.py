"""`payt-mcp team webhook`: the secret that a company checks our signatures with."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.team.opened import company, key_ring, with_people
from payt_mcp.server.team.notifying.webhook import secret_of


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the address and the secret. Raises SettingsError, InputError."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team webhook",
        description="The address that is told what waits (`payt-mcp team policy --webhook ADDRESS`), and the secret "
        "its signatures are checked with. It is made of the first key of PAYT_KEYS; whoever has it can forge a notice, "
        "and nothing else.",
    )
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    args = parser.parse_args(argv)
    keys = key_ring(environ)
    tenant = with_people(environ, lambda people: company(people, args.company))
    print(tenant.policy.webhook or "No address is told anything yet.")
    print(secret_of(keys[0], tenant.id))
    return 0
