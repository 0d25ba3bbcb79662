"""`payt-mcp team export`: the record of writes for auditors."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio

from payt_mcp.cli.team.opened import company, key_ring, opened, record_of
from payt_mcp.proposals.ledger.postgres.signing import Signer
from payt_mcp.proposals.ledger.postgres.store import PostgresStore
from payt_mcp.server.team.audit.checking import check
from payt_mcp.server.team.audit.export import export
from payt_mcp.server.team.people import People


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Raises SettingsError, InputError; AlteredError where the record is not as it was written: nothing is exported."""
    args = _parser().parse_args(argv)
    keys = key_ring(environ)
    with opened(environ) as database:
        tenant = anyio.run(company, People(database), args.company)
        with record_of(database, tenant.id, keys) as ledger:
            ledger.verify()
        named = (
            args.to
            or f"payt-mcp-{re.sub(r'[^a-z0-9]+', '-', tenant.name.lower()).strip('-')}-{dt.datetime.now(dt.UTC).date()}"
        )
        lines, table = Path(f"{named}.jsonl"), Path(f"{named}.csv")
        done = export(PostgresStore(database, tenant.id), Signer(keys), tenant, lines, table)
    check(lines, done.public_key)
    print(f"{tenant.name}: {done.events} events in {lines} and {table}, readable by you alone.")
    print(f"Signed with the public key {done.public_key}.")
    print(f"Whoever gets them checks them with: payt-mcp team verify {lines} --public-key {done.public_key}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="payt-mcp team export",
        description="Who saw, proposed, approved and sent what, when: NAME.jsonl for programs and NAME.csv for people, "
        "signed. They hold no letter and no debtor's address; they do hold names and addresses of your own people. "
        "Needs PAYT_DATABASE_URL and PAYT_KEYS.",
    )
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    parser.add_argument(
        "--to", metavar="NAME", help="what both files are called before the dot (default: company and day)"
    )
    return parser
