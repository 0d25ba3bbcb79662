"""Figures, and the tables they are printed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table; `is_met` is None where nothing was measured."""

    measure: str
    target: str
    measured: str
    is_met: bool | None

    @property
    def verdict(self) -> str:
        return "-" if self.is_met is None else "ok" if self.is_met else "**missed**"


@dataclass(frozen=True)
class Ratio:
    """How two things compare that were measured in pairs, one directly after the other."""

    pairs: Sequence[tuple[float, float]]

    @property
    def median(self) -> float:
        return median(self._each)

    def __str__(self) -> str:
        return f"{self.median:.2f} x ({min(self._each):.2f}-{max(self._each):.2f})"

    def in_ms(self) -> str:
        """The ratio, and the medians it is one of: `1.70 x (1.10-2.30), 7.1 / 4.2 ms`."""
        ours, theirs = (median(side) * 1000 for side in zip(*self.pairs, strict=True))
        return f"{self}, {ours:,.1f} / {theirs:,.1f} ms"

    @property
    def _each(self) -> list[float]:
        return [ours / theirs for ours, theirs in self.pairs]


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """The median and, in brackets, the smallest and largest."""
    return f"{median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def markdown(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned so that it reads in a terminal too."""
    cells = [list(heads), *map(list, lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    written = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    return "\n".join([written[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *written[1:]])


def table(rows: Iterable[Row], before: Mapping[str, str]) -> str:
    """`before` is what was measured then, by how the measure begins."""
    lines = [(row.measure, row.target, _before(row.measure, before), row.measured, row.verdict) for row in rows]
    return markdown(("measure", "target", "before", "now", ""), lines)


def _before(measure: str, before: Mapping[str, str]) -> str:
    return next((figure for begin, figure in before.items() if measure.startswith(begin)), "-")
