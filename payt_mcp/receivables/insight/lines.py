"""Each invoice with all that was booked on it, so that what was open of it on any day since `Past.begins` is known.

What was open on a day is what is open now and what was booked since. Where the entries of a paid invoice do not come to
its total, the rest was settled on the day it was paid; of an invoice from before the past begins, before it began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.insight.past import Entry, Kind, PaidInvoice, Past

NOTHING = Decimal(0)


class Booking(NamedTuple):
    """An entry with its amount in the books."""

    date: dt.date
    amount: Decimal
    kind: Kind

    @property
    def effect(self) -> Decimal:
        """What it takes off the open amount; of a payment that was reversed nothing is left."""
        return NOTHING if self.kind == "reversed" else self.amount


class Line(NamedTuple):
    """An invoice; amounts in the administration's currency."""

    debtor_id: str
    invoice_date: dt.date | None
    due_date: dt.date | None
    total: Decimal
    open: Decimal
    bookings: tuple[Booking, ...]

    def open_at(self, day: dt.date) -> Decimal:
        """What was open at the end of a day. Nothing before the invoice was made."""
        if self.invoice_date is not None and self.invoice_date > day:
            return NOTHING
        return self.open + sum((one.effect for one in self.bookings if one.date > day), NOTHING)


@dataclass
class LeftOut:
    """What is in no figure: invoices without an amount in the books, with their own totals by currency; and entries
    without an amount there, or without a day.
    """

    invoices: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    entries: int = 0

    def add(self, currency: str, total: Decimal | None) -> None:
        self.invoices += 1
        self.totals[currency] = self.totals.get(currency, NOTHING) + (total or NOTHING)


def lines_of(past: Past, items: Mapping[str, OpenItem], left_out: LeftOut, since: dt.date) -> Iterator[Line]:
    """The invoices that are paid, and those that are open; what is none of these lines and was not paid before a day is
    counted in `left_out`.
    """
    for key, paid in past.paid.items():
        if key in items:
            continue  # it was booked back since, and is open
        if paid.total is None:
            if paid.paid_on is None or paid.paid_on >= since:
                left_out.add(paid.currency, paid.own_total)
            continue
        bookings = bookings_of(past.entries_of(key), paid.currency == past.currency)
        rest = paid.total - sum((one.effect for one in bookings), NOTHING)
        if rest and paid.paid_on is not None and _is_since(paid, past.begins):
            bookings = (*bookings, Booking(paid.paid_on, rest, "other" if bookings else "unexplained"))
        yield Line(paid.debtor_id, paid.invoice_date, paid.due_date, paid.total, NOTHING, bookings)
    for key, item in items.items():
        if item.book_open is None:
            left_out.add(item.currency, item.open_amount)
            continue
        bookings = bookings_of(past.entries_of(key), item.currency == past.currency)
        total = item.book_open if item.book_total is None else item.book_total
        yield Line(item.debtor_id, item.invoice_date, item.due_date, total, item.book_open, bookings)


def bookings_of(entries: tuple[Entry, ...], is_own: bool) -> tuple[Booking, ...]:
    """Those with a day and an amount; `is_own`: they are in the administration's currency already."""
    found = ((entry, value_of(entry, is_own)) for entry in entries)
    return tuple(
        Booking(entry.date, amount, entry.kind)
        for entry, amount in found
        if entry.date is not None and amount is not None
    )


def value_of(entry: Entry, is_own: bool) -> Decimal | None:
    return entry.own if entry.amount is None and is_own else entry.amount


def _is_since(paid: PaidInvoice, begins: dt.date) -> bool:
    return paid.invoice_date is not None and paid.invoice_date >= begins
