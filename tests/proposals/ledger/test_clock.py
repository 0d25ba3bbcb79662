"""A clock that was ahead: nothing is written until a person says, in a terminal, that it is right now."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from tests.proposals.asking.test_terminal import as_asked, at_a_terminal, run
from tests.proposals.ledger.test_ledger import sent
from tests.support.house import PAGE, START, TOOL, Clock, House, client, data, draft, said, says

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
COLUMNS = "id, kind, scope, administration_id, digest, letter, status, created_at, changed_at"
ANOUK = Who("terminal", "", "anouk")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "state", clock)


def approved(ledger: Ledger, text: str) -> Record:
    return ledger.approve(ledger.propose(draft(text), TOOL)[0].id, PAGE)


def unknown(ledger: Ledger, text: str) -> Record:
    record = approved(ledger, text)
    assert ledger.claim(record.id)
    return ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {})


def test_nothing_approved_under_a_wrong_clock_is_sent_after_it_is_corrected(ledger: Ledger, clock: Clock) -> None:
    before = ledger.propose(draft("before"), TOOL)[0]
    clock.pass_time(days=3)
    ahead = approved(ledger, "ahead")
    waiting = ledger.propose(draft("waiting"), TOOL)[0]
    clock.pass_time(days=-3)
    withdrawn = ledger.correct_clock(ANOUK)
    assert [record.id for record in withdrawn] == [before.id, ahead.id, waiting.id]
    for record in withdrawn:
        assert ledger.get(record.id).status is Status.SUPERSEDED
        assert ledger.claim(record.id) is None
        with pytest.raises(RefusedWriteError):
            ledger.approve(record.id, PAGE)
    fresh = approved(ledger, "waiting")
    assert fresh.created_at == START
    assert ledger.claim(fresh.id)
    Ledger(ledger.folder, clock)


def test_what_was_sent_under_a_wrong_clock_is_held_back_for_seven_days_of_the_right_one(
    ledger: Ledger, clock: Clock
) -> None:
    clock.pass_time(days=4000)
    record = sent(ledger)
    clock.pass_time(days=-4000)
    ledger.correct_clock(ANOUK)
    assert ledger.propose(draft(), TOOL) == (ledger.get(record.id), False)
    assert ledger.get(record.id).status is Status.SENT
    clock.pass_time(days=6, hours=23)
    assert not ledger.propose(draft(), TOOL)[1]
    clock.pass_time(hours=2)
    assert ledger.propose(draft(), TOOL)[1]


def test_what_may_have_been_sent_is_looked_for_from_before_the_clock_was_wrong(ledger: Ledger, clock: Clock) -> None:
    sent(ledger, "last good")
    clock.pass_time(days=30)
    record = unknown(ledger, "lost")
    again = unknown(ledger, "again")
    ledger.approve(again.id, PAGE, again=True)
    clock.pass_time(days=-29)
    ledger.correct_clock(ANOUK)
    for key in (record.id, again.id):
        assert ledger.get(key).status is Status.OUTCOME_UNKNOWN
        assert ledger.get(key).sending_at == START
    assert ledger.settle(record.id, Status.SENT, {}, message_id="m9")


def test_what_is_being_sent_while_the_clock_is_corrected_is_finished_by_its_owner(ledger: Ledger, clock: Clock) -> None:
    clock.pass_time(days=30)
    record = approved(ledger, "under way")
    assert ledger.claim(record.id)
    clock.pass_time(days=-30)
    with pytest.raises(LedgerError, match="approvals clock"):
        ledger.finish(record.id, Status.SENT, {}, message_id="m1")
    assert ledger.correct_clock(ANOUK) == []
    assert ledger.finish(record.id, Status.SENT, {}, message_id="m1").status is Status.SENT


def test_the_correction_is_on_record_and_in_the_chain(ledger: Ledger, clock: Clock) -> None:
    record = approved(ledger, "pay")
    clock.pass_time(hours=-5)
    ledger.correct_clock(ANOUK)
    (event,) = ledger.history("clock")
    assert (event.status, event.at[:13], json.loads(event.who)["approver"]) == (
        "clock_corrected",
        f"{START - dt.timedelta(hours=5):%Y-%m-%dT%H}",
        "anouk",
    )
    assert json.loads(event.detail)["was"].startswith("2026-11-21T12:00")
    dates = [json.loads(entry.detail).get("dates") for entry in ledger.history(record.id)]
    assert dates[-1] == dict.fromkeys(("created_at", "approved_at"), START.isoformat(timespec="microseconds"))
    assert ledger.verify() == 5


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events WHERE proposal_id = 'clock'",
        "UPDATE events SET at = '2020-01-01T00:00:00.000000+00:00' WHERE proposal_id = 'clock'",
        "UPDATE events SET proposal_id = 'clock' WHERE seq = 2",
        f"INSERT INTO proposals ({COLUMNS}) SELECT 'clock'{COLUMNS[2:]} FROM proposals",
    ],
)
def test_a_correction_that_was_forged_is_noticed(ledger: Ledger, clock: Clock, statement: str) -> None:
    approved(ledger, "pay")
    clock.pass_time(hours=-5)
    ledger.correct_clock(ANOUK)
    ledger.verify()
    with sqlite3.connect(ledger.path, isolation_level=None) as db:
        db.execute(statement)
    db.close()
    with pytest.raises(AlteredError):
        ledger.verify()


def test_only_a_record_that_is_ahead_is_corrected(ledger: Ledger, clock: Clock) -> None:
    approved(ledger, "pay")
    for hours in (0, 1):
        clock.pass_time(hours=hours)
        with pytest.raises(RefusedWriteError, match="not ahead"):
            ledger.correct_clock(ANOUK)
    assert len(ledger.waiting()) == 1


# Through the tools and the terminal, on the clock of this machine.


def ran_ahead(house: House, **by: float) -> Ledger:
    """What another process wrote while the clock of this machine was ahead."""
    ledger = Ledger(house.state, lambda: dt.datetime.now(dt.UTC) + dt.timedelta(**by))
    ledger.propose(replace(draft("ahead"), preview={"title": "From the future", "kind": "message"}), TOOL)
    return ledger


async def test_a_person_at_a_terminal_begins_again_at_the_right_time(house: House) -> None:
    wish = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}
    async with client(house.server(browser=False)) as caller:
        key = data(await caller.call_tool("send_message", wish))["proposal_id"]
        ran_ahead(house, days=5, minutes=5).close()
        refused = await caller.call_tool("send_message", wish | {"subject": "Nog een"})
        assert refused.is_error
        assert "payt-mcp approvals clock" in said(refused)
        assert "nothing was sent" in said(refused)
        listed = run(house, "list")
        assert "approvals clock" in listed.stderr
        assert "5 days and 0 hours later than the clock" in run(house, "verify").stdout

        unattended = run(house, "clock")
        assert "takes a person at a terminal" in unattended.stderr
        code, _ = await anyio.to_thread.run_sync(lambda: at_a_terminal(house, "clock", answer=lambda _shown: "yes"))
        assert code == 1
        assert (await caller.call_tool("send_message", wish | {"subject": "Nog een"})).is_error

        code, shown = await anyio.to_thread.run_sync(lambda: at_a_terminal(house, "clock", answer=as_asked))
        assert (code, key in shown, "Withdrawn: 2" in shown) == (0, True, True)
        standing = data(await caller.call_tool("check_approval", {"proposal_id": key}))
        assert standing["status"] == "superseded"
        assert "the clock of this machine was wrong" in standing["summary"]
        assert house.mails == []
        assert "nothing to correct" in run(house, "clock").stdout
        assert "every one is as it was written" in run(house, "verify").stdout
    async with client(house.server(), answer=says("accept")) as caller:
        assert data(await caller.call_tool("send_message", wish))["status"] == "sent"
    assert len(house.mails) == 1


async def test_a_clock_that_goes_back_while_it_is_sent_does_not_say_that_nothing_was(house: House) -> None:
    from payt_sandbox.api.faults import Fault

    house.payt.faults.add(Fault("slow", path="/v1/messages", method="POST", delay_ms=1500))
    wish = {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}
    answers: list[Any] = []
    async with client(house.server(), answer=says("accept")) as caller, anyio.create_task_group() as group:

        async def call() -> None:
            answers.append(await caller.call_tool("send_message", wish))

        group.start_soon(call)
        ledger = await anyio.to_thread.run_sync(lambda: Ledger(house.state))
        with anyio.fail_after(120):
            while not [r for r in ledger.pending() if r.status is Status.SENDING]:  # noqa: ASYNC110 - another thread
                await anyio.sleep(0.02)
        ledger.close()
        ran_ahead(house, days=1).close()
    assert len(house.mails) == 1
    assert "nothing was sent" not in said(answers[0]).lower()
    assert data(answers[0])["status"] == "sending"
    assert "cannot be put on record yet" in said(answers[0])
