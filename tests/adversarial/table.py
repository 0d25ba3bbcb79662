"""The table by category."""

from __future__ import annotations

from collections.abc import Iterable

from tests.adversarial.all_cases import CATEGORIES
from tests.adversarial.verdict import Verdict

_COLUMNS = (Verdict.PASS, Verdict.WEAK, Verdict.FAIL, Verdict.FALSE_ALARM)


def table(results: Iterable[tuple[str, Verdict]]) -> list[str]:
    """A line a category, in the order of the cases, with how many came to what; and their sum."""
    rows: dict[str, dict[Verdict, int]] = {}
    for category, one in sorted(results, key=lambda result: CATEGORIES.index(result[0])):
        row = rows.setdefault(category, dict.fromkeys(_COLUMNS, 0))
        row[one] += 1
    rows["all"] = {one: sum(row[one] for row in rows.values()) for one in _COLUMNS}
    lines = [_line("", "cases", *_COLUMNS)]
    return lines + [_line(name, sum(row.values()), *row.values()) for name, row in rows.items()]


def _line(name: str, *cells: object) -> str:
    return f"{name:24}" + "".join(f"{cell!s:>13}" for cell in cells)
