"""`payt-mcp team keys`: keys for PAYT_KEYS, and everything sealed under the first of them."""

from __future__ import annotations

import argparse
import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payt_mcp.database.database import Database
    from payt_mcp.settings.team import NamedKey


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Raises SettingsError; SealedError where a key that is still needed is gone."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team keys",
        description="Keys that seal what is secret in the database. To change keys: add a new one behind the others in "
        "PAYT_KEYS of every replica, so that all of them open what it seals; then put it first, one replica after the "
        "other; run `rotate` with the same PAYT_KEYS, and take the old ones away when it says so.",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("new", help="print one, with a name of its own (name:base64), and nothing else")
    steps.add_parser("rotate", help="seal everything anew under the first key, while replicas run")
    if parser.parse_args(argv).step == "new":
        print(new_key())
        return 0
    from payt_mcp.cli.team.opened import key_ring, opened

    ring = key_ring(environ)
    with opened(environ) as database:
        return _rotate(database, ring)


def new_key() -> str:
    """A key as PAYT_KEYS takes it."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _rotate(database: Database, ring: Sequence[NamedKey]) -> int:
    """1 where something is still sealed, or signed, by another key than the first."""
    from functools import partial

    import anyio

    from payt_mcp.cli.team.opened import record_of, tell_altered
    from payt_mcp.server.team.keyring import KeyRing
    from payt_mcp.server.team.people import People
    from payt_mcp.server.team.resealing import keys_in_use, reseal, signed_by_others

    first, *older = [key.name for key in ring]
    changed = anyio.run(partial(reseal, database, KeyRing(ring)))
    for tenant in anyio.run(People(database).tenants):
        with record_of(database, tenant.id, ring, on_altered=tell_altered(tenant)):
            pass  # what an older key signed is signed anew when it is opened
    left = sum(number for name, number in anyio.run(keys_in_use, database).items() if name != first)
    unsigned = anyio.run(signed_by_others, database, first)
    print(f"Sealed anew under key {first}: {changed}.")
    if left:
        print(f"{left} more were sealed by an older key meanwhile: give every replica this PAYT_KEYS and run it again.")
    if unsigned:
        print(
            f"Still signed by an older key: the record of writes of {', '.join(unsigned)}. Run it again; where it "
            "stays so, the record was altered (`payt-mcp team export` says how), and needs the old key until it is set "
            "right."
        )
    if left or unsigned:
        return 1
    if older:
        print(
            f"Nothing is sealed by {', '.join(older)} any more. Questions that are open in assistants still need the "
            "old keys: leave them in PAYT_KEYS until the last replica has had the new one for 7 days."
        )
    return 0
