"""`payt-mcp team migrate`: the tables of the database, made or brought up to date."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from payt_mcp.cli.team.opened import opened
from payt_mcp.database.migrating import migrate


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Take the steps that were not taken; several at a time wait for each other. Raises SettingsError."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team migrate",
        description="Make the tables of PAYT_DATABASE_URL, or bring them up to date. Run it before the replicas of a "
        "new version start; those of the version before go on working meanwhile.",
    )
    parser.parse_args(argv)
    with opened(environ, checked=False) as database:
        taken = migrate(database)
    print("\n".join(taken) or "Everything is up to date.")
    return 0
