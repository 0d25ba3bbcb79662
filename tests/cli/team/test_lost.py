"""A database that was put back from a backup: what is gone with it shows in the next export."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.settings import Secret
from tests.cli.team.conftest import Run
from tests.cli.team.test_records import PAYT_KEYS, verified
from tests.support.house import PAGE, TOOL, draft
from tests.support.keys import KEYS

pytestmark = pytest.mark.slow


def test_what_a_backup_lost_shows_in_the_next_export(team: Run, database_url: str, tmp_path: Path) -> None:
    """The export after it is whole by itself; held against the one before, it names what is gone."""
    team("init", "West BV", "--admin", "wim@west.example")
    opened = partial(company_ledger, database_url, "West BV")
    with opened() as ledger:
        ledger.decline(ledger.propose(draft("before"), TOOL)[0].id, PAGE)
    export("first", team, tmp_path)
    backup = f"{database_url}_backup"
    with psycopg.connect(database_url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        names = [sql.Identifier(url.rpartition("/")[2]) for url in (backup, database_url)]
        connection.execute(sql.SQL("create database {} template {}").format(*names))
    with opened() as ledger:
        ledger.decline(ledger.propose(draft("lost"), TOOL)[0].id, PAGE)
    export("second", team, tmp_path)
    try:
        assert team("restored", PAYT_KEYS=PAYT_KEYS, PAYT_DATABASE_URL=backup).returncode == 0
        with company_ledger(backup, "West BV") as ledger:
            for text in ("after", "and more"):
                ledger.propose(draft(text), TOOL)
        key = export("third", team, tmp_path, PAYT_DATABASE_URL=backup)
    finally:
        with psycopg.connect(database_url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(names[0]))
    third = str(tmp_path / "third.jsonl")
    assert verified(third, "--public-key", key)[0] == 0
    code, said = verified(third, "--public-key", key, "--after", str(tmp_path / "first.jsonl"))
    assert (code, "nothing that stood there is gone" in said) == (0, True)
    code, said = verified(third, "--public-key", key, "--after", str(tmp_path / "second.jsonl"))
    assert code == 1
    assert "of that one's 4 events, the last 2 (from event 3 on) are not in it" in said
    assert verified(str(tmp_path / "second.jsonl"), "--after", str(tmp_path / "first.jsonl"))[0] == 0
    assert verified(str(tmp_path / "first.jsonl"), "--after", str(tmp_path / "second.jsonl"))[0] == 1


def export(name: str, team: Run, folder: Path, **settings: str) -> str:
    """One of West BV; its public key."""
    done = team("export", "--company", "West BV", "--to", str(folder / name), PAYT_KEYS=PAYT_KEYS, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.rpartition(" ")[2].strip()


@contextmanager
def company_ledger(url: str, name: str) -> Iterator[CommonLedger]:
    with psycopg.connect(url) as connection:
        (tenant,) = connection.execute("select id from tenants where name = %s", (name,)).fetchone() or ("",)
    database = Database(Secret(url))
    leases = Leases(database)
    ledger = open_team_ledger(database, tenant, KEYS, leases)
    yield ledger
    ledger.close()
    leases.close()
    database.close()
