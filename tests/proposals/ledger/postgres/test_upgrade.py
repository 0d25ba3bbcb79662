"""Replicas of two versions over one record, while they are replaced one by one: the later one has a column more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from payt_mcp.database.database import Database
from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger import vouching
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.states import Status
from tests.support import company
from tests.support.house import PAGE, TOOL, draft

pytestmark = pytest.mark.slow
TENANT = "t-two"


@pytest.fixture(scope="module", autouse=True)
def another_column(database: Database) -> None:
    run(database, "alter table proposals add column if not exists mood text not null default ''")


def run(database: Database, statement: str, *values: str) -> None:
    with database.transaction() as connection:
        connection.execute(statement.encode(), values or None)


@contextmanager
def of_the_next_version() -> Iterator[None]:
    """What is done in here is done by a program that has the column, and what its migration filled in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vouching, "_KNOWN", vouching._KNOWN | {"mood"})
        patch.setattr(vouching, "_ADDED", (*vouching._ADDED, {"mood": lambda _row: ""}))
        yield


def in_a_mood(ledger: CommonLedger, key: str, mood: str) -> None:
    with ledger._step() as step:
        step.change(key, TOOL, {}, mood=mood)


def test_each_goes_on_with_what_the_other_wrote(database: Database, opens: company.Opens) -> None:
    older = opens(TENANT)
    ours, _ = older.propose(draft("ours"), TOOL)
    with of_the_next_version():
        later = opens(TENANT)
        theirs, _ = later.propose(draft("theirs"), TOOL)
        in_a_mood(later, theirs.id, "glad")
        in_a_mood(later, ours.id, "sad")
    for record in (ours, theirs):
        older.approve(record.id, PAGE)
        assert older.claim(record.id)
        older.finish(record.id, Status.SENT, {}, message_id=f"m-{record.id}")
    assert older.verify() == opens(TENANT).verify()
    with of_the_next_version():
        assert later.verify() == opens(TENANT).verify()
        run(database, "update proposals set mood = 'odd' where id = %s", theirs.id)
        with pytest.raises(AlteredError):
            later.verify()
        run(database, "update proposals set mood = 'glad' where id = %s", theirs.id)


def test_what_nobody_vouched_for_is_vouched_for_by_no_version_that_does_not_know_it(
    database: Database, opens: company.Opens
) -> None:
    """Somebody sets the new column of an older proposal; the older version takes a step with it all the same."""
    run(database, "alter table proposals drop column mood")
    older = opens()
    record, _ = older.propose(draft("before"), TOOL)
    run(database, "alter table proposals add column mood text not null default ''")
    older.approve(record.id, PAGE)
    with of_the_next_version():
        opens(older._store.tenant).verify()  # type: ignore[attr-defined]
    run(database, "update proposals set mood = 'forged' where id = %s", record.id)
    older.decline(record.id, PAGE)
    with of_the_next_version(), pytest.raises(AlteredError, match=record.id):
        opens(older._store.tenant)  # type: ignore[attr-defined]


def test_a_replica_that_runs_reads_on_when_a_column_comes(url: str, database: Database, opens: company.Opens) -> None:
    """What it asks again and again, the database has planned for the columns there were."""
    run(database, "alter table proposals drop column mood")
    older = opens()
    record, _ = older.propose(draft("planned"), TOOL)
    for _ in range(12):
        older.get(record.id)
        older.listed((Status.PROPOSED,))
    with psycopg.connect(url) as another:  # a program of its own: what runs here learns of it by nothing
        another.execute("alter table proposals add column more text not null default ''")
    for _ in range(3):
        assert older.listed((Status.PROPOSED,)).records
        assert older.get(record.id).status is Status.PROPOSED
    older.approve(record.id, PAGE)
