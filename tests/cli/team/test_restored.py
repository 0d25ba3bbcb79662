"""A database that was put back from a backup: nothing of then goes out by itself, and nobody is signed in."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from payt_mcp.database.database import Database
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.leases import Leases
from payt_mcp.proposals.ledger.postgres.opening import open_team_ledger
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from tests.cli.team.conftest import Run
from tests.support.house import PAGE, TOOL, Clock, draft
from tests.support.keys import KEYS

pytestmark = pytest.mark.slow

PAYT_KEYS = f"k1:{KEYS[0].value.reveal()}"


@pytest.fixture(scope="module")
def clock() -> Clock:
    """Long before the commands run: whatever was approved by it would have expired."""
    clock = Clock()
    clock.moment = dt.datetime.now(dt.UTC) - dt.timedelta(days=100)
    return clock


@pytest.fixture(scope="module")
def ledger(team: Run, database_url: str, clock: Clock) -> Iterator[CommonLedger]:
    team("init", "Noord BV", "--admin", "anouk@noord.example")
    with psycopg.connect(database_url) as connection:
        (tenant,) = connection.execute("select id from tenants").fetchone() or ("",)
        connection.execute("insert into web_sessions (id, issuer, subject) values ('x', 'i', 's')")
        connection.execute(
            "insert into connections (id, tenant, person, client_id, client, client_host, resource, redirect_uri, "
            "challenge, writes, code, code_expires_at) "
            "select 'c', tenant, id, 'x', 'x', 'x', 'x', 'x', 'x', true, 'x', now() from people"
        )
    database = Database(Secret(database_url))
    leases = Leases(database)
    opened = open_team_ledger(database, tenant, KEYS, leases, clock=clock)
    yield opened
    opened.close()
    leases.close()
    database.close()


def approved(ledger: CommonLedger, text: str, letter: str = "") -> Record:
    return ledger.approve(ledger.propose(draft(text, letter=letter), TOOL)[0].id, PAGE)


def test_what_was_approved_may_be_out_and_what_waited_is_withdrawn(
    ledger: CommonLedger, clock: Clock, team: Run, database_url: str
) -> None:
    sending = approved(ledger, "sending")
    assert ledger.claim(sending.id)
    left = approved(ledger, "approved")
    same = approved(ledger, "the same letter", letter=left.letter)
    waiting, _ = ledger.propose(draft("waiting"), TOOL)
    done = approved(ledger, "sent")
    assert ledger.claim(done.id)
    ledger.finish(done.id, Status.SENT, {}, message_id="m-1")
    unknown = approved(ledger, "unknown")
    assert ledger.claim(unknown.id)
    ledger.finish(unknown.id, Status.OUTCOME_UNKNOWN, {})
    again = ledger.approve(unknown.id, PAGE, again=True)

    said = team("restored", PAYT_KEYS=PAYT_KEYS)
    assert said.returncode == 0, said.stderr
    assert "4 of unknown outcome" in said.stdout
    assert "1 withdrawn" in said.stdout
    clock.moment = dt.datetime.now(dt.UTC)
    is_now = {key: ledger.get(key).status for key in (sending.id, left.id, waiting.id, done.id, again.id)}
    assert is_now == {
        sending.id: Status.OUTCOME_UNKNOWN, left.id: Status.OUTCOME_UNKNOWN, waiting.id: Status.SUPERSEDED,
        done.id: Status.SENT, again.id: Status.OUTCOME_UNKNOWN,
    }  # fmt: skip
    assert ledger.get(same.id).status is Status.SUPERSEDED
    assert ledger.get(left.id).sending_at == left.approved_at
    assert ledger.claim(left.id) is None
    ledger.verify()
    with psycopg.connect(database_url) as connection:
        open_now = (
            "select (select count(*) from web_sessions) + (select count(*) from connections where revoked_at is null)"
        )
        assert connection.execute(open_now).fetchone() == (0,)
    assert "0 of unknown outcome; 0 withdrawn" in team("restored", PAYT_KEYS=PAYT_KEYS).stdout


def test_letters_are_forgotten_and_who_decided_stays(ledger: CommonLedger, clock: Clock, team: Run) -> None:
    clock.moment = dt.datetime.now(dt.UTC)
    record, _ = ledger.propose(replace(draft("old"), proposer="u-1"), TOOL)
    ledger.decline(record.id, PAGE)
    assert team("purge", PAYT_KEYS=PAYT_KEYS).returncode == 0
    assert ledger.get(record.id).content
    forgotten = team("purge", "--days", "0", PAYT_KEYS=PAYT_KEYS)
    assert "Noord BV: 0" not in forgotten.stdout
    assert ledger.get(record.id).content is None
    assert ledger.get(record.id).proposer == "u-1"


def test_a_record_that_was_altered_keeps_no_other_company_from_being_put_back(
    ledger: CommonLedger, clock: Clock, team: Run, database_url: str
) -> None:
    """And says that nothing may be started: what was approved for that one could go out again."""
    waiting, _ = ledger.propose(draft("another that waits"), TOOL)
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into tenants (id, name) values ('t-aaa', 'Aardig BV')")
        connection.execute("insert into web_sessions (id, issuer, subject) values ('y', 'i', 's')")
    database = Database(Secret(database_url))
    leases = Leases(database)
    theirs = open_team_ledger(database, "t-aaa", KEYS, leases, clock=clock)
    record = approved(theirs, "theirs")
    theirs.close()
    leases.close()
    database.close()
    with psycopg.connect(database_url) as connection:
        connection.execute("update proposals set amount = '5' where id = %s", (record.id,))
    said = team("restored", PAYT_KEYS=PAYT_KEYS)
    assert said.returncode == 1
    assert f"Aardig BV: NOT DONE. Proposal {record.id} in the ledger" in said.stdout
    assert "Start no replica: what was approved for Aardig BV" in said.stdout
    assert ledger.get(waiting.id).status is Status.SUPERSEDED
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from web_sessions").fetchone() == (0,)
