"""How far off the forecast was: made as it would have been on earlier days, and held against what came then.

The low and high of a forecast assume what nobody knows: how much debtors move together, and how well the past tells the
future. So they are widened, or narrowed, to what they would have had to be on these earlier days. `_PRIOR` more days on
which they were right are counted in, as a few days are no measure by themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from payt_mcp.receivables.insight.forecast import WEEKS, Expected, Owed, Widths, expected_receipts
from payt_mcp.receivables.insight.parts import Part, known_on

_DAYS = 6
_APART = dt.timedelta(weeks=5)
_PRIOR = 2.0
_OF_THREE = 1.638 / 1.2816
"""Student's t over the normal distribution, for 8 of 10: these days reach over three stretches that do not overlap."""

_FEWEST = 20
"""Paid parts that a day needs before it to count as one on which anything was known."""


def forecast(parts: Sequence[Part], owed: Sequence[Owed], today: dt.date, *, of_all: bool = True) -> Expected:
    """What comes in of `owed` in the weeks from `today` on. Where that is what all debtors owe, the band is as wide as
    was seen on earlier days; that says nothing of one debtor.
    """
    widths = seen_widths(parts, today) if of_all else Widths()
    return expected_receipts((part.delay for part in parts), owed, today, widths=widths)


def seen_widths(parts: Sequence[Part], today: dt.date) -> Widths:
    """By how much the band would have had to be wider on earlier days."""
    weeks: list[float] = []
    totals: list[float] = []
    for place in range(_DAYS):
        day = today - dt.timedelta(weeks=WEEKS) - place * _APART
        known = known_on(day, parts)
        if sum(not part.is_open for part in known) < _FEWEST:
            break
        then = expected_receipts((part.delay for part in known), [part.owed for part in known if part.is_open], day)
        came = _came(parts, day)
        weeks += [_off(week.expected, came_, week.deviation) for week, came_ in zip(then.weeks, came, strict=True)]
        totals.append(_off(then.total.expected, sum(came, Decimal(0)), then.total.deviation))
    return Widths(_width(weeks, _PRIOR * WEEKS), _OF_THREE * _width(totals, _PRIOR), len(totals))


def _came(parts: Sequence[Part], day: dt.date) -> list[Decimal]:
    """What came, in each of the weeks from a day on, of what was open on it."""
    found = [Decimal(0)] * WEEKS
    for part in parts:
        if part.invoice_date < day and part.paid_on is not None:
            week = (part.paid_on - day).days // 7
            if 0 <= week < WEEKS:
                found[week] += part.amount
    return found


def _off(expected: Decimal, came: Decimal, deviation: Decimal) -> float:
    """How far, in standard deviations."""
    return float((came - expected) / deviation) if deviation else 0.0


def _width(off: Sequence[float], prior: float) -> float:
    return float(((sum(one * one for one in off) + prior) / (len(off) + prior)) ** 0.5)
