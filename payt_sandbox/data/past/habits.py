"""How debtors are used to pay: each has one habit, and keeps to it with some spread.

Days are ordinals (`date.toordinal`). A habit knows the day an invoice is due and when its reminders go out, no more.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from payt_sandbox.data.dice import Dice

# Days on which part of an invoice is paid, with the part in hundredths; what is paid last is the rest.
Days = Sequence[tuple[int, int]]

SECOND_REMINDER: Final = 10
_WEEKEND: Final = 5
_BUSY_MONTHS: Final = (1, 7, 8)

# How many of a hundred debtors pay so.
SHARES: Final = {
    "punctual": 24,
    "late": 20,
    "seasonal": 8,
    "worse": 8,
    "stops": 5,
    "reminded": 11,
    "parts": 6,
    "runs": 12,
    "erratic": 6,
}


@dataclass(frozen=True)
class Habit:
    """One debtor's. `usual` days after the due date, give or take `spread`; `grace` days later than others it is
    reminded; `first` and `last` are the days between which it is looked at, and after `until` it pays nothing any more.
    """

    kind: str
    usual: int
    spread: int
    grace: int
    first: int
    last: int
    until: int

    def pays(self, due: int, dice: Dice) -> Days:
        """On which days an invoice that is due on that day is paid; nothing where it never is."""
        days = [(_working_day(day), part) for day, part in _KINDS[self.kind](self, due, dice)]
        return [(day, part) for day, part in days if day <= self.until]


def make_habit(place: int, first: int, last: int, dice: Dice) -> Habit:
    """The habit of the debtor at a place among all."""
    (kind,) = dice.choices(list(SHARES), weights=list(SHARES.values()))
    usual, spread = {
        "punctual": (-1, 3),
        "late": (17 + dice.below(8), 4),
        "seasonal": (4, 4),
        "worse": (2, 5),
        "stops": (8, 5),
        "reminded": (3, 3),
        "parts": (6, 4),
        "runs": (dice.below(28), 0),
        "erratic": (25, 45),
    }[kind]
    until = last - 60 - dice.below(210) if kind == "stops" else last + 36_500
    return Habit(kind, usual, spread, place * 7 % 20, first, last, until)


def _around(habit: Habit, dice: Dice) -> int:
    return habit.usual - habit.spread + dice.below(2 * habit.spread + 1)


def _steady(habit: Habit, due: int, dice: Dice) -> Days:
    return [(due + _around(habit, dice), 100)]


def _seasonal(habit: Habit, due: int, dice: Dice) -> Days:
    is_busy = dt.date.fromordinal(due).month in _BUSY_MONTHS
    return [(due + _around(habit, dice) + (28 + dice.below(15) if is_busy else 0), 100)]


def _worse(habit: Habit, due: int, dice: Dice) -> Days:
    """Two days late in the beginning, about fifty in the end."""
    span = max(1, habit.last - habit.first)
    grown = 48 * min(max(due - habit.first, 0), span) // span
    return [(due + _around(habit, dice) + grown, 100)]


def _reminded(habit: Habit, due: int, dice: Dice) -> Days:
    return [(due + habit.grace + SECOND_REMINDER + _around(habit, dice), 100)]


def _parts(habit: Habit, due: int, dice: Dice) -> Days:
    day = due + _around(habit, dice)
    return [(day, 40), (day + 28 + dice.below(5), 30), (day + 58 + dice.below(9), 30)]


def _runs(habit: Habit, due: int, _dice: Dice) -> Days:
    """All that is due by then at once, on one day of the month."""
    ready = dt.date.fromordinal(due - 2)
    run = ready.replace(day=habit.usual + 1)
    if run < ready:
        run = (ready.replace(day=28) + dt.timedelta(days=4)).replace(day=habit.usual + 1)
    return [(run.toordinal(), 100)]


def _erratic(habit: Habit, due: int, dice: Dice) -> Days:
    return [(due - 10 + int(habit.usual * dice.expovariate(1.0)) % (3 * habit.spread), 100)]


_KINDS: Final[dict[str, Callable[[Habit, int, Dice], Days]]] = {
    "punctual": _steady,
    "late": _steady,
    "stops": _steady,
    "seasonal": _seasonal,
    "worse": _worse,
    "reminded": _reminded,
    "parts": _parts,
    "runs": _runs,
    "erratic": _erratic,
}


def _working_day(day: int) -> int:
    """That day, or the Monday after: nothing is booked at a weekend."""
    weekday = (day - 1) % 7
    return day if weekday < _WEEKEND else day + 7 - weekday
