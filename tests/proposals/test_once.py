"""A letter goes out once: what may have been sent stays so, and the same letter by two ways waits."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import anyio
import pytest

from payt_mcp.errors import LedgerError, OutcomeUnknownError
from payt_mcp.proposals import engine, sending
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.engine import Engine
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.ledger.seal import Head, Seal
from payt_mcp.proposals.outcomes import outcome_words
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from payt_sandbox.api.faults import Fault
from payt_sandbox.signin.access import Token
from tests.support.house import (
    PAGE,
    START,
    TOOL,
    Clock,
    House,
    approved,
    client,
    data,
    draft,
    invoice_of,
    letter,
    said,
    says,
    until,
)

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def of_one_letter(ledger: Ledger, text: str = "pay") -> Record:
    """Approved; whatever its text, it is the same letter to the same debtor."""
    return approved(ledger, text, letter="letter")


def again(ledger: Ledger) -> Record:
    """Of unknown outcome, and approved once more."""
    record = of_one_letter(ledger)
    assert ledger.claim(record.id)
    ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {"trouble": "it broke off"})
    return ledger.approve(record.id, PAGE, again=True)


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
    assert ledger.propose(draft(letter="letter"), TOOL) == (record, False)
    assert ledger.claim(of_one_letter(ledger, "other").id) is None
    assert ledger.settle(key, Status.SENT, {}, message_id="m1")
    ledger.verify()


def test_what_may_have_been_sent_is_in_the_way_while_it_is_approved_again(ledger: Ledger) -> None:
    first, other = again(ledger), of_one_letter(ledger, "other")
    assert ledger.claim(other.id) is None
    assert ledger.in_the_way(other.id) == first
    assert ledger.propose(draft(scope="elsewhere", letter="letter"), TOOL) == (first, False)
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
        monkeypatch.setattr(sending, "_RETRIES", ())
        house.sandbox.faults.add(Fault("rate_limited", "/v1/messages", "POST", times=1))
        ledger.approve(key, PAGE, again=True)
        record = await until(ledger, key, Status.OUTCOME_UNKNOWN, Status.FAILED, Status.SENT)
        ledger.close()
    assert record.status is Status.OUTCOME_UNKNOWN
    assert "could not be sent again" in record.outcome["trouble"]
    assert "(429)" in record.outcome["trouble"]
    assert "othing was" not in record.outcome["trouble"]


async def test_a_yes_given_under_one_token_is_never_carried_out_with_another(house: House) -> None:
    house.sandbox.options = dataclasses.replace(house.sandbox.options, tokens={"other-token": Token()})
    house.sandbox.faults.add(Fault("reset_before", "/v1/messages", "POST", times=1))
    async with client(house.server(), answer=says("accept")) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
    ledger = Ledger(house.state)
    ledger.approve(key, PAGE, again=True)
    async with client(house.server(api_token=Secret("other-token")), answer=says("accept")) as caller:
        told = data(await caller.call_tool("send_message", letter(house)))
    assert (told["proposal_id"], told["status"], house.mails) == (key, "approved", [])
    assert told["reason"].startswith("It was approved under another sign-in or token")
    async with client(house.server()) as caller:
        assert data(await caller.call_tool("check_approval", {"proposal_id": key}))["status"] == "sent"
    ledger.close()


# The same letter by two ways.


def test_a_check_that_began_before_the_same_letter_was_sent_is_not_enough(ledger: Ledger) -> None:
    first, second = of_one_letter(ledger, "one"), of_one_letter(ledger, "two")
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
        house.sandbox.faults.add(Fault("slow", "/v1/contacts", "GET", times=1, delay_ms=3000))
        ledger, asked = Ledger(house.state), len(house.sandbox.requests)
        ledger.approve(by_invoice, PAGE)
        with anyio.fail_after(120):
            while len(house.sandbox.requests) == asked:  # noqa: ASYNC110 - the sandbox is another thread
                await anyio.sleep(0.01)
        await anyio.sleep(0.5)
        ledger.approve(by_debtor, PAGE)
        ended = [(await until(ledger, key, Status.SUPERSEDED, Status.SENT)).status for key in (by_debtor, by_invoice)]
        ledger.close()
    assert sorted(ended) == [Status.SENT, Status.SUPERSEDED]  # on a slow machine the one that was read slowly is first
    assert len(house.mails) == 1


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


async def test_two_layouts_of_one_text_are_one_letter(house: House) -> None:
    async with client(house.server()) as c:
        for body in ("Wilt u  betalen?", "Wilt u betalen?"):
            data(await c.call_tool("send_message", letter(house, body=body)))
    ledger = Ledger(house.state)
    pending = ledger.pending()
    ledger.close()
    assert len(pending) == 2
    assert len({record.letter for record in pending}) == 1


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


@pytest.mark.filterwarnings("default")
async def test_a_tool_that_crashes_after_sending_does_not_say_that_nothing_happened(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_given: object, **_named: object) -> None:
        raise ValueError("x")

    monkeypatch.setattr("payt_mcp.tools.writing.call.write_data", crash)
    async with client(house.server(), answer=says("accept")) as caller:
        result = await caller.call_tool("send_message", letter(house))
    assert len(house.mails) == 1
    assert "is on record" in said(result)
    assert "nothing was changed" not in said(result)


async def test_a_ledger_closed_while_an_outcome_is_looked_for_ends_in_no_traceback(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that ends closes its ledger, whoever still looks on the timeline."""

    class Closing:
        async def look(self, record: Record) -> Done | None:
            ledger.close()
            ledger.history(record.id)
            return None

    record = approved(ledger)
    ledger.claim(record.id)
    record = ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {"trouble": "no answer"})
    async with anyio.create_task_group() as group:
        with pytest.raises(OutcomeUnknownError):
            await Engine(ledger, "here", {"message": Closing()}, group).look(record)  # type: ignore[dict-item]
    assert caplog.records == []
