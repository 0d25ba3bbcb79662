"""A period, and the one before it."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

_MOST_WEEKS = 9


class Period(NamedTuple):
    """From the first day to the last, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period before: as many whole months before whole months, else as many days."""
        last = self.first - dt.timedelta(days=1)
        if self.first.day == 1 and (self.last + dt.timedelta(days=1)).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            place = self.first.year * 12 + self.first.month - 1 - months
            return Period(dt.date(place // 12, place % 12 + 1, 1), last)
        return Period(self.first - dt.timedelta(days=self.days), last)

    @property
    def is_long(self) -> bool:
        """Whether it is told by month and not by week."""
        return self.days > _MOST_WEEKS * 7

    def has(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def month_before(today: dt.date) -> Period:
    """The last whole calendar month."""
    last = today.replace(day=1) - dt.timedelta(days=1)
    return Period(last.replace(day=1), last)
