"""`payt-mcp team restored`: the database was put back from a backup."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import anyio

from payt_mcp.cli.team.opened import key_ring, opened, record_of, whoever
from payt_mcp.errors import AlteredError
from payt_mcp.proposals.records import Who
from payt_mcp.server.team.people import People

if TYPE_CHECKING:
    from payt_mcp.database.database import Database
    from payt_mcp.proposals.records import Record
    from payt_mcp.settings.team import NamedKey

_NEXT = """\
Everybody signs in again, in browsers and in assistants. What the backup does not know is yours to set right:
  - letters proposed after it was made are in no record: look at Payt for what went out before it is proposed again
  - roles that were taken away since: payt-mcp team roles
  - people who were forgotten since: payt-mcp team forget
Then start the replicas."""


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """1 where a record is not as it was written: those of all other companies are put back. Raises SettingsError."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team restored",
        description="Run it once after the database was put back from a backup, before any replica starts. What was "
        "approved or being sent then may have gone out since: it becomes of unknown outcome, and is settled by what "
        "Payt shows. What waited for a yes is withdrawn. Everybody signs in again, as whoever was removed since would "
        "be back. Needs PAYT_DATABASE_URL and PAYT_KEYS.",
    )
    parser.parse_args(argv)
    keys, altered = key_ring(environ), []
    with opened(environ) as database:
        for tenant in anyio.run(People(database).tenants):
            try:
                unknown, withdrawn = _put_back(database, tenant.id, keys)
            except AlteredError as error:
                altered.append(tenant.name)
                print(f"{tenant.name}: NOT DONE. {error}")
            else:
                print(f"{tenant.name}: {_told('of unknown outcome', unknown)}; {_told('withdrawn', withdrawn)}.")
        with database.transaction() as connection:
            connection.execute("update connections set revoked_at = now() where revoked_at is null")
            connection.execute("delete from web_sessions")
    if altered:
        print(
            f"Start no replica: what was approved for {', '.join(altered)} when the backup was made could go out again."
        )
        print("Put back a backup from before it was altered, and run this again.")
        return 1
    print(_NEXT)
    return 0


def _put_back(database: Database, tenant_id: str, keys: Sequence[NamedKey]) -> tuple[list[Record], list[Record]]:
    """Raises AlteredError."""
    with record_of(database, tenant_id, keys) as ledger:
        return ledger.put_back(Who("terminal", "", whoever()))


def _told(what: str, records: Sequence[Record]) -> str:
    ids = f" ({', '.join(record.id for record in records)})" if records else ""
    return f"{len(records)} {what}{ids}"
