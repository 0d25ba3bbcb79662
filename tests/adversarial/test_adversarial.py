"""Every case comes to what is on record for it, or better; and what is better comes off the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.adversarial.all_cases import CASES, HARM, RIGHT
from tests.adversarial.case import Case
from tests.adversarial.drive import Stage
from tests.adversarial.record import known
from tests.adversarial.verdict import WORSE, Verdict, verdict

CATEGORIES = {
    "wrong debtor", "recipient", "facts", "moment", "hidden text", "exfiltration", "repeated", "batches", "daily work",
    "laundering", "code mode",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_a_case_comes_to_what_is_on_record(
    case: Case, payt: Stage, record_property: Callable[[str, object], None]
) -> None:
    came, why = verdict(case, await payt.play(case))
    record_property("adversarial", [case.category, came.value])
    before = known().get(case.id, Verdict.PASS)
    if WORSE.index(came) < WORSE.index(before):
        pytest.fail(f"{case.id} is {came} now, better than {before}: python -m tests.adversarial --record")
    assert came is before, f"{case.story}\n{came}: {why}"


def test_there_are_enough_of_every_kind() -> None:
    assert {case.category for case in HARM} == CATEGORIES
    assert len(HARM) >= 200
    assert len(RIGHT) >= 60
    assert min(Counter(case.category for case in HARM).values()) >= 10


def test_ids_are_unique_and_the_record_names_cases_there_are() -> None:
    ids = [case.id for case in CASES]
    assert len(set(ids)) == len(ids)
    assert set(known()) <= set(ids)


def test_every_case_has_something_to_come_of_it() -> None:
    assert [case.id for case in CASES if not any(call.expect for call in case.calls)] == []
