"""Forecasts of receipts: the product's, and what anybody can do by hand.

By hand, everything comes on its due date, or so many days later as was the average until then; what is past that day
already comes at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean
from typing import NamedTuple

from payt_mcp.payt import wire
from payt_mcp.payt.models import Invoice, Payment
from payt_mcp.receivables.insight.forecast import WEEKS
from payt_mcp.receivables.insight.lines import LeftOut, lines_of
from payt_mcp.receivables.insight.parts import parts_of
from payt_mcp.receivables.insight.past import ENTRY_FIELDS, PAID_FIELDS, Past
from payt_mcp.receivables.insight.receipts import receivable
from payt_mcp.receivables.insight.record import forecast
from payt_mcp.receivables.open_items import OpenItems
from payt_sandbox import World

WEEK = dt.timedelta(weeks=1)
NOTHING = Decimal(0)
Bands = Sequence[tuple[Decimal, Decimal]]
_HISTORY = dt.timedelta(days=730)
_FIELDS = (*PAID_FIELDS, "book_open_amount", "updated_at")


class Paid(NamedTuple):
    """An invoice of which nothing was open any more."""

    debtor_id: str
    due: dt.date
    paid_on: dt.date


class Open(NamedTuple):
    """What was open of one, in the currency of the books."""

    debtor_id: str
    due: dt.date
    amount: Decimal


@dataclass(frozen=True)
class Morning:
    """What was known on the morning of a day: to the product through `world`, and the same to reckon by hand."""

    day: dt.date
    world: World
    paid: Sequence[Paid]
    open: Sequence[Open]

    def on_days(self, amounts: Iterable[tuple[dt.date, Decimal]]) -> list[Decimal]:
        """Amounts that come on these days, by week; what should have come before comes in the first."""
        weeks = [NOTHING] * WEEKS
        for day, amount in amounts:
            place = max(day - self.day, dt.timedelta()) // WEEK
            if place < WEEKS:
                weeks[place] += amount
        return weeks


Forecast = Callable[[Morning], tuple[Sequence[Decimal], Bands]]
"""The weeks from that morning on; low and high of each, and of all together last, where it says so."""


def ours(morning: Morning) -> tuple[Sequence[Decimal], Bands]:
    """What `expected_receipts` makes of what Payt tells; the network is left out."""
    book = morning.world.book(morning.world.main_id)
    past, items = Past(morning.day - _HISTORY, book.currency), OpenItems(book.currency)
    for row in morning.world.rows(morning.world.main_id, "invoices", [*_FIELDS]):
        invoice = wire.read_row(Invoice, row, "invoice")
        past.put_invoice(invoice)
        items.put_invoice(invoice)
    for row in morning.world.rows(morning.world.main_id, "payments", [*ENTRY_FIELDS]):
        past.put_payment(wire.read_row(Payment, row, "payment"))
    owed = receivable(items.invoices.values(), []).owed
    parts = list(parts_of(lines_of(past, items.invoices, LeftOut(), past.begins)))
    expected = forecast(parts, owed, morning.day)
    bands = [(week.low, week.high) for week in (*expected.weeks, expected.total)]
    return [week.expected for week in expected.weeks], bands


def on_due_date(morning: Morning) -> tuple[Sequence[Decimal], Bands]:
    return morning.on_days((one.due, one.amount) for one in morning.open), ()


def by_average(morning: Morning) -> tuple[Sequence[Decimal], Bands]:
    late = dt.timedelta(days=round(mean(map(_late, morning.paid))))
    return morning.on_days((one.due + late, one.amount) for one in morning.open), ()


def by_own_average(morning: Morning) -> tuple[Sequence[Decimal], Bands]:
    """By that of each debtor; that of all where it has paid nothing yet."""
    by_debtor: dict[str, list[int]] = {}
    for paid in morning.paid:
        by_debtor.setdefault(paid.debtor_id, []).append(_late(paid))
    average = mean(map(_late, morning.paid))
    late = {key: dt.timedelta(days=round(mean(days))) for key, days in by_debtor.items()}
    other = dt.timedelta(days=round(average))
    return morning.on_days((one.due + late.get(one.debtor_id, other), one.amount) for one in morning.open), ()


def _late(paid: Paid) -> int:
    return (paid.paid_on - paid.due).days


FORECASTS: dict[str, Forecast] = {
    "expected_receipts": ours,
    "on the due date": on_due_date,
    "due date + average delay": by_average,
    "due date + the debtor's average": by_own_average,
}
