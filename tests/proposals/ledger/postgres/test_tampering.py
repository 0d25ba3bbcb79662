"""Whoever can write to the database, knows this program and has none of its keys, has nothing sent by it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database
from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger import chain
from payt_mcp.proposals.ledger.common import CommonLedger
from payt_mcp.proposals.ledger.postgres.seal import SignedSeal
from payt_mcp.proposals.ledger.postgres.signing import Signer
from payt_mcp.proposals.ledger.postgres.store import PostgresStore
from payt_mcp.proposals.ledger.seal import START
from payt_mcp.proposals.ledger.vouching import row_hash
from payt_mcp.proposals.records import Event, Record
from payt_mcp.proposals.states import Status
from tests.support import company
from tests.support.house import PAGE, TOOL, Clock, draft
from tests.support.keys import KEYS, key

pytestmark = pytest.mark.slow


class Forger:
    """Alters a company's tables as this program would, but for the signatures."""

    def __init__(self, database: Database, ledger: CommonLedger) -> None:
        store = ledger._store
        assert isinstance(store, PostgresStore)
        self.tenant = store.tenant
        self._database = database
        self._mark = SignedSeal(store, Signer(KEYS)).mark

    def run(self, statement: str, *values: Any) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement.encode(), (self.tenant, *values))

    def rows(self, table: str) -> list[DictRow]:
        with self._database.transaction() as connection:
            return connection.execute(f"select * from {table} where tenant = %s".encode(), (self.tenant,)).fetchall()

    def put_back(self, table: str, rows: list[DictRow]) -> None:
        with self._database.transaction() as connection:
            connection.execute(f"delete from {table} where tenant = %s".encode(), (self.tenant,))
            for row in rows:
                names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
                query = f"insert into {table} ({names}) overriding system value values ({marks})"
                connection.execute(query.encode(), tuple(row.values()))

    def rewrite(self, key: str, *, to_the_end: bool) -> None:
        """Another letter in a proposal, with an event that vouches for it; the chain is made right again, or left."""
        with self._database.transaction() as connection:
            connection.execute(
                b"update proposals set content = replace(content, 'pay', 'EVIL') where tenant = %s and id = %s",
                (self.tenant, key),
            )
            row = connection.execute(
                b"select * from proposals where tenant = %s and id = %s", (self.tenant, key)
            ).fetchone()
            assert row is not None
            events = self._events(connection)
            said = max(event.seq for event in events if event.proposal_id == key)
            previous = START
            for event in events:
                body = row_hash(row) if event.seq == said else event.body
                new = Event(**{**vars(event), "body": body})
                if event.seq == said or (to_the_end and event.seq > said):
                    new = Event(**{**vars(new), "mark": self._mark(previous, new.signed())})
                    connection.execute(
                        b"update events set body = %s, mark = %s where tenant = %s and seq = %s",
                        (new.body, new.mark, self.tenant, new.seq),
                    )
                previous = new.mark

    def add(self, key: str) -> None:
        """Another letter in a proposal, with one more event that vouches for it."""
        self.run("update proposals set content = replace(content, 'pay', 'EVIL') where tenant = %s and id = %s", key)
        with self._database.transaction() as connection:
            row = connection.execute(
                b"select * from proposals where tenant = %s and id = %s", (self.tenant, key)
            ).fetchone()
            assert row is not None
            last = self._events(connection)[-1]
            said = {"seq": last.seq + 1, "proposal_id": key, "status": row["status"], "body": row_hash(row)}
            event = Event(**{**vars(last), **said, "digest": row["digest"]})
            event = Event(**{**vars(event), "mark": self._mark(last.mark, event.signed())})
            query = f"insert into events (tenant, {', '.join(vars(event))}) values ({', '.join(['%s'] * 10)})"
            connection.execute(query.encode(), (self.tenant, *vars(event).values()))

    def _events(self, connection: Connection) -> list[Event]:
        rows = connection.execute(b"select * from events where tenant = %s order by seq", (self.tenant,)).fetchall()
        return [Event(**{name: row[name] for name in Event.__dataclass_fields__}) for row in rows]


def approved(ledger: CommonLedger, text: str) -> Record:
    record, _ = ledger.propose(draft(text), TOOL)
    return ledger.approve(record.id, PAGE)


def rest(ledger: CommonLedger) -> None:
    """Other letters, after which what was before stands behind a checkpoint."""
    for _ in range(6):
        record = approved(ledger, f"other {ledger.changes()}")
        assert ledger.claim(record.id)
        ledger.finish(record.id, Status.SENT, {}, message_id=f"m{ledger.changes()}")


Attack = Callable[[Forger, Record], None]

ATTACKS: dict[str, Attack] = {
    "another letter": lambda forger, record: forger.run(
        "update proposals set content = replace(content, 'pay', 'EVIL') where tenant = %s and id = %s", record.id
    ),
    "another letter, and an event for it": lambda forger, record: forger.rewrite(record.id, to_the_end=False),
    "another letter, and a chain for it": lambda forger, record: forger.rewrite(record.id, to_the_end=True),
    "another letter, and one more event": lambda forger, record: forger.add(record.id),
    "its events are gone": lambda forger, record: forger.run(
        "delete from events where tenant = %s and proposal_id = %s", record.id
    ),
    "the last event is gone": lambda forger, _: forger.run(
        "delete from events where tenant = %s and seq = (select max(seq) from events e where e.tenant = events.tenant)"
    ),
    "the head is gone": lambda forger, _: forger.run("delete from heads where tenant = %s"),
    "the head is another": lambda forger, _: forger.run("update heads set seq = seq - 1 where tenant = %s"),
    "no signature": lambda forger, _: forger.run("update heads set signature = 'none' where tenant = %s"),
    "a key that is not ours": lambda forger, _: forger.run("update heads set key = 'k9' where tenant = %s"),
    "of another company": lambda forger, _: forger.run("update proposals set tenant = 't-other' where tenant = %s"),
}


@pytest.mark.parametrize("is_old", [False, True], ids=["just approved", "before the checkpoint"])
def test_nothing_that_was_tampered_with_is_claimed(
    database: Database, opens: company.Opens, monkeypatch: pytest.MonkeyPatch, is_old: bool
) -> None:
    monkeypatch.setattr(chain, "TAIL", 4)  # what takes hundreds of events takes a few
    company.add_tenant(database, "t-other")
    for number, (name, attack) in enumerate(ATTACKS.items()):
        ledger = opens(f"t-{number}-{is_old}")
        record = approved(ledger, "pay")
        if is_old:
            rest(ledger)
        forger = Forger(database, ledger)
        attack(forger, record)
        with pytest.raises(AlteredError):
            pytest.fail(f"{name}: it was claimed: {ledger.claim(record.id)}")
        with pytest.raises(AlteredError):
            pytest.fail(f"{name}: it verified {ledger.verify()} events")
        with pytest.raises(AlteredError):
            opens(forger.tenant)
        with database.transaction() as connection:  # the next company has the same proposal, moved there
            connection.execute("delete from proposals where tenant = 't-other'")


UNREADABLE = "update proposals set outcome = 'x' where tenant = %s and id = %s"


@pytest.mark.parametrize("how", [UNREADABLE, "update proposals set amount = '5' where tenant = %s and id = %s"])
def test_what_was_altered_is_in_the_way_of_nothing_else(
    database: Database, opens: company.Opens, clock: Clock, how: str
) -> None:
    """In whichever state: its process died over it, it is to be forgotten, it waits. A new one takes up the rest."""
    ledger, told = opens(lease=0.0), list[AlteredError]()
    forger = Forger(database, ledger)
    old = [approved(ledger, f"old {number}") for number in range(2)]
    for number, record in enumerate(old):
        assert ledger.claim(record.id)
        ledger.finish(record.id, Status.SENT, {}, message_id=f"m{number}")
    clock.pass_time(days=91)
    left, waiting = ([approved(ledger, f"{what} {number}") for number in range(2)] for what in ("left", "waits"))
    assert all(ledger.claim(record.id) for record in left)
    bad = {old[0].id, left[0].id, waiting[0].id}
    for one in bad:
        forger.run(how, one)
    later = opens(forger.tenant, on_altered=told.append)
    assert len(told) == 1
    assert [record.id for record in later.recover()] == [left[1].id]
    assert later.purge() == 1
    opened = later.listed((Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN), "here")
    assert {record.id for record in opened.records} == {left[1].id, waiting[1].id}
    assert opened.altered == bad - {old[0].id}
    since = clock() - dt.timedelta(days=7)
    for found in (later.recent(since, "here"), later.around(since, "here")):
        assert {record.id for record in found} >= {left[1].id, waiting[1].id}
    assert later.claim(waiting[1].id)
    with pytest.raises(AlteredError):
        later.claim(waiting[0].id)


HIDES = {
    "another letter": "update proposals set letter = 'x' || id, digest = 'y' || id where tenant = %s and id = %s",
    "no letter": "delete from proposals where tenant = %s and id = %s",
    "in another state": "update proposals set status = 'declined' where tenant = %s and id = %s",
}


@pytest.mark.parametrize("is_old", [False, True], ids=["just sent", "before the checkpoint"])
@pytest.mark.parametrize("way", HIDES)
def test_nobody_hides_that_a_letter_was_sent(
    database: Database, opens: company.Opens, monkeypatch: pytest.MonkeyPatch, way: str, is_old: bool
) -> None:
    """The same letter is not sent again; another one is."""
    monkeypatch.setattr(chain, "TAIL", 4)
    ledger = opens(on_altered=lambda _: None)
    first, _ = ledger.propose(draft("pay", letter="letter"), TOOL)
    again, _ = ledger.propose(draft("pay up", letter="letter"), TOOL)
    other, _ = ledger.propose(draft("another"), TOOL)
    ledger.approve(first.id, PAGE)
    assert ledger.claim(first.id)  # and nobody knows what became of it
    if is_old:
        rest(ledger)
    Forger(database, ledger).run(HIDES[way], first.id)
    for one in (again, other):
        ledger.approve(one.id, PAGE)
    with pytest.raises(AlteredError):
        ledger.claim(again.id)
    assert ledger.claim(other.id)
    with pytest.raises(AlteredError):
        ledger.verify()


def test_what_was_altered_leaves_no_signature_to_a_key_that_goes(database: Database, opens: company.Opens) -> None:
    """All the others would stand still once it is taken away."""
    old, new = key("k1"), key("k2")
    ledger = opens(keys=[old])
    bad, good = approved(ledger, "bad"), approved(ledger, "good")
    forger = Forger(database, ledger)
    forger.run(UNREADABLE, bad.id)
    opens(forger.tenant, keys=[new, old], on_altered=lambda _: None)
    assert [row["key"] for row in forger.rows("heads")] == ["k2"]
    assert opens(forger.tenant, keys=[new], on_altered=lambda _: None).claim(good.id)
    forger.run("update heads set signature = 'none' where tenant = %s")
    opens(forger.tenant, keys=[old, new], on_altered=lambda _: None)
    assert [row["key"] for row in forger.rows("heads")] == ["k2"]


def test_a_forged_last_event_is_signed_by_no_step_that_follows(database: Database, opens: company.Opens) -> None:
    ledger = opens()
    record, _ = ledger.propose(draft(), TOOL)
    Forger(database, ledger).rewrite(record.id, to_the_end=True)
    for step in (lambda: ledger.approve(record.id, PAGE), lambda: ledger.propose(draft("another"), TOOL)):
        with pytest.raises(AlteredError):
            step()


def test_an_earlier_state_that_was_signed_is_noticed_by_whoever_saw_the_later_one(
    database: Database, opens: company.Opens
) -> None:
    ledger = opens()
    record = approved(ledger, "pay")
    forger = Forger(database, ledger)
    tables = ("events", "proposals", "heads")
    kept = {table: forger.rows(table) for table in tables}
    assert ledger.claim(record.id)
    ledger.finish(record.id, Status.SENT, {}, message_id="m1")
    for table in tables:
        forger.put_back(table, kept[table])
    with pytest.raises(AlteredError, match=r"put back to an earlier state: its last 2 events"):
        ledger.claim(record.id)
    with pytest.raises(AlteredError, match=r"put back.* Whoever runs this server .*`payt-mcp team export`") as told:
        ledger.verify()
    assert "approvals verify" not in str(told.value)


def test_keys_are_exchanged_one_after_the_other(database: Database, opens: company.Opens) -> None:
    first, second, third = (key(name) for name in ("k1", "k2", "k3"))
    record = approved(opens(keys=[first]), "pay")
    opened = opens(keys=[second, first])
    assert [row["key"] for row in Forger(database, opened).rows("heads")] == ["k2"]
    without_the_first = opens(keys=[third, second])
    assert without_the_first.claim(record.id)
    with pytest.raises(AlteredError, match="not signed with a key of PAYT_KEYS"):
        opens(keys=[first])
    with pytest.raises(AlteredError, match="not signed"):
        opens(keys=[key("k4"), first])
    without_the_first.verify()


def test_a_checkpoint_nobody_signed_saves_nobody_the_whole_chain(
    database: Database, opens: company.Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "TAIL", 4)
    ledger = opens()
    waiting = approved(ledger, "pay")
    rest(ledger)
    forger = Forger(database, ledger)
    assert forger.rows("checkpoints")
    forger.run("update checkpoints set signature = 'aa' where tenant = %s")
    forger.run("update events set who = '{}' where tenant = %s and seq = 4")
    with pytest.raises(AlteredError, match="Event 4"):
        ledger.claim(waiting.id)
