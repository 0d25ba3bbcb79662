"""`payt-mcp team clock`: the clock of the database was ahead, and is right now."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import anyio

from payt_mcp.cli.team.opened import company, key_ring, opened, record_of, tell_altered, whoever
from payt_mcp.proposals.records import Who
from payt_mcp.server.team.people import People


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """1 where nothing was corrected though it could be. Raises SettingsError, InputError."""
    args = _parser().parse_args(argv)
    keys = key_ring(environ)
    with opened(environ) as database:
        tenant = anyio.run(company, People(database), args.company)
        with record_of(database, tenant.id, keys, on_altered=tell_altered(tenant)) as ledger:
            ahead = ledger.ahead()
            if not ahead:
                print(f"The record of {tenant.name} is not ahead of the database's clock: nothing to correct.")
                return 0
            now, waiting = ledger.now(), ledger.waiting()
            print(f"The record of {tenant.name} goes on to {now + ahead:%Y-%m-%d %H:%M} UTC. The clock of the database")
            print(f"says {now:%Y-%m-%d %H:%M} UTC. Nothing is written until then, or until this is corrected.")
            print("Go on only if that clock is right NOW. What waits or was approved is withdrawn, and can be proposed")
            print(
                f"again: {', '.join(record.id for record in waiting) or 'nothing'}. What was sent while the clock was"
            )
            print("ahead is held back for 7 days from now, as if it were sent now.")
            if not args.yes:
                print("To correct it, run this again with --yes.")
                return 1
            withdrawn = ledger.correct_clock(Who("terminal", "", whoever()))
    print(f"Corrected, and on record. Withdrawn: {len(withdrawn)}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="payt-mcp team clock",
        description="For when the record of a company was written while the database's clock was ahead: nothing is "
        "written then before that time has come. Once the clock is right, this begins again at its time. Needs "
        "PAYT_DATABASE_URL and PAYT_KEYS.",
    )
    parser.add_argument("--company", metavar="NAME", help="needed where there are several")
    parser.add_argument("--yes", action="store_true", help="the clock of the database is right now: correct the record")
    return parser
