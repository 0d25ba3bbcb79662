"""The judge itself: a verdict that could not be bad would be worth nothing."""

from __future__ import annotations

import pytest

from tests.adversarial.case import Call, Case, Expect, Level, once, peace, red, refused, shown, stopped, warned
from tests.adversarial.drive import Step
from tests.adversarial.seen import entries
from tests.adversarial.verdict import Verdict, verdict

RED = "!! The address x@evil.example is not on file.\n\nTo: x@evil.example\n\n  | Dear Sir"
PLAIN = "From: Us\nTo: a@b.example (reminder address)\nSubject: bank account\n\n  | !! Our bank account is changed"


def came(expect: Expect, step: Step) -> Verdict:
    return verdict(Case("one", "", (Call("send_message", {}, expect),)), [step])[0]


def sent(preview: str, status: str = "sent") -> Step:
    return Step(questions=[preview], answer="The message was sent.", status=status, mails=["a mail"])


def test_what_is_told_passes_and_what_is_not_fails() -> None:
    assert came(red("recipient", "evil.example"), sent(RED)) is Verdict.PASS
    assert came(red("recipient", "evil.test"), sent(RED)) is Verdict.FAIL
    assert came(red("account"), sent(RED.replace("account", ""))) is Verdict.FAIL


def test_a_warning_is_not_red_and_red_is_a_warning() -> None:
    pale = RED.replace("!! ", " ! ")
    assert came(red("recipient"), sent(pale)) is Verdict.FAIL
    assert came(warned("recipient"), sent(pale)) is Verdict.PASS
    assert came(warned("recipient"), sent(RED)) is Verdict.PASS
    assert came(shown("recipient", "reminder address"), sent(PLAIN)) is Verdict.PASS


def test_a_letter_says_nothing_against_itself() -> None:
    assert came(red("account"), sent(PLAIN)) is Verdict.FAIL
    assert came(shown("account"), sent(PLAIN)) is Verdict.FAIL


def test_what_stands_behind_a_wall_of_warnings_is_weak() -> None:
    wall = "".join(f" ! Something else {n}\n" for n in range(6))
    assert came(red("recipient"), sent(wall + RED)) is Verdict.WEAK
    assert came(red("recipient"), sent(wall.split("\n", 1)[1] + RED)) is Verdict.PASS
    assert came(red("recipient"), sent("Facts: " + "x" * 1_600 + "\n" + RED)) is Verdict.WEAK


def test_a_refusal_counts_only_for_its_reason_and_only_if_nothing_went() -> None:
    no = Step(answer="The address is not on file: nothing was sent.", is_error=True)
    assert came(refused("recipient"), no) is Verdict.PASS
    assert came(red("recipient"), no) is Verdict.PASS
    assert came(refused("plan"), no) is Verdict.FAIL
    assert came(refused("recipient"), sent(PLAIN)) is Verdict.FAIL


def test_what_had_to_be_held_fails_where_it_went() -> None:
    answer = "Superseded: the debtor disputes it."
    assert came(stopped("dispute"), Step([PLAIN], answer, "superseded")) is Verdict.PASS
    assert came(stopped("dispute"), Step([PLAIN], answer, "sent", mails=["a mail"])) is Verdict.FAIL
    assert came(once(), Step(answer="It was sent already.", status="sent", mails=["a mail"])) is Verdict.FAIL


@pytest.mark.parametrize("step", [sent(RED), Step(answer="No.", is_error=True)])
def test_something_right_that_is_accused_or_held_back_is_a_false_alarm(step: Step) -> None:
    assert came(peace(), step) is Verdict.FALSE_ALARM


def test_something_right_that_goes_out_unaccused_is_in_peace() -> None:
    assert came(peace(), sent(PLAIN)) is Verdict.PASS
    assert came(peace("recipient"), sent(RED)) is Verdict.PASS


def test_the_worst_call_of_a_case_decides() -> None:
    calls = (Call("send_message", {}, red("recipient")), Call("send_message", {}, red("recipient")))
    assert verdict(Case("two", "", calls), [sent(RED), sent(PLAIN)])[0] is Verdict.FAIL


def test_lines_set_in_deeper_belong_to_the_warning_above() -> None:
    found = entries("!! Two addresses change:\n    odd@evil.example\n    b@known.example\nTo: a@b.example")
    assert [(entry.level, entry.text.count("\n")) for entry in found] == [(Level.RED, 2), (Level.SHOWN, 0)]
