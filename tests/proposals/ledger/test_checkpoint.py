"""A step verifies what came after a checkpoint: what was tampered with before it is noticed where it matters."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payt_mcp.errors import AlteredError, RefusedWriteError
from payt_mcp.proposals.ledger import chain, opened
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from tests.support.house import PAGE, START, TOOL, Clock, approved, draft, edit

PERSON = Who("terminal", "", "anouk")


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes thousands of events takes a few."""
    monkeypatch.setattr(chain, "TAIL", 4)
    monkeypatch.setattr(opened, "WHOLE_AT_START", 0)


def rest(ledger: Ledger, count: int = 6) -> None:
    """The usual course of other letters, after which what was before stands behind a checkpoint."""
    for number in range(count):
        record = approved(ledger, f"other {ledger.changes()} {number}")
        assert ledger.claim(record.id)
        ledger.finish(record.id, Status.SENT, {}, message_id=f"m{ledger.changes()}")
    assert checkpoint(ledger)["seq"] > ledger.changes() - 12


def checkpoint(ledger: Ledger) -> dict[str, Any]:
    text = (ledger.folder / "seal" / "checkpoint").read_text().partition("\n")[2]
    found: dict[str, Any] = json.loads(text)
    return found


def copied(folder: Path, key: str) -> tuple[list[Any], int]:
    """A proposal's row as it stands, and the number of its last event."""
    with sqlite3.connect(folder / "ledger.sqlite3") as db:
        row = db.execute("SELECT * FROM proposals WHERE id = ?", (key,)).fetchone()
        seq = db.execute("SELECT max(seq) FROM events WHERE proposal_id = ?", (key,)).fetchone()[0]
    db.close()
    return list(row), seq


def put_back(folder: Path, key: str, kept: tuple[list[Any], int]) -> None:
    """What somebody does who has a copy of a proposal from before: the row, and its history as it was then."""
    row, seq = kept
    with sqlite3.connect(folder / "ledger.sqlite3") as db:
        db.execute("DELETE FROM events WHERE proposal_id = ? AND seq > ?", (key, seq))
        db.execute(f"REPLACE INTO proposals VALUES ({', '.join('?' * len(row))})", row)
    db.close()


def under_way(ledger: Ledger) -> Record:
    """Being sent since long, as far as events go."""
    record = approved(ledger, "one", letter="same")
    assert ledger.claim(record.id)
    rest(ledger)
    return record


TAMPERED = {
    "gone": "DELETE FROM proposals WHERE id = '{key}'",
    "another letter": "UPDATE proposals SET letter = 'x' WHERE id = '{key}'",
    "another kind": "UPDATE proposals SET kind = 'block' WHERE id = '{key}'",
    "over": "UPDATE proposals SET status = 'failed' WHERE id = '{key}'",
    "another id": "UPDATE proposals SET id = 'p-x' WHERE id = '{key}'",
    "no history": "DELETE FROM events WHERE proposal_id = '{key}'",
    "another history": "UPDATE events SET proposal_id = 'p-x' WHERE proposal_id = '{key}'",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_is_in_the_way_cannot_be_made_to_look_as_if_it_were_not(ledger: Ledger, how: str) -> None:
    key = under_way(ledger).id
    second = approved(ledger, "two", letter="same")
    assert ledger.claim(second.id) is None
    edit(ledger.folder, TAMPERED[how].format(key=key))
    with pytest.raises(AlteredError):
        ledger.claim(second.id)
    with pytest.raises(AlteredError):
        ledger.verify()


def test_neither_can_it_be_removed_with_all_its_history(ledger: Ledger) -> None:
    key = under_way(ledger).id
    second = approved(ledger, "two", letter="same")
    edit(ledger.folder, f"DELETE FROM events WHERE proposal_id = '{key}'")
    edit(ledger.folder, f"DELETE FROM proposals WHERE id = '{key}'")
    with pytest.raises(AlteredError, match=key):
        ledger.claim(second.id)


def test_what_was_sent_cannot_be_put_back_to_before(ledger: Ledger) -> None:
    record = approved(ledger)
    before = copied(ledger.folder, record.id)
    assert ledger.claim(record.id)
    ledger.finish(record.id, Status.SENT, {}, message_id="m1")
    rest(ledger)
    put_back(ledger.folder, record.id, before)
    with pytest.raises(AlteredError, match=record.id):
        ledger.claim(record.id)


def test_a_no_cannot_be_taken_back_by_another_program(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    before = copied(ledger.folder, record.id)
    ledger.decline(record.id, PAGE)
    rest(ledger)
    put_back(ledger.folder, record.id, before)
    with pytest.raises(AlteredError, match=record.id):
        ledger.approve(record.id, PAGE)


def test_what_was_sent_long_ago_cannot_be_sent_again_by_putting_it_back(ledger: Ledger, clock: Clock) -> None:
    record = approved(ledger)
    assert ledger.claim(record.id)
    unknown = ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {})
    before = copied(ledger.folder, record.id)
    ledger.settle(unknown.id, Status.SENT, {}, message_id="m1")
    clock.pass_time(days=8)
    rest(ledger)
    assert record.id not in checkpoint(ledger)["kept"]
    put_back(ledger.folder, record.id, before)
    with pytest.raises(AlteredError, match=record.id):
        ledger.approve(record.id, PAGE, again=True)


def test_the_latest_events_are_verified_at_every_claim(ledger: Ledger) -> None:
    rest(ledger)
    waiting = approved(ledger, "next")
    edit(ledger.folder, f"UPDATE events SET who = '{{}}' WHERE seq = {ledger.changes() - 3}")
    with pytest.raises(AlteredError, match="Event"):
        ledger.claim(waiting.id)


def test_what_does_not_matter_to_a_letter_is_noticed_by_verify(ledger: Ledger, clock: Clock) -> None:
    sent = approved(ledger, "first")
    assert ledger.claim(sent.id)
    ledger.finish(sent.id, Status.SENT, {}, message_id="m1")
    rest(ledger)
    edit(ledger.folder, "UPDATE events SET who = '{}' WHERE seq = 2")
    assert ledger.claim(approved(ledger, "next").id)
    Ledger(ledger.folder, clock).close()
    with pytest.raises(AlteredError, match="Event 2"):
        ledger.verify()


def forged(content: bytes) -> bytes:
    signature, _, text = content.partition(b"\n")
    return signature + b"\n" + json.dumps({**json.loads(text), "kept": {}}).encode()


CHECKPOINTS: dict[str, Callable[[bytes], bytes | None]] = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "cut off": lambda content: content[:-10],
    "forged": forged,
    "no text": lambda _: b"\xff\xfe\n\xff",
}


@pytest.mark.parametrize("what", CHECKPOINTS)
def test_without_a_checkpoint_that_holds_the_whole_is_verified(ledger: Ledger, clock: Clock, what: str) -> None:
    key = under_way(ledger).id
    second = approved(ledger, "two", letter="same")
    path = ledger.folder / "seal" / "checkpoint"
    content = CHECKPOINTS[what](path.read_bytes())
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert ledger.claim(second.id) is None
    Ledger(ledger.folder, clock).close()
    if path.exists():
        path.unlink()
    if content is not None:
        path.write_bytes(content)
    edit(ledger.folder, f"UPDATE proposals SET letter = 'x' WHERE id = '{key}'")
    with pytest.raises(AlteredError, match=key):
        ledger.claim(second.id)


def test_an_older_checkpoint_put_back_hides_nothing(ledger: Ledger) -> None:
    rest(ledger)
    path = ledger.folder / "seal" / "checkpoint"
    older = path.read_bytes()
    key = under_way(ledger).id
    second = approved(ledger, "two", letter="same")
    path.write_bytes(older)
    edit(ledger.folder, f"UPDATE proposals SET letter = 'x' WHERE id = '{key}'")
    with pytest.raises(AlteredError, match=key):
        ledger.claim(second.id)


def test_a_chain_that_was_replaced_before_the_checkpoint_is_noticed(ledger: Ledger) -> None:
    rest(ledger)
    waiting = approved(ledger, "next")
    edit(ledger.folder, f"UPDATE events SET mark = 'x' WHERE seq = {checkpoint(ledger)['seq']}")
    with pytest.raises(AlteredError, match=f"Event {checkpoint(ledger)['seq']}"):
        ledger.claim(waiting.id)


def test_a_checkpoint_made_while_the_clock_was_wrong_forgets_nothing(ledger: Ledger, clock: Clock) -> None:
    key = under_way(ledger).id
    sent = approved(ledger, "sent", letter="once")
    assert ledger.claim(sent.id)
    ledger.finish(sent.id, Status.SENT, {}, message_id="m-once")
    clock.pass_time(days=400)
    rest(ledger)
    assert sent.id not in checkpoint(ledger)["kept"]
    clock.pass_time(days=-400)
    ledger.correct_clock(PERSON)
    rest(ledger)
    assert {key, sent.id} <= checkpoint(ledger)["kept"].keys()
    twin = ledger.propose(draft("twin", letter="once"), TOOL)[0]
    ledger.approve(twin.id, PAGE)
    edit(ledger.folder, f"UPDATE proposals SET letter = 'x' WHERE id = '{sent.id}'")
    with pytest.raises(AlteredError, match=sent.id):
        ledger.claim(twin.id)


def test_one_claim_after_a_correction_of_the_clock_verifies_the_whole_and_the_next_does_not(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest(ledger)
    monkeypatch.setattr(chain, "TAIL", 8)
    clock.pass_time(days=2)
    approved(ledger, "ahead")
    clock.pass_time(days=-2)
    ledger.correct_clock(PERSON)
    (corrected,) = ledger.history("clock")
    assert checkpoint(ledger)["seq"] < corrected.seq
    assert ledger.claim(approved(ledger, "next").id)
    assert checkpoint(ledger)["seq"] >= corrected.seq


STEPS = (
    "propose",
    "approve",
    "decline",
    "claim",
    "sent",
    "unknown",
    "again",
    "settle",
    "purge",
    "open",
    "verify",
    "days",
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 4)), min_size=20, max_size=80))
def test_whatever_is_done_is_never_taken_for_tampered_with(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    clock = Clock()
    folder = tmp_path_factory.mktemp("state")
    ledger = Ledger(folder, clock)
    keys = [""] * 5
    for number, (step, which) in enumerate(steps):
        clock.pass_time(seconds=1)
        try:
            if step == "propose":
                keys[which] = ledger.propose(draft(f"{which} {number // 7}", letter=f"letter {which % 2}"), TOOL)[0].id
            elif step == "days":
                clock.pass_time(days=which)
            elif step == "purge":
                ledger.purge()
            elif step == "verify":
                ledger.verify()
            elif step == "open":
                ledger.close()
                ledger = Ledger(folder, clock)
            elif keys[which]:
                _do(ledger, step, keys[which], number)
        except RefusedWriteError:
            pass
    assert clock.moment >= START
    ledger.verify()
    ledger.close()


def _do(ledger: Ledger, step: str, key: str, number: int) -> None:
    if step == "claim":
        ledger.claim(key)
    elif step in {"sent", "unknown"}:
        status = Status.SENT if step == "sent" else Status.OUTCOME_UNKNOWN
        ledger.finish(key, status, {}, message_id=f"m{number}" if step == "sent" else "")
    elif step == "settle":
        ledger.settle(key, Status.SENT, {}, message_id=f"m{number}")
    elif step == "decline":
        ledger.decline(key, PAGE)
    else:
        ledger.approve(key, PAGE, again=step == "again")
