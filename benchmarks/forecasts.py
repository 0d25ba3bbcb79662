"""Forecasts of receipts: the product's, and what anybody can do by hand.

By hand, everything comes on its due date, or so many days later as was the average until then; what is past that day
already comes at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from statistics import mean

from payt_mcp.receivables.insight.delays import Delay
from payt_mcp.receivables.insight.forecast import WEEKS, Owed, expected_receipts

WEEK = dt.timedelta(weeks=1)
NOTHING = Decimal(0)
Bands = Sequence[tuple[Decimal, Decimal]]
Forecast = Callable[[Sequence[Delay], Sequence[Owed], dt.date], tuple[Sequence[Decimal], Bands]]
"""From invoices of the past and what is open on the morning of a day: the weeks from then on; low and high of each, and
of all together last, where it says so.
"""


def ours(delays: Sequence[Delay], owed: Sequence[Owed], cut: dt.date) -> tuple[Sequence[Decimal], Bands]:
    expected = expected_receipts(delays, owed, cut)
    return [week.expected for week in expected.weeks], [
        (week.low, week.high) for week in (*expected.weeks, expected.total)
    ]


def on_due_date(_: Sequence[Delay], owed: Sequence[Owed], cut: dt.date) -> tuple[Sequence[Decimal], Bands]:
    return _on_days(((one.due_date, one.amount) for one in owed), cut), ()


def by_average(delays: Sequence[Delay], owed: Sequence[Owed], cut: dt.date) -> tuple[Sequence[Decimal], Bands]:
    late = dt.timedelta(days=round(mean(_late(delays))))
    return _on_days(((one.due_date + late, one.amount) for one in owed), cut), ()


def by_own_average(delays: Sequence[Delay], owed: Sequence[Owed], cut: dt.date) -> tuple[Sequence[Decimal], Bands]:
    """By that of each debtor; that of all where it has paid nothing yet."""
    by_debtor: dict[str, list[Delay]] = {}
    for delay in delays:
        by_debtor.setdefault(delay.debtor_id, []).append(delay)
    average = mean(_late(delays))
    late = {key: mean(_late(those) or [average]) for key, those in by_debtor.items()}
    days = ((one.due_date + dt.timedelta(days=round(late[one.debtor_id])), one.amount) for one in owed)
    return _on_days(days, cut), ()


def _late(delays: Iterable[Delay]) -> list[int]:
    return [(one.paid_on - one.due_date).days for one in delays if one.paid_on is not None]


def _on_days(amounts: Iterable[tuple[dt.date, Decimal]], cut: dt.date) -> list[Decimal]:
    weeks = [NOTHING] * WEEKS
    for day, amount in amounts:
        place = max(day - cut, dt.timedelta()) // WEEK
        if place < WEEKS:
            weeks[place] += amount
    return weeks


FORECASTS: dict[str, Forecast] = {
    "expected_receipts": ours,
    "on the due date": on_due_date,
    "due date + average delay": by_average,
    "due date + the debtor's average": by_own_average,
}
