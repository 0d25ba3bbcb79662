"""A yes is put on record with who said it, how and to what; a rule says when there are enough of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.errors import AlteredError, RefusedWriteError
from payt_mcp.policy.approval import Needs, Yes, are_enough, yeses_needed
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.outcomes import outcome_words
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.states import Status
from tests.support.house import PAGE, START, TOOL, Clock, draft, edit

PIET = Who("terminal", "", "piet")


def two(_record: Record) -> Needs:
    return Needs(2, "Two people must say yes.")


@pytest.fixture
def four_eyes(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "state", clock, two)


def test_one_yes_of_anybody_is_enough_and_the_reason_is_told() -> None:
    assert yeses_needed().people == 1
    assert "One yes is enough" in yeses_needed().reason


def test_a_yes_says_who_when_how_and_to_what(ledger: Ledger, clock: Clock) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    clock.pass_time(minutes=2)
    approved = ledger.approve(record.id, PAGE)
    assert approved.status is Status.APPROVED
    assert approved.yeses == (Yes("page", "", "anouk", START + dt.timedelta(minutes=2), "digest-pay"),)
    assert ledger.claim(record.id)
    assert ledger.finish(record.id, Status.SENT, {}, message_id="m1").yeses == approved.yeses


def test_a_code_is_a_yes_too(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    ledger.issue_code(record.id, "AAAA", TOOL)
    assert ledger.redeem(record.id, "AAAA", Who("code", "test 1")).yeses == (
        Yes("code", "test 1", "", START, "digest-pay"),
    )


def test_sending_again_takes_a_yes_of_its_own(ledger: Ledger, clock: Clock) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    ledger.approve(record.id, PAGE)
    claimed = ledger.claim(record.id)
    assert claimed
    ledger.finish(record.id, Status.OUTCOME_UNKNOWN, {})
    clock.pass_time(minutes=1)
    again = ledger.approve(record.id, PIET, again=True)
    assert [(yes.approver, yes.attempt) for yes in again.yeses] == [("anouk", None), ("piet", claimed.sending_at)]


def test_a_yes_that_is_not_enough_leaves_it_waiting_and_is_on_record(four_eyes: Ledger) -> None:
    record, _ = four_eyes.propose(draft(), TOOL)
    waiting = four_eyes.approve(record.id, PAGE)
    assert (waiting.status, [yes.approver for yes in waiting.yeses]) == (Status.PROPOSED, ["anouk"])
    assert four_eyes.claim(record.id) is None
    assert four_eyes.approve(record.id, PAGE).status is Status.PROPOSED, "the same person says it twice"
    assert four_eyes.approve(record.id, PIET).status is Status.APPROVED
    assert four_eyes.claim(record.id)
    assert [event.status for event in four_eyes.history(record.id)] == [*["proposed"] * 3, "approved", "sending"]
    four_eyes.verify()


def test_the_yeses_to_a_first_sending_do_not_count_for_a_second(four_eyes: Ledger) -> None:
    record, _ = four_eyes.propose(draft(), TOOL)
    for who in (PAGE, PIET):
        four_eyes.approve(record.id, who)
    assert four_eyes.claim(record.id)
    four_eyes.finish(record.id, Status.OUTCOME_UNKNOWN, {})
    assert four_eyes.approve(record.id, PAGE, again=True).status is Status.OUTCOME_UNKNOWN
    assert four_eyes.approve(record.id, PIET, again=True).status is Status.APPROVED


def test_a_code_that_was_not_enough_is_used_up(four_eyes: Ledger) -> None:
    record, _ = four_eyes.propose(draft(), TOOL)
    four_eyes.issue_code(record.id, "AAAA", TOOL)
    assert four_eyes.redeem(record.id, "AAAA", TOOL).status is Status.PROPOSED
    with pytest.raises(RefusedWriteError, match="exactly this content"):
        four_eyes.redeem(record.id, "AAAA", TOOL)


def test_the_rule_sees_the_proposal(tmp_path: Path, clock: Clock) -> None:
    """Two people above an amount."""

    def by_amount(record: Record) -> Needs:
        return Needs(2 if Decimal(record.amount or "0") > 1000 else 1, "")

    ledger = Ledger(tmp_path / "state", clock, by_amount)
    for amount, status in (("1000.01", Status.PROPOSED), ("1000.00", Status.APPROVED), ("", Status.APPROVED)):
        record, _ = ledger.propose(replace(draft(f"of {amount}"), proposer="u-els", amount=amount), TOOL)
        assert (record.proposer, record.amount) == ("u-els", amount)
        assert ledger.approve(record.id, PAGE).status is status
    ledger.verify()


def test_what_was_approved_by_somebody_who_left_is_withdrawn(tmp_path: Path, clock: Clock) -> None:
    left: set[str] = set()
    ledger = Ledger(tmp_path / "state", clock, two, lambda yes: yes.approver not in left)
    goes, stays, again = (ledger.propose(draft(text), TOOL)[0] for text in ("goes", "stays", "again"))
    for record in (goes, stays, again):
        ledger.approve(record.id, PAGE)
        ledger.approve(record.id, PIET)
    assert ledger.claim(goes.id)
    assert ledger.claim(again.id)
    ledger.finish(again.id, Status.OUTCOME_UNKNOWN, {})
    for who in (PAGE, PIET):
        ledger.approve(again.id, who, again=True)
    left.add("anouk")
    assert ledger.claim(stays.id) is None
    withdrawn = ledger.get(stays.id)
    assert withdrawn.status is Status.SUPERSEDED
    assert "a yes to it does not count any more" in outcome_words(withdrawn, dt.UTC)
    assert ledger.claim(again.id) is None
    assert ledger.get(again.id).status is Status.OUTCOME_UNKNOWN, "what may have been sent stays so"
    assert ledger.finish(goes.id, Status.SENT, {}, message_id="m1").status is Status.SENT, "it was on its way already"
    ledger.verify()


def test_who_looked_is_on_record_once_for_each_content(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    for who in (PAGE, PIET, PAGE, Who("app", "", "piet")):
        assert ledger.seen(record.id, who) == record
    ledger.approve(record.id, PAGE)
    ledger.seen(record.id, PAGE)
    looks = [event for event in ledger.history(record.id) if '"seen"' in event.detail]
    assert [json.loads(event.who)["approver"] for event in looks] == ["anouk", "piet"]
    assert {event.digest for event in looks} == {record.digest}
    assert ledger.claim(record.id)
    ledger.verify()


def test_a_yes_that_another_program_added_is_noticed(four_eyes: Ledger) -> None:
    record, _ = four_eyes.propose(draft(), TOOL)
    four_eyes.approve(record.id, PAGE)
    edit(four_eyes.folder, """UPDATE proposals SET yeses = replace(yeses, '"anouk"', '"piet"')""")
    with pytest.raises(AlteredError):
        four_eyes.approve(record.id, PAGE)


MOMENTS = st.sampled_from([START, START + dt.timedelta(hours=1)])
YESES = st.lists(
    st.builds(
        Yes,
        channel=st.sampled_from(["page", "code"]),
        client=st.just(""),
        approver=st.sampled_from(["", "anouk", "piet", "els"]),
        at=MOMENTS,
        digest=st.sampled_from(["this", "other"]),
        attempt=st.none() | MOMENTS,
    ),
    max_size=6,
)


@given(YESES, st.integers(1, 3), st.none() | MOMENTS)
def test_only_different_people_who_said_yes_to_this_count(
    yeses: list[Yes], people: int, attempt: dt.datetime | None
) -> None:
    persons = set()
    for yes in yeses:
        if yes.digest == "this" and yes.attempt == attempt:
            persons.add(yes.approver)
    surely = len(persons - {""}) or len(persons)  # whose name is not known may be any of those whose is
    assert are_enough(Needs(people, ""), yeses, "this", attempt) == (surely >= people)
    assert not are_enough(Needs(people, ""), [], "this", attempt)


SCOPED: dict[str, Callable[[Ledger, str, str | None], object]] = {
    "get": lambda ledger, key, scope: ledger.get(key, scope),
    "history": lambda ledger, key, scope: ledger.history(key, scope=scope),
    "approve": lambda ledger, key, scope: ledger.approve(key, PAGE, scope=scope),
    "seen": lambda ledger, key, scope: ledger.seen(key, PAGE, scope=scope),
    "decline": lambda ledger, key, scope: ledger.decline(key, PAGE, scope=scope),
    "supersede": lambda ledger, key, scope: ledger.supersede(key, "it changed", scope=scope),
    "issue_code": lambda ledger, key, scope: ledger.issue_code(key, "AAAA", TOOL, scope=scope),
    "redeem": lambda ledger, key, scope: ledger.redeem(key, "BBBB", TOOL, scope=scope),
    "in_the_way": lambda ledger, key, scope: ledger.in_the_way(key, scope=scope),
    "checking": lambda ledger, key, scope: ledger.checking(key, scope=scope),
    "claim": lambda ledger, key, scope: ledger.claim(key, scope=scope),
    "settle": lambda ledger, key, scope: ledger.settle(key, Status.SENT, {}, message_id="m1", scope=scope),
}


@pytest.mark.parametrize("route", SCOPED)
def test_an_id_of_another_scope_is_an_id_that_does_not_exist(ledger: Ledger, route: str) -> None:
    record, _ = ledger.propose(draft(scope="theirs"), TOOL)
    record = ledger.issue_code(record.id, "BBBB", TOOL)
    messages = []
    for key in (record.id, "p-none"):
        with pytest.raises(RefusedWriteError, match="no proposal") as refused:
            SCOPED[route](ledger, key, "ours")
        messages.append(str(refused.value).replace(key, "ID"))
    assert messages[0] == messages[1]
    assert ledger.get(record.id) == record
    SCOPED[route](ledger, record.id, "theirs")


def test_what_is_sent_in_another_scope_is_not_finished_from_this_one(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(scope="theirs"), TOOL)
    ledger.approve(record.id, PAGE)
    assert ledger.claim(record.id, scope="theirs")
    with pytest.raises(RefusedWriteError, match="no proposal"):
        ledger.finish(record.id, Status.SENT, {}, scope="ours")
    assert ledger.finish(record.id, Status.SENT, {}, scope="theirs").status is Status.SENT
