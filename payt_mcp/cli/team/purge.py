"""`payt-mcp team purge`: letters and addresses of what ended long ago."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Mapping, Sequence

import anyio

from payt_mcp.cli.team.opened import key_ring, opened, record_of, tell_altered
from payt_mcp.server.team.people import People


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Of every company; what was altered is named, and stays. Raises SettingsError."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team purge",
        description="Forget letters, addresses and previews of proposals that ended long ago, of every company; "
        "digests, outcomes and who decided stay. Run it daily. Needs PAYT_DATABASE_URL and PAYT_KEYS.",
    )
    parser.add_argument("--days", type=_days, default=90, metavar="N", help="of what ended longer ago (default 90)")
    days = parser.parse_args(argv).days
    keys = key_ring(environ)
    with opened(environ) as database:
        for tenant in anyio.run(People(database).tenants):
            with record_of(database, tenant.id, keys, on_altered=tell_altered(tenant)) as ledger:
                print(f"{tenant.name}: {ledger.purge(dt.timedelta(days=days))} forgotten.")
    return 0


def _days(text: str) -> int:
    if not text.isdecimal() or len(text) > 5:
        raise argparse.ArgumentTypeError("a whole number of days")
    return int(text)
