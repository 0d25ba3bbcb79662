"""The randomness of the data set: the same seed gives the same world on every machine."""

import datetime as dt
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SLOTS = 20


class Dice(random.Random):
    """A seeded generator with the questions the data set asks most."""

    def chance(self, percent: float) -> bool:
        """True in that percentage of the cases."""
        return self.random() * 100 < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of the items; quicker than `choice`."""
        return items[int(self.random() * len(items))]

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, the limit."""
        return int(self.random() * limit)


class Calendar:
    """Texts of days and stamps counted back from today, shared between rows so that each costs memory once."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self._ordinal = today.toordinal()
        self._days: dict[int, str] = {}
        self._stamps: dict[tuple[int, int], str] = {}

    def day(self, ago: int) -> str:
        """The date that many days ago (negative: ahead) as text."""
        text = self._days.get(ago)
        if text is None:
            text = self._days[ago] = dt.date.fromordinal(self._ordinal - ago).isoformat()
        return text

    def days_since(self, moment: str) -> int:
        """How many days ago a date or stamp is."""
        return self._ordinal - dt.date.fromisoformat(moment[:10]).toordinal()

    def at(self, ago: int, slot: int) -> str:
        """One of `SLOTS` shared moments on a day: slot 0 is the nightly batch, higher ones are later that day."""
        text = self._stamps.get((ago, slot))
        if text is None:
            minutes = 125 + slot * 61
            clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{slot * 13 % 60:02d}.{slot * 37 % 1000:03d}"
            text = self._stamps[ago, slot] = f"{self.day(ago)}T{clock}Z"
        return text
