"""Never twice, never lost: a sample of the storm, and a storm over each ledger that is broken on purpose.

The whole of it: `python -m tests.proposals.storm --jobs 2`.
"""

import os
import random
from pathlib import Path

import pytest

from tests.proposals.storm.cases import CASES, LAYOUTS, Case, is_of_replicas
from tests.proposals.storm.runs import said_badly
from tests.proposals.storm.table import failures, table, write
from tests.proposals.storm.weather import storm
from tests.support.postgres import a_database, of_this_run

pytestmark = pytest.mark.slow

RUNS = int(os.environ.get("STORM_RUNS", "0"))
SEED = int(os.environ.get("STORM_SEED", "11"))


def sample() -> list[int]:
    """Everything that strikes, in one of the states it strikes in; or as many runs as are asked for."""
    numbers = list(range(len(CASES)))
    random.Random(SEED).shuffle(numbers)
    chosen = {(CASES[number].write, CASES[number].kind): number for number in numbers}
    return list(range(RUNS)) or sorted(chosen.values())


def test_nothing_is_written_twice_and_nothing_is_lost() -> None:
    outcomes = storm(sample(), SEED, jobs=2)
    wrong = failures(outcomes)
    assert not wrong, "\n".join([*wrong, *table(outcomes)])
    assert [outcome.run.number for outcome in outcomes] == sample()


SHARED = (
    Case("message", "kill", "request_out"),
    Case("message", "two_processes", "sending"),
    Case("message", "layouts", "killed"),
    Case("upsert", "kill", "answered"),
    Case("comment", "double_click", "sending"),
)


def test_nor_where_replicas_share_one_record() -> None:
    numbers = [n for n in range(RUNS) if is_of_replicas(CASES[n % len(CASES)])] or [CASES.index(one) for one in SHARED]
    with a_database(of_this_run()) as database:
        outcomes = storm(numbers, SEED, jobs=2, database=database)
    wrong = failures(outcomes)
    assert not wrong, "\n".join([*wrong, *table(outcomes)])
    assert [outcome.run.number for outcome in outcomes] == sorted(numbers)


@pytest.mark.parametrize(
    ("broken", "case"),
    [
        ("claim", Case("message", "two_processes", "approved")),
        ("order", Case("message", "kill", "answered")),
        ("age", Case("message", "older_identical", "killed")),
    ],
)
def test_a_ledger_broken_on_purpose_is_found_out(broken: str, case: Case) -> None:
    first = CASES.index(case)
    outcomes = storm(range(first, first + 6 * len(CASES), len(CASES)), SEED, broken, until_wrong=True)
    assert outcomes[-1].wrong
    assert f"--seed {SEED} --only {outcomes[-1].run.number} --broken {broken}" in failures(outcomes, broken)[-1]


ASKED = "Preview\n\nTo approve, type: amber birch\n> "
LATE = "Preview\n\nBeing sent.\n\nThere is nothing to approve.\n"
TOO_LATE = f"{ASKED}amber birch\npayt-mcp: Proposal p-1 cannot be approved: it is sent.\n"


@pytest.mark.parametrize(
    ("state", "shown", "wrong"),
    [
        ("two_terminals", [ASKED, ASKED], 0),
        ("two_terminals", [ASKED, TOO_LATE], 0),
        ("two_terminals", [LATE, ASKED], 0),
        ("two_terminals", [LATE, LATE], 1),
        ("two_terminals", [ASKED, "Traceback"], 1),
        ("served", [LATE], 1),
        ("served", [""], 2),
        ("again", [LATE], 0),
        ("again", [""], 1),
    ],
)
def test_a_person_may_come_too_late_behind_another(state: str, shown: list[str], wrong: int) -> None:
    assert len(said_badly(state, shown)) == wrong


def test_the_layouts_of_one_text_are_one_text() -> None:
    assert len(set(LAYOUTS)) == len(LAYOUTS)
    assert len({" ".join(layout.split()) for layout in LAYOUTS}) == 1


def test_the_figures_go_between_the_marks_of_the_document(tmp_path: Path) -> None:
    document = tmp_path / "storm.md"
    document.write_text("Before\n<!-- the storm writes from here -->\nold\n<!-- to here -->\nafter\n")
    write(document, "the command", ["a line"])
    text = document.read_text()
    assert "old" not in text
    assert text.startswith("Before\n<!-- the storm")
    assert text.endswith("<!-- to here -->\nafter\n")
    assert "Printed by `the command`:\n\n```text\na line\n```\n" in text
    document.write_text("no marks")
    with pytest.raises(ValueError, match="no place"):
        write(document, "the command", [])
