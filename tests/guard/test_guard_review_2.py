"""What the ledger and the engine do when a record was tampered with, a letter comes twice, or an outcome is unknown."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.guard import engine
from payt_mcp.guard.ledger import Ledger
from payt_mcp.guard.outcomes import outcome_words
from payt_mcp.guard.records import Draft, Record, Who
from payt_mcp.guard.seal import Head, Seal
from payt_mcp.guard.states import Status
from payt_mcp.sandbox.faults import Fault

from .conftest import House, client, data, said

TOOL, PAGE = Who("tool"), Who("page", "", "anouk")
START = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class Clock:
    moment = START

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "state", clock)


def draft(text: str = "pay", *, scope: str = "here", letter: str = "letter") -> Draft:
    return Draft("message", scope, "4711", f"digest-{text}", letter, {"body": text}, {"text": text}, {})


def approved(ledger: Ledger, text: str = "pay", letter: str = "letter") -> Record:
    return ledger.approve(ledger.propose(draft(text, letter=letter), TOOL)[0].id, PAGE)


def again(ledger: Ledger) -> Record:
    """Of unknown outcome, and approved once more."""
    record = approved(ledger)
    assert ledger.claim(record.id)
    ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {"trouble": "it broke off"})
    return ledger.approve(record.id, PAGE, again=True)


def edit(folder: Path, statement: str, *values: Any) -> None:
    """What somebody with another program does to the file."""
    with sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None) as db:
        db.execute(statement, values)
    db.close()


def letter(house: House, **changes: Any) -> dict[str, Any]:
    about = {"to_debtor": house.debtor()} if "to_invoice" not in changes else {}
    return {"subject": "Openstaande facturen", "body": "Wilt u deze betalen?"} | about | changes


def invoice_of(house: House) -> str:
    """An overdue invoice of the debtor that `letter` goes to."""
    rows = house.sandbox.world.rows("4711", "debtors")
    owner = next(row["id"] for row in rows if row["debtor_number"] == house.debtor())
    for row in house.invoices(["invoice_number", "debtor_id", "open_amount", "due_date"]):
        is_overdue = str(row["due_date"]) < str(house.sandbox.world.today)
        if row["debtor_id"] == owner and row["open_amount"] != "0.00" and is_overdue:
            return str(row["invoice_number"])
    raise LookupError(owner)


async def until(ledger: Ledger, key: str, *wanted: Status) -> Record:
    with anyio.fail_after(15):
        while (record := ledger.get(key)).status not in wanted:  # noqa: ASYNC110 - another thread or process writes it
            await anyio.sleep(0.02)
    return record


# An altered proposal.

STEPS: dict[str, Callable[[Ledger, str], object]] = {
    "approve": lambda ledger, key: ledger.approve(key, PAGE),
    "decline": lambda ledger, key: ledger.decline(key, PAGE),
    "supersede": lambda ledger, key: ledger.supersede(key, "it changed"),
    "code": lambda ledger, key: ledger.issue_code(key, "AAAA", TOOL),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_vouches_for_what_another_program_wrote(ledger: Ledger, step: str) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(ledger.folder, "UPDATE proposals SET content = replace(content, 'pay', 'EVIL')")
    with pytest.raises(AlteredError):
        STEPS[step](ledger, record.id)
    with pytest.raises(AlteredError):
        ledger.verify()


def test_a_history_that_was_altered_along_with_its_proposal_is_noticed_at_the_next_step(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(ledger.folder, "UPDATE events SET who = 'somebody'")
    with pytest.raises(AlteredError, match="Event 1"):
        ledger.approve(record.id, PAGE)


def test_what_is_altered_between_the_look_at_the_ledger_and_the_claim_is_not_taken(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = approved(ledger)
    verify = ledger.verify

    def verified_then_altered() -> int:
        events = verify()
        edit(ledger.folder, "UPDATE proposals SET content = replace(content, 'pay', 'EVIL')")
        return events

    monkeypatch.setattr(ledger, "verify", verified_then_altered)
    with pytest.raises(AlteredError):
        ledger.claim(record.id)
    assert ledger.get(record.id).status is Status.APPROVED


async def test_what_was_altered_after_it_was_shown_is_not_sent(house: House) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            page = await browser.get(house.opened[0])
            token = re.search(r'name="token" value="([^"]+)"', page.text)
            assert token
            edit(house.state, "UPDATE proposals SET content = replace(content, 'Wilt u', 'EVIL')")
            form = {"id": key, "token": token[1], "action": "approve"}
            origin = house.opened[0].split("/open")[0]
            await browser.post(f"{page.url}decide", data=form, headers={"Origin": origin})
        answer = await caller.call_tool("check_approval", {"proposal_id": key})
    assert "approved" not in said(answer)
    assert house.mails == []
    with pytest.raises(AlteredError):
        Ledger(house.state)


# What may have been sent stays so.

DROPS: dict[str, Callable[[Ledger, Clock, str], object]] = {
    "declined": lambda ledger, _clock, key: ledger.decline(key, PAGE),
    "superseded": lambda ledger, _clock, key: ledger.supersede(key, "the debtor is paused. Nothing was sent."),
    "expired": lambda _ledger, clock, _key: setattr(clock, "moment", START + dt.timedelta(minutes=16)),
}


@pytest.mark.parametrize("drop", DROPS)
def test_dropping_a_second_sending_says_nothing_of_the_first(ledger: Ledger, clock: Clock, drop: str) -> None:
    key = again(ledger).id
    assert "may have been sent" in outcome_words(ledger.get(key), dt.UTC)
    DROPS[drop](ledger, clock, key)
    record = ledger.get(key)
    assert record.status is Status.OUTCOME_UNKNOWN
    assert "May have been sent" in outcome_words(record, dt.UTC)
    assert "sent again" in record.outcome["trouble"]
    assert "othing was" not in record.outcome["trouble"]
    assert ("paused" in record.outcome["trouble"]) is (drop == "superseded")
    assert ledger.propose(draft(), TOOL) == (record, False)
    assert ledger.claim(approved(ledger, "other").id) is None
    assert ledger.settle(key, Status.SENT, {}, message_id="m1")
    ledger.verify()


def test_what_may_have_been_sent_is_in_the_way_while_it_is_approved_again(ledger: Ledger) -> None:
    first, other = again(ledger), approved(ledger, "other")
    assert ledger.claim(other.id) is None
    assert ledger.in_the_way(other.id) == first
    assert ledger.propose(draft(scope="elsewhere"), TOOL) == (first, False)
    assert ledger.claim(first.id)


async def test_a_second_sending_that_fails_leaves_the_first_unknown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.sandbox.faults.add(Fault("reset_before", "/v1/messages", "POST", times=1))
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        ledger = Ledger(house.state)
        ledger.approve(key, PAGE)
        await until(ledger, key, Status.OUTCOME_UNKNOWN)
        monkeypatch.setattr(engine, "_RETRIES", ())
        house.sandbox.faults.add(Fault("rate_limited", "/v1/messages", "POST", times=1))
        ledger.approve(key, PAGE, again=True)
        record = await until(ledger, key, Status.OUTCOME_UNKNOWN, Status.FAILED, Status.SENT)
        ledger.close()
    assert record.status is Status.OUTCOME_UNKNOWN
    assert "could not be sent again" in record.outcome["trouble"]
    assert "(429)" in record.outcome["trouble"]
    assert "othing was" not in record.outcome["trouble"]


# The same letter by two ways.


def test_a_check_that_began_before_the_same_letter_was_sent_is_not_enough(ledger: Ledger) -> None:
    first, second = approved(ledger, "one"), approved(ledger, "two")
    ledger.checking(second.id)
    assert ledger.claim(first.id)
    ledger.finish(first.id, Status.SENT, {}, message_id="m1")
    assert ledger.claim(second.id) is None
    ledger.checking(second.id)
    assert ledger.claim(second.id)


async def test_the_same_letter_to_debtor_and_invoice_is_mailed_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PAUSE", 0.2)
    async with client(house.server(freshness_seconds=0)) as caller:
        by_debtor = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        wish = letter(house, to_invoice=invoice_of(house))
        by_invoice = data(await caller.call_tool("send_message", wish))["proposal_id"]
        house.sandbox.faults.add(Fault("slow", "/v1/contacts", "GET", times=1, delay_ms=1500))
        ledger, asked = Ledger(house.state), len(house.sandbox.requests)
        ledger.approve(by_invoice, PAGE)
        with anyio.fail_after(10):
            while len(house.sandbox.requests) == asked:  # noqa: ASYNC110 - the sandbox is another thread
                await anyio.sleep(0.01)
        await anyio.sleep(0.5)
        ledger.approve(by_debtor, PAGE)
        await until(ledger, by_debtor, Status.SENT)
        record = await until(ledger, by_invoice, Status.SUPERSEDED, Status.SENT)
        ledger.close()
    assert record.status is Status.SUPERSEDED
    assert len(house.mails) == 1


# A row that cannot be read.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposals SET content = '{broken'",
        "UPDATE proposals SET content = '[]'",
        "UPDATE proposals SET outcome = 'null'",
        "UPDATE proposals SET status = 'odd'",
        "UPDATE proposals SET created_at = 'yesterday'",
        "UPDATE proposals SET preview = x'00ff'",
        "UPDATE proposals SET baseline = '7'",
        "UPDATE proposals SET scope = x'00ff'",
        "UPDATE events SET at = 'yesterday'",
        "UPDATE events SET detail = x'00ff'",
    ],
)
def test_what_cannot_be_read_was_altered(ledger: Ledger, statement: str) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(ledger.folder, statement)
    with pytest.raises(AlteredError):
        ledger.approve(record.id, PAGE)
    with pytest.raises(AlteredError):
        ledger.verify()


async def test_a_row_that_cannot_be_read_leaves_the_server_reading(house: House) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        edit(house.state, "UPDATE proposals SET content = '{broken', status = 'approved'")
        await anyio.sleep(1.5)
        assert not (await caller.call_tool("list_administrations", {})).is_error
        assert "was altered" in said(await caller.call_tool("check_approval", {"proposal_id": key}))


# The folder, the head, the wait, and what is forgotten.


def test_the_folder_is_its_users_alone(tmp_path: Path) -> None:
    Ledger(tmp_path / "new").close()
    (tmp_path / "old").mkdir(mode=0o755)
    Ledger(tmp_path / "old").close()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "old")} == {0o700}


async def test_a_claim_that_broke_off_is_on_record_as_not_sent(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PAUSE", 0.2)
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        ledger, keep = Ledger(house.state), Seal.keep
        broke: list[Head] = []

        def full(self: Seal, head: Head) -> None:
            if not broke and ledger.history(key)[-1].status == "sending":
                broke.append(head)
                raise LedgerError("The head of the ledger cannot be kept (No space left on device).")
            keep(self, head)

        monkeypatch.setattr(Seal, "keep", full)
        ledger.approve(key, PAGE)
        record = await until(ledger, key, Status.FAILED)
        ledger.close()
    assert broke
    assert "was not sent" in record.outcome["trouble"]
    assert house.mails == []


async def test_a_letter_behind_an_unknown_one_says_so_and_leaves_payt_alone(house: House) -> None:
    async with client(house.server()) as caller:
        first = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        wish = letter(house, to_invoice=invoice_of(house))
        second = data(await caller.call_tool("send_message", wish))["proposal_id"]
        ledger = Ledger(house.state)
        ledger.approve(first, PAGE)
        assert ledger.claim(first)
        ledger.approve(second, PAGE)  # while the other is being sent by a process that lives
        asked = len(house.sandbox.requests)
        for _ in range(3):
            answer = data(await caller.call_tool("check_approval", {"proposal_id": second}))
        assert first in answer["reason"]
        assert "is being sent" in answer["reason"]
        assert "within seconds" not in answer["next_step"]
        assert len(house.sandbox.requests) == asked
        ledger.finish(first, Status.OUTCOME_UNKNOWN, {})
        answer = data(await caller.call_tool("check_approval", {"proposal_id": second}))
        assert "may have been sent" in answer["reason"]
        ledger.close()


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
