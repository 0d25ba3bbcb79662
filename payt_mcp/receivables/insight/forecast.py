"""What of the open amount is expected in each of the coming weeks. No dice: chances, and sums of them.

The chance of each open invoice comes from its debtor's own delays (`delays.py`). A week's figure is the sum of amounts
times chances; its low and high leave out about one week in ten on either side. Whatever one debtor owes is taken to
come or not to come together, so that one large debtor widens the band as it should.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

from payt_mcp.receivables.insight.delays import Curve, Delay, Delays

WEEKS = 13

_MIDDLE = 1.2816
"""Standard deviations to either side of the middle 8 of 10, where the sum of many is normally distributed."""

_CENT = Decimal("0.01")
_PARTS = 1_000_000
"""Chances are taken to the millionth, so that sums of amounts times chances are exact."""


class Owed(NamedTuple):
    """What is to be paid: an open invoice, or a term of a payment plan; `amount` in the administration's currency, more
    than nothing.
    """

    debtor_id: str
    due_date: dt.date
    amount: Decimal


class Week(NamedTuple):
    """Seven days from `begins`; the standard deviation before it is widened to low and high."""

    begins: dt.date
    expected: Decimal
    low: Decimal
    high: Decimal
    deviation: Decimal


class Widths(NamedTuple):
    """How much wider the band is than reckoned, of a week and of all together; and from how many earlier days that is
    known.
    """

    week: float = 1.0
    total: float = 1.0
    days: int = 0


_AS_RECKONED = Widths()


@dataclass(frozen=True)
class Expected:
    """What is expected of `owed`; `total` is that of all weeks together, begun on their first day, and `later` the rest
    of what is owed: expected after these weeks, or never.
    """

    owed: Decimal
    weeks: list[Week]
    total: Week
    later: Decimal
    widths: Widths


def expected_receipts(
    delays: Iterable[Delay], owed: Iterable[Owed], today: dt.date, weeks: int = WEEKS, widths: Widths = _AS_RECKONED
) -> Expected:
    """What comes in of `owed` in the weeks from `today` on. `delays` are invoices of the past, those that are open now
    among them.
    """
    past, amounts = Delays(delays, today), _by_debtor(owed)
    sums, squares = [Decimal(0)] * (weeks + 1), [Decimal(0)] * (weeks + 1)
    for debtor_id, by_age in sorted(amounts.items()):
        curve, spread = past.curve(debtor_id), [Decimal(0)] * (weeks + 1)
        for age, amount in ((today - due_date, amount) for due_date, amount in by_age.items()):
            for place, parts in enumerate(_chances(curve, age.days, weeks)):
                sums[place] += amount * parts
                spread[place] += amount * math.isqrt(parts * (_PARTS - parts))
        squares = [square + one * one for square, one in zip(squares, spread, strict=True)]
    whole = sum((amount for by_age in amounts.values() for amount in by_age.values()), Decimal(0))
    wider = [*[widths.week] * weeks, widths.total]
    bands = [
        _week(today + dt.timedelta(weeks=place % weeks), total / _PARTS, square.sqrt() / _PARTS, wide, whole)
        for place, (total, square, wide) in enumerate(zip(sums, squares, wider, strict=True))
    ]
    together = sum((week.expected for week in bands[:weeks]), Decimal(0))
    return Expected(whole, bands[:weeks], bands[weeks]._replace(expected=together), whole - together, widths)


def _chances(curve: Curve, age: int, weeks: int) -> list[int]:
    """That an invoice of this age is paid in each week; and, last, in any of them: in millionths."""
    unpaid = [curve.unpaid(age + 7 * week, age) for week in range(weeks + 1)]
    return [_millionths(one) for one in (*(now - then for now, then in pairwise(unpaid)), 1 - unpaid[-1])]


def _millionths(chance: float) -> int:
    return min(max(round(chance * _PARTS), 0), _PARTS)


def _by_debtor(owed: Iterable[Owed]) -> dict[str, dict[dt.date, Decimal]]:
    found: dict[str, dict[dt.date, Decimal]] = {}
    for debtor_id, due_date, amount in owed:
        dates = found.setdefault(debtor_id, {})
        dates[due_date] = dates.get(due_date, Decimal(0)) + amount
    return found


def _week(begins: dt.date, expected: Decimal, deviation: Decimal, width: float, most: Decimal) -> Week:
    reach = deviation * Decimal(str(round(_MIDDLE * width, 6)))
    low, high = max(expected - reach, Decimal(0)), min(expected + reach, most)
    expected, low, high = (amount.quantize(_CENT, ROUND_HALF_UP) for amount in (expected, low, high))
    return Week(begins, expected, low, high, deviation)
