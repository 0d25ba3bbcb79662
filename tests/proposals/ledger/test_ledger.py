"""The ledger: what it lets happen once, what it refuses, and what it notices."""

import contextlib
import datetime as dt
import json
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.ledger.sqlite import SqliteStore
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import Status
from tests.support.house import PAGE, START, TOOL, Clock, approved, draft, edit


def sent(ledger: Ledger, text: str = "pay", message_id: str = "m1") -> Record:
    record = approved(ledger, text)
    assert ledger.claim(record.id)
    return ledger.finish(record.id, Status.SENT, {}, message_id=message_id)


def test_the_whole_way_of_a_proposal_is_on_record(ledger: Ledger) -> None:
    record = sent(ledger)
    assert record.status is Status.SENT
    assert record.message_id == "m1"
    steps = [(event.status, "anouk" in event.who) for event in ledger.history(record.id)]
    assert steps == [("proposed", False), ("approved", True), ("sending", False), ("sent", False)]
    assert all(event.digest == "digest-pay" for event in ledger.history(record.id))
    assert ledger.verify() == 4


def test_the_same_content_is_proposed_once(ledger: Ledger) -> None:
    first, new = ledger.propose(draft(), TOOL)
    again, second_new = ledger.propose(draft(), TOOL)
    assert (new, second_new, again.id) == (True, False, first.id)
    other, other_new = ledger.propose(draft("other"), TOOL)
    assert other_new
    assert other.id != first.id


def test_what_was_sent_is_not_proposed_again_for_seven_days(ledger: Ledger, clock: Clock) -> None:
    record = sent(ledger)
    clock.pass_time(days=6, hours=23)
    assert ledger.propose(draft(), TOOL) == (record, False)
    clock.pass_time(hours=2)
    assert ledger.propose(draft(), TOOL)[1]


def test_only_an_approved_proposal_is_claimed_and_only_once(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    assert ledger.claim(record.id) is None
    ledger.approve(record.id, PAGE)
    assert ledger.claim(record.id, ["17"]) is not None
    assert ledger.get(record.id).baseline == ("17",)
    assert ledger.claim(record.id) is None
    with pytest.raises(RefusedWriteError, match="it is sending"):
        ledger.approve(record.id, PAGE)


def test_exactly_one_of_many_claimers_wins(tmp_path: Path) -> None:
    ledgers = [Ledger(tmp_path) for _ in range(6)]
    for turn in range(15):
        key = approved(ledgers[0], f"text {turn}").id
        barrier = threading.Barrier(len(ledgers))
        won: list[bool] = []

        def claim(ledger: Ledger, key: str = key, barrier: threading.Barrier = barrier, won: list[bool] = won) -> None:
            barrier.wait()
            won.append(ledger.claim(key) is not None)

        threads = [threading.Thread(target=claim, args=(ledger,)) for ledger in ledgers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == [False] * 5 + [True]


def test_a_new_ledger_opens_beside_somebody_who_makes_it_at_the_same_moment(tmp_path: Path) -> None:
    """SQLite refuses a change of journal at once, whatever its time-out is, while another reads or makes the file."""
    path, done = tmp_path / "ledger.sqlite3", threading.Event()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    def make() -> None:
        done.wait(0.2)
        other.execute("ROLLBACK")
        other.close()

    maker = threading.Thread(target=make)
    maker.start()
    with contextlib.closing(SqliteStore(path)) as store, store.reading():
        pass
    maker.join()


def test_the_same_letter_is_never_under_way_twice(ledger: Ledger) -> None:
    """Two proposals that a debtor would read as the same text could not be told apart on the timeline."""
    first, second = approved(ledger, "one", letter="same"), approved(ledger, "two", letter="same")
    assert ledger.claim(first.id)
    assert ledger.claim(second.id) is None
    ledger.finish(first.id, Status.OUTCOME_UNKNOWN, {})
    assert ledger.claim(second.id) is None
    ledger.settle(first.id, Status.SENT, {}, message_id="m1")
    assert ledger.claim(second.id)


def test_a_message_is_the_outcome_of_one_proposal_only(ledger: Ledger) -> None:
    sent(ledger, "one", "m1")
    record = approved(ledger, "two")
    ledger.claim(record.id)
    ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {})
    assert ledger.settle(record.id, Status.SENT, {}, message_id="m1") is None
    assert ledger.settle(record.id, Status.SENT, {}, message_id="m2") is not None


def test_a_yes_holds_for_fifteen_minutes(ledger: Ledger, clock: Clock) -> None:
    record = approved(ledger)
    clock.pass_time(minutes=15, seconds=1)
    assert ledger.claim(record.id) is None
    assert ledger.get(record.id).status is Status.EXPIRED


def test_a_proposal_waits_for_seven_days(ledger: Ledger, clock: Clock) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    clock.pass_time(days=7)
    with pytest.raises(RefusedWriteError, match="it is expired"):
        ledger.approve(record.id, PAGE)


def test_a_refused_step_leaves_the_expiry_on_record(ledger: Ledger, clock: Clock) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    clock.pass_time(days=7)
    assert ledger.get(record.id).status is Status.EXPIRED
    assert ledger.pending() == []


def test_a_person_may_send_again_what_may_have_been_sent(ledger: Ledger) -> None:
    record = approved(ledger)
    ledger.claim(record.id, ["5"])
    ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {"trouble": "it broke off"})
    assert ledger.propose(draft(), TOOL) == (ledger.get(record.id), False)
    with pytest.raises(RefusedWriteError):
        ledger.approve(record.id, PAGE)
    assert ledger.approve(record.id, PAGE, again=True).status is Status.APPROVED


def test_codes_are_single_use_bound_and_short_lived(ledger: Ledger, clock: Clock) -> None:
    one, two = ledger.propose(draft("one"), TOOL)[0], ledger.propose(draft("two"), TOOL)[0]
    ledger.issue_code(one.id, "AAAA", TOOL)
    ledger.issue_code(two.id, "BBBB", TOOL)
    with pytest.raises(RefusedWriteError, match="exactly this content"):
        ledger.redeem(two.id, "AAAA", TOOL)
    assert ledger.redeem(one.id, " aaaa ", TOOL).status is Status.APPROVED
    with pytest.raises(RefusedWriteError):
        ledger.redeem(one.id, "AAAA", TOOL)
    clock.pass_time(minutes=16)
    with pytest.raises(RefusedWriteError, match="older than 15 minutes"):
        ledger.redeem(two.id, "BBBB", TOOL)
    assert "AAAA" not in ledger.path.read_bytes().decode("latin-1")


def test_the_living_are_left_alone_and_the_dead_are_not(tmp_path: Path) -> None:
    ours, theirs = Ledger(tmp_path), Ledger(tmp_path)
    record = approved(theirs)
    theirs.claim(record.id)
    assert ours.recover() == []
    theirs.owner.release()
    assert [found.status for found in ours.recover()] == [Status.OUTCOME_UNKNOWN]
    with pytest.raises(RefusedWriteError, match="not being sent by this process"):
        theirs.finish(record.id, Status.SENT, {}, message_id="m1")


_DIES = """
import sys, os, signal
from pathlib import Path
from payt_mcp.proposals.ledger.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
assert ledger.claim(sys.argv[2])
print("claimed", flush=True)
os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
"""


def test_a_killed_process_leaves_an_unknown_outcome(tmp_path: Path) -> None:
    ours = Ledger(tmp_path)
    record = approved(ours)
    done = subprocess.run(
        [sys.executable, "-c", _DIES, str(tmp_path), record.id], capture_output=True, text=True, check=False
    )
    assert done.stdout == "claimed\n"
    assert [found.id for found in ours.recover()] == [record.id]
    ours.verify()


@pytest.mark.skipif(sys.platform == "win32", reason="folders of a user are closed to others by Windows itself")
def test_only_its_user_can_read_it(ledger: Ledger) -> None:
    sent(ledger)
    for path in ledger.folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_letters_are_purged_after_ninety_days_and_outcomes_stay(ledger: Ledger, clock: Clock) -> None:
    record = sent(ledger)
    clock.pass_time(days=89)
    assert ledger.purge() == 0
    clock.pass_time(days=2)
    assert ledger.purge() == 1
    kept = ledger.get(record.id)
    assert (kept.content, kept.preview, kept.status, kept.message_id) == (None, None, Status.SENT, "m1")
    assert kept.digest == "digest-pay"
    ledger.verify()
    Ledger(ledger.folder, clock)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET who = '{}' WHERE seq = 2",
        "UPDATE events SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 1",
        "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events WHERE seq >= 3",
        "DELETE FROM proposals",
        "UPDATE proposals SET content = replace(content, 'pay', 'pay me')",
        "UPDATE proposals SET status = 'approved', approved_at = '2026-11-21T12:00:00.000000+00:00'",
        "UPDATE proposals SET message_id = ''",
        "UPDATE proposals SET scope = 'mine'",
    ],
)
def test_an_altered_ledger_is_noticed_and_stops_all_writes(ledger: Ledger, clock: Clock, statement: str) -> None:
    sent(ledger)
    waiting = approved(ledger, "next")
    ledger.verify()
    edit(ledger.folder, statement)
    with pytest.raises(AlteredError, match="nothing was sent to Payt"):
        ledger.claim(waiting.id)
    with pytest.raises(AlteredError):
        Ledger(ledger.folder, clock)


def test_a_forged_approval_sends_nothing(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(
        ledger.folder,
        f"UPDATE proposals SET status='approved', approved_at='{START.isoformat()}' WHERE id='{record.id}'",
    )
    with pytest.raises(AlteredError):
        ledger.claim(record.id)


def test_a_ledger_that_was_removed_or_lost_its_key_is_noticed(ledger: Ledger, clock: Clock) -> None:
    sent(ledger)
    ledger.close()
    key = ledger.folder / "seal" / "key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(AlteredError, match="key of the ledger is gone"):
        Ledger(ledger.folder, clock)
    key.write_bytes(kept)
    ledger.path.unlink()
    with pytest.raises(AlteredError, match="is gone"):
        Ledger(ledger.folder, clock)


@pytest.mark.parametrize("version", [0, 7])
def test_a_ledger_of_another_version_is_left_alone(ledger: Ledger, clock: Clock, version: int) -> None:
    sent(ledger)
    ledger.close()
    edit(ledger.folder, f"PRAGMA user_version={version}")
    with pytest.raises(LedgerError, match=f"layout of version {version}.*nothing was sent"):
        Ledger(ledger.folder, clock)


def test_a_clock_that_went_backwards_stops_all_writes(ledger: Ledger, clock: Clock) -> None:
    record = approved(ledger)
    clock.pass_time(hours=-1)
    with pytest.raises(LedgerError, match=r"Set the clock right.*nothing was sent"):
        ledger.claim(record.id)
    clock.pass_time(hours=1)
    assert ledger.claim(record.id)


def test_a_full_disk_stops_all_writes(ledger: Ledger) -> None:
    record = approved(ledger)
    assert isinstance(ledger._store, SqliteStore)
    db = ledger._store._db  # the limit is one of this connection alone
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(LedgerError, match=r"disk is full.*nothing was sent"):
        ledger.propose(draft("long" * 50_000), TOOL)
    db.execute("PRAGMA max_page_count=100000")
    assert ledger.claim(record.id)


def test_a_folder_that_cannot_be_written_stops_all_writes(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(LedgerError, match="nothing was sent"):
        Ledger(blocked / "state")


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, clock: Clock) -> None:
    first = Ledger(tmp_path, clock)
    sent(first)
    first.close()
    for path in tmp_path.glob("ledger.sqlite3*"):
        path.unlink()
    (tmp_path / "ledger.sqlite3").write_bytes(b"nonsense" * 1000)
    with pytest.raises(AlteredError, match="damaged or not a ledger"):
        Ledger(tmp_path, clock)


def test_closing_it_under_a_running_step_is_an_error_and_no_crash(tmp_path: Path) -> None:
    """SQLite takes the whole process along when a connection is closed under a statement."""
    for turn in range(25):
        ledger = Ledger(tmp_path / str(turn))
        ended: list[str] = []

        def use(ledger: Ledger = ledger, ended: list[str] = ended) -> None:
            try:
                while True:
                    ledger.pending()
            except LedgerError as error:
                ended.append(str(error))

        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        ledger.close()
        for thread in threads:
            thread.join()
        assert len(ended) == 3
        assert all("closed" in text for text in ended)


@pytest.mark.skipif(sys.platform == "win32", reason="folders of a user are closed to others by Windows itself")
def test_the_folder_is_its_users_alone(tmp_path: Path) -> None:
    Ledger(tmp_path / "new").close()
    (tmp_path / "old").mkdir(mode=0o755)
    Ledger(tmp_path / "old").close()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")} == {0o700}


def test_no_address_outlives_the_purge(ledger: Ledger, clock: Clock) -> None:
    text = {"body": "SECRET LETTER" * 500}
    record, _ = ledger.propose(Draft("message", "here", "4711", "digest", "letter", text, text, text), TOOL)
    ledger.supersede(record.id, "jan@person.example is no longer on file")
    assert "jan@person.example" in ledger.get(record.id).outcome["why"]
    assert all("person.example" not in event.detail for event in ledger.history(record.id))
    clock.moment += dt.timedelta(days=91)
    assert ledger.purge() == 1
    assert ledger.get(record.id).outcome == {"why": "(an address) is no longer on file"}
    ledger.verify()
    kept = b"".join(path.read_bytes() for path in ledger.folder.glob("ledger*"))
    assert b"person.example" not in kept
    assert b"SECRET" not in kept
    assert json.loads(ledger.history(record.id)[-1].detail) == {"purged": True}


def test_a_step_on_what_is_not_there_is_refused(ledger: Ledger) -> None:
    with pytest.raises(RefusedWriteError, match="no proposal"):
        ledger.in_the_way("p-none")
