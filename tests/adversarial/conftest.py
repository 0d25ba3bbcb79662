"""The table at the end of a run, from the properties of the reports: so it is whole with several processes too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adversarial.drive import Stage
from tests.adversarial.table import table
from tests.adversarial.verdict import Verdict

PROPERTY = "adversarial"


@pytest.fixture(scope="session")
def payt(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("adversarial"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    found = [value for report in reports for name, value in report.user_properties if name == PROPERTY]
    if found:
        terminalreporter.section("conversations with a fooled assistant and a person who says yes")
        terminalreporter.write_line("\n".join(table((category, Verdict(came)) for category, came in found)))
