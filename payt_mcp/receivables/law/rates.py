"""Rates of interest by the day they begin, and the day after which nobody here knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

Step = tuple[dt.date, Decimal]


@dataclass(frozen=True)
class Rates:
    """Percent a year, oldest first. After `until` no rate is known, and none before the first step."""

    steps: tuple[Step, ...]
    until: dt.date

    def at(self, day: dt.date) -> Decimal | None:
        """The percentage of a day; None where the table does not have it."""
        if day > self.until:
            return None
        return next((percent for since, percent in reversed(self.steps) if since <= day), None)

    def cuts(self) -> Iterable[dt.date]:
        """The days on which the rate may be another than the day before."""
        return (*(since for since, _ in self.steps), self.until + dt.timedelta(days=1))


def rates(until: str, steps: str, points: str = "0") -> Rates:
    """A table as it is printed, `2024-01-01 3.62, 2024-07-01 3.37`, with so many percentage points on top."""
    pairs = (step.split() for step in steps.split(","))
    read = tuple((dt.date.fromisoformat(since), Decimal(percent) + Decimal(points)) for since, percent in pairs)
    return Rates(read, dt.date.fromisoformat(until))
