"""The figures of a period, reckoned from the records of a sandbox: plain loops that share nothing with the product.

Amounts are in the currency of the books. A record in that currency without a book amount counts with its own amount;
an invoice in another currency without a book amount is in no figure, and in `left_out`. One without a date was there on
every day, and in no sales. Of a day all that was booked on it counts as booked. Periods include both their days.

- collected: bookings of the kind `payment`, by the Monday of their week; reversals, credits (a credit note pays an
  invoice: nothing in all), write-offs and settlements stand apart
- receivable: totals of the invoices made out by a day less all that was booked on them by then, credit notes taken off
- overdue: what is open, above nothing, of invoices due before the day; current: what is open of the others, credits
  too
- sales: totals of invoices made out in a period, credit notes taken off
- DSO by formula: receivable / sales * days of the period; best possible: the same of what is current
- DSO by count-back: the receivable uses up the sales of the months before, newest first, a day for each day of theirs
- CEI: (receivable before + sales - receivable after) / (receivable before + sales - current after) * 100
- days late: day of payment less due date, negative where early; average over payments weighted by their amounts
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import quantiles
from typing import Any

from payt_sandbox import World

Row = dict[str, Any]
NOTHING = Decimal(0)
DAY = dt.timedelta(days=1)


def day_of(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@dataclass
class Booking:
    """One record of `payments`, with its amount in book currency."""

    day: dt.date
    amount: Decimal
    kind: str
    invoice: Booked


@dataclass
class Booked:
    """An invoice of which the books have an amount, and all that was booked on it."""

    row: Row
    total: Decimal
    day: dt.date | None
    due: dt.date | None
    bookings: list[Booking] = field(default_factory=list)

    def open_on(self, day: dt.date) -> Decimal:
        return self.total - sum((one.amount for one in self.bookings if one.day <= day), NOTHING)

    def is_past(self, day: dt.date) -> bool:
        return self.due is not None and self.due < day


@dataclass
class Collected:
    """What was booked in a period, by kind; `weeks` are the payments by the Monday of their week."""

    kinds: dict[str, Decimal]
    weeks: dict[dt.date, Decimal]

    @property
    def total(self) -> Decimal:
        return self.kinds.get("payment", NOTHING)


class Reckoning:
    """All the figures of one administration; `left_out` are invoices without an amount to reckon with."""

    def __init__(self, world: World, book: str) -> None:
        self.currency = world.book(book).currency
        self.invoices: dict[str, Booked] = {}
        self.left_out: list[Row] = []
        self._rows = world.rows(book, "invoices")
        self._paid_with_money: set[str] = set()
        for row in self._rows:
            total = self._here(row)
            if total is None:
                self.left_out.append(row)
            else:
                self.invoices[row["id"]] = Booked(row, total, day_of(row["invoice_date"]), day_of(row["due_date"]))
        for row in world.rows(book, "payments"):
            if row["transaction_type"] == "payment":
                self._paid_with_money.add(row["invoice_id"])
            invoice = self.invoices.get(row["invoice_id"])
            if invoice is not None:
                self._add(invoice, row)

    def _here(self, invoice: Row) -> Decimal | None:
        is_own = invoice["book_total_amount"] is None and invoice["currency_code"] == self.currency
        amount = invoice["total_amount" if is_own else "book_total_amount"]
        return None if amount is None else Decimal(amount)

    def _add(self, invoice: Booked, row: Row) -> None:
        text = row["total_book_amount"]
        amount = Decimal(row["total_amount"] if text is None else text)
        day = day_of(row["payment_date"])
        assert day is not None
        invoice.bookings.append(Booking(day, amount, row["transaction_type"], invoice))

    def bookings(self, first: dt.date, last: dt.date) -> Iterator[Booking]:
        for invoice in self.invoices.values():
            yield from (one for one in invoice.bookings if first <= one.day <= last)

    def collected(self, first: dt.date, last: dt.date) -> Collected:
        kinds: defaultdict[str, Decimal] = defaultdict(Decimal)
        weeks: defaultdict[dt.date, Decimal] = defaultdict(Decimal)
        for one in self.bookings(first, last):
            kinds[one.kind] += one.amount
            if one.kind == "payment":
                weeks[one.day - one.day.weekday() * DAY] += one.amount
        return Collected(dict(kinds), dict(weeks))

    def open_on(self, day: dt.date) -> Iterator[tuple[Booked, Decimal]]:
        """What was open at the end of a day, credits too, invoice by invoice."""
        for invoice in self.invoices.values():
            if (invoice.day is None or invoice.day <= day) and (still_open := invoice.open_on(day)):
                yield invoice, still_open

    def receivable(self, day: dt.date) -> Decimal:
        return sum((still_open for _, still_open in self.open_on(day)), NOTHING)

    def overdue(self, day: dt.date) -> Decimal:
        return sum((amount for one, amount in self.open_on(day) if amount > 0 and one.is_past(day)), NOTHING)

    def current(self, day: dt.date) -> Decimal:
        return sum((amount for one, amount in self.open_on(day) if not one.is_past(day)), NOTHING)

    def overdue_share(self, day: dt.date) -> Decimal:
        """Of all that is open and above nothing, from 0 to 1."""
        gross = sum((amount for _, amount in self.open_on(day) if amount > 0), NOTHING)
        return self.overdue(day) / gross if gross else NOTHING

    def sales(self, first: dt.date, last: dt.date) -> Decimal:
        dated = ((one.day, one.total) for one in self.invoices.values() if one.day is not None)
        return sum((total for day, total in dated if first <= day <= last), NOTHING)

    def dso(self, first: dt.date, last: dt.date) -> Decimal:
        return self.receivable(last) / self.sales(first, last) * ((last - first).days + 1)

    def best_possible_dso(self, first: dt.date, last: dt.date) -> Decimal:
        return self.current(last) / self.sales(first, last) * ((last - first).days + 1)

    def dso_by_count_back(self, day: dt.date) -> Decimal | None:
        """None where all sales there are do not use the receivable up."""
        left, days, last = self.receivable(day), NOTHING, day
        oldest = min((one.day for one in self.invoices.values() if one.day is not None), default=day)
        while left > 0:
            if last < oldest:
                return None
            first = last.replace(day=1)
            sales, length = self.sales(first, last), (last - first).days + 1
            if sales >= left:
                return days + left / sales * length
            left, days, last = left - sales, days + length, first - DAY
        return days

    def effectiveness(self, first: dt.date, last: dt.date) -> Decimal | None:
        """The collection effectiveness index, of a hundred; None where nothing could be collected."""
        before = self.receivable(first - DAY) + self.sales(first, last)
        could = before - self.current(last)
        return (before - self.receivable(last)) / could * 100 if could else None

    def average_days_late(self, first: dt.date, last: dt.date) -> Decimal | None:
        """Over the payments of a period, weighted by amount."""
        weight = weighted = NOTHING
        for one in self.bookings(first, last):
            if one.kind == "payment" and one.invoice.due is not None:
                weight += one.amount
                weighted += one.amount * (one.day - one.invoice.due).days
        return weighted / weight if weight else None

    def days_late(self, debtor_id: str, first: dt.date, last: dt.date) -> list[int]:
        """Of each invoice of a debtor whose last part was settled in a period, if money paid any of it; by that day."""
        found = []
        for row in self._rows:
            paid, due = day_of(row["payment_date"]), day_of(row["due_date"])
            if row["debtor_id"] != debtor_id or row["total_amount"].startswith("-") or paid is None or due is None:
                continue
            if first <= paid <= last and row["id"] in self._paid_with_money:
                found.append((paid, (paid - due).days))
        return [late for _, late in sorted(found)]


def spread(days: Iterable[int]) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of at least two, as `statistics.quantiles` has them (inclusive)."""
    low, middle, high = quantiles(days, n=4, method="inclusive")
    return low, middle, high
