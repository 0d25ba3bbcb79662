"""Never twice, never lost: a sample of the storm, and a storm over a ledger that is broken on purpose.

The whole of it: `python tests/guard/storm.py --runs 1530`.
"""

import os

import pytest

from guard.storm import CASES, storm, table

RUNS = int(os.environ.get("STORM_RUNS", len(CASES)))
SEED = int(os.environ.get("STORM_SEED", "11"))


def numbers(kind: str, state: str, times: int) -> list[int]:
    place = CASES.index((kind, state))
    return [place + turn * len(CASES) for turn in range(times)]


def test_no_message_is_sent_twice_and_none_is_lost() -> None:
    outcomes = storm(range(RUNS), SEED)
    wrong = [f"seed {SEED} run {o.run.number}: {o.wrong}" for o in outcomes if o.wrong]
    assert not wrong, "\n".join([*wrong, *table(outcomes)])
    assert len(outcomes) == RUNS


@pytest.mark.parametrize(
    ("broken", "kind", "state"), [("claim", "two_processes", "approved"), ("order", "kill", "answered")]
)
def test_a_ledger_broken_on_purpose_is_found_out(broken: str, kind: str, state: str) -> None:
    outcomes = storm(numbers(kind, state, 6), SEED, broken, until_wrong=True)
    assert outcomes[-1].wrong
