"""The example that asks one tool prints what a model reads."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import environment, run

pytestmark = pytest.mark.slow

ASK = Path(__file__).parents[2] / "examples" / "ask.py"


def _ask(*argv: str) -> subprocess.CompletedProcess[str]:
    return run(*argv, env=environment(), program=(sys.executable, str(ASK)))


def test_an_answer_is_printed_as_a_model_reads_it() -> None:
    done = _ask("summarize_overdue", '{"top": 3}')
    assert done.returncode == 0, done.stderr
    assert "overdue on" in done.stdout.splitlines()[0]


def test_an_error_is_printed_and_told_by_the_exit_code() -> None:
    done = _ask("summarize_overdu")
    assert done.returncode == 1
    assert "There is no tool 'summarize_overdu'" in done.stdout
