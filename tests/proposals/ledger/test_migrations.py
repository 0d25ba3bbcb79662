"""A ledger that an older version wrote: it opens, knows all it knew, and what was altered in it is still noticed."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import FOLLOWING, Status
from tests.proposals.ledger.old_ledger import Version1, kept, put
from tests.support.house import PAGE, START, TOOL, Clock, approved, draft, edit

pytestmark = pytest.mark.slow

ADDED = {"once", "yeses", "proposer", "amount"}
KINDS = ("message", "comment", "completion", "invoices", "plan_decision", "block")
NAMES = ("applied", "approved", "purged", "sent")


@pytest.fixture
def clock() -> Clock:
    found = Clock()
    found.moment = dt.datetime.fromisoformat(kept()["made_at"])
    return found


def as_kept(record: Record) -> dict[str, Any]:
    values = {name: value for name, value in vars(record).items() if name not in ADDED}
    return {
        name: value.isoformat()
        if isinstance(value, dt.datetime)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values.items()
    }


def test_a_ledger_of_the_version_before_opens_and_keeps_all_it_knew(tmp_path: Path, clock: Clock) -> None:
    was = put(tmp_path)
    ledger = Ledger(tmp_path, clock)
    assert ledger.verify() == was["events"]
    for name, known in was["known"].items():
        record = ledger.get(known["id"])
        assert as_kept(record) == known, name
        assert record.once == (record.kind in {"message", "comment", "completion"}), name
        steps = [[event.seq, event.status, event.who, event.detail] for event in ledger.history(record.id)]
        assert steps == was["history"][name]
    assert [event.status for event in ledger.history("clock")] == ["clock_corrected"]
    ledger.close()
    Ledger(tmp_path, clock).close()


def test_it_goes_on_where_the_version_before_left_off(tmp_path: Path, clock: Clock) -> None:
    keys = {name: known["id"] for name, known in put(tmp_path)["known"].items()}
    ledger = Ledger(tmp_path, clock)
    assert [record.id for record in ledger.recover()] == [keys["sending"]]
    assert ledger.propose(draft("sent"), TOOL) == (ledger.get(keys["sent"]), False)
    assert ledger.claim(keys["approved"])
    assert ledger.finish(keys["approved"], Status.SENT, {}, message_id="m9").status is Status.SENT
    assert ledger.claim(keys["again"])
    assert ledger.redeem(keys["with_code"], "cccc-dddd", TOOL).status is Status.APPROVED
    assert ledger.approve(keys["outcome_unknown"], PAGE, again=True).status is Status.APPROVED
    assert ledger.approve(keys["proposed"], PAGE).status is Status.APPROVED
    assert ledger.claim(keys["invoices_approved"])
    for name in ("declined", "expired", "superseded", "failed", "withdrawn", "purged"):
        with pytest.raises(RefusedWriteError):
            ledger.approve(keys[name], PAGE)
    ledger.verify()
    Ledger(tmp_path, clock).close()


@pytest.mark.parametrize("column", ["content", "status", "letter", "kind", "once", "yeses", "amount"])
@pytest.mark.parametrize("when", ["before it is migrated", "after"])
@pytest.mark.parametrize("name", NAMES)
def test_an_altered_row_of_the_version_before_is_noticed(
    tmp_path: Path, clock: Clock, column: str, when: str, name: str
) -> None:
    key = put(tmp_path)["known"][name]["id"]
    value = {"once": "1 - once", "status": "'sent ' || status"}.get(column, f"coalesce({column}, '') || ' '")
    statement = f"UPDATE proposals SET {column} = {value} WHERE id = '{key}'"
    if when == "after":
        ledger = Ledger(tmp_path, clock)
        edit(tmp_path, statement)
        with pytest.raises(AlteredError, match=key):
            ledger.verify()
        ledger.close()
    elif column in ADDED:
        return
    else:
        edit(tmp_path, statement)
    with pytest.raises(AlteredError, match=key):
        Ledger(tmp_path, clock)


Paths = list[tuple[str, list[str]]]


@st.composite
def histories(draw: st.DrawFn) -> Paths:
    """Proposals, each with its kind and the states it went through."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        status, path = Status.PROPOSED, list[str]()
        while FOLLOWING.get(status) and len(path) < 5 and draw(st.booleans()):
            status = draw(st.sampled_from(sorted(FOLLOWING[status])))
            path.append(status.value)
        found.append((draw(st.sampled_from(KINDS)), path))
    return found


@contextmanager
def written(paths: Paths) -> Iterator[tuple[Path, Version1]]:
    """A folder with their ledger, the steps of all of them in turn."""
    with tempfile.TemporaryDirectory() as name:
        old = Version1(Path(name), START)
        for number, (kind, _) in enumerate(paths):
            old.propose(f"p-{number}", kind)
        for turn in range(5):
            for number, (_, path) in enumerate(paths):
                if turn < len(path):
                    old.move(f"p-{number}", path[turn], **_with(path[turn]))
        yield Path(name), old
        old.close()


def _with(status: str) -> dict[str, str]:
    at = START.isoformat(timespec="microseconds")
    return {"approved": {"approved_at": at}, "sending": {"sending_at": at, "owner": "1-a"}}.get(status, {})


@settings(deadline=None, max_examples=40)
@given(histories())
def test_any_history_of_the_version_before_verifies(paths: Paths) -> None:
    with written(paths) as (folder, _):
        ledger = Ledger(folder, Clock())
        events = ledger.verify()
        assert events == sum(1 + len(path) for _, path in paths)
        for record in ledger.recent(START - dt.timedelta(days=1)):
            assert record.once == (record.kind in {"message", "comment", "completion"})
            if record.status in {Status.PROPOSED, Status.APPROVED}:
                ledger.decline(record.id, PAGE)
                events += 1
        assert ledger.verify() == events
        ledger.close()
        Ledger(folder, Clock()).close()


@settings(deadline=None, max_examples=60)
@given(histories(), st.data())
def test_any_altered_row_of_the_version_before_is_noticed(paths: Paths, data: st.DataObject) -> None:
    with written(paths) as (folder, _):
        ledger = Ledger(folder, Clock())
        number = data.draw(st.integers(0, len(paths) - 1))
        columns = ("kind", "scope", "letter", "digest", "content", "owner", "outcome", "created_at", "yeses", "once")
        column = data.draw(st.sampled_from(columns))
        value = "1 - once" if column == "once" else f"{column} || ' '"
        edit(folder, f"UPDATE proposals SET {column} = {value} WHERE id = 'p-{number}'")
        with pytest.raises(AlteredError):
            ledger.verify()
        ledger.close()


@settings(deadline=None, max_examples=20)
@given(histories(), histories())
def test_a_server_of_the_version_before_that_still_runs_does_not_spoil_it(before: Paths, meanwhile: Paths) -> None:
    with written(before) as (folder, old):
        ledger = Ledger(folder, Clock())
        for number, (kind, path) in enumerate(meanwhile):
            old.propose(f"q-{number}", kind)
            for status in path:
                old.move(f"q-{number}", status, **_with(status))
        ledger.verify()
        assert ledger.claim(approved(ledger).id)
        ledger.verify()
        ledger.close()


def test_a_ledger_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path, clock: Clock) -> None:
    put(tmp_path)
    edit(tmp_path, "PRAGMA user_version=4")
    before = (tmp_path / "ledger.sqlite3").read_bytes()
    with pytest.raises(LedgerError, match=r"made by a newer payt-mcp.*nothing was sent"):
        Ledger(tmp_path, clock)
    assert (tmp_path / "ledger.sqlite3").read_bytes() == before


def test_a_migration_that_breaks_off_has_not_happened(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from payt_mcp.proposals.ledger import sqlite

    put(tmp_path)
    steps = sqlite._migrations()
    broken = [steps[0], steps[1] + "; INSERT INTO nowhere VALUES (1)", *steps[2:]]
    monkeypatch.setattr(sqlite, "_migrations", lambda: broken)
    with pytest.raises(LedgerError):
        Ledger(tmp_path, clock)
    monkeypatch.setattr(sqlite, "_migrations", lambda: steps)
    assert Ledger(tmp_path, clock).verify() == kept()["events"]
