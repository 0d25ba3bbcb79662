"""A record that was written while the database's clock was ahead: whoever administers the server begins again."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from payt_mcp.database.database import Database
from payt_mcp.errors import LedgerError
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.cli.team.conftest import Run
from tests.support.house import TOOL, draft
from tests.support.keys import KEYS

pytestmark = pytest.mark.slow

PAYT_KEYS = f"k1:{KEYS[0].value.reveal()}"


@contextmanager
def opened(database_url: str, clock: Callable[[], dt.datetime] | None = None) -> Iterator[CommonLedger]:
    """The ledger of the only company."""
    with psycopg.connect(database_url) as connection:
        (tenant,) = connection.execute("select id from tenants").fetchone() or ("",)
    database = Database(Secret(database_url))
    leases = Leases(database)
    ledger = open_team_ledger(database, tenant, KEYS, leases, clock=clock)
    yield ledger
    ledger.close()
    leases.close()
    database.close()


def test_a_record_that_is_ahead_is_corrected_by_who_says_that_the_clock_is_right(
    team: Run, database_url: str, tmp_path: Path
) -> None:
    team("init", "Noord BV", "--admin", "anouk@noord.example")
    assert "nothing to correct" in team("clock", PAYT_KEYS=PAYT_KEYS).stdout
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    with opened(database_url, lambda: ahead) as ledger:
        record, _ = ledger.propose(draft("ahead"), TOOL)
    with opened(database_url) as ledger, pytest.raises(LedgerError) as told:
        ledger.propose(draft("now"), TOOL)
    assert "The clock of the database says" in str(told.value)
    assert "whoever administers this server runs `payt-mcp team clock`" in str(told.value)
    assert "approvals clock" not in str(told.value)
    shown = team("clock", PAYT_KEYS=PAYT_KEYS)
    assert shown.returncode == 1
    assert record.id in shown.stdout
    assert f"{ahead:%Y-%m-%d %H:%M} UTC" in shown.stdout
    assert "run this again with --yes" in shown.stdout
    assert "Withdrawn: 1." in team("clock", "--yes", PAYT_KEYS=PAYT_KEYS).stdout
    with opened(database_url) as ledger:
        assert ledger.get(record.id).status is Status.SUPERSEDED
        assert ledger.propose(draft("now"), TOOL)[1]
        ledger.verify()
    exported = team("export", "--to", str(tmp_path / "after"), PAYT_KEYS=PAYT_KEYS)
    assert exported.returncode == 0, exported.stderr
    assert "clock corrected" in (tmp_path / "after.csv").read_text(encoding="utf-8")
