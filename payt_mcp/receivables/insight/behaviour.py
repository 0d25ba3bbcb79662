"""How one debtor pays: from what it paid in the last twelve months, and from what it owes now."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.insight.lines import NOTHING
from payt_mcp.receivables.insight.past import Entry, PaidInvoice
from payt_mcp.receivables.phases import IN_COLLECTION

ENOUGH = 5
"""Paid invoices that make a habit."""

FEW = 3
"""Paid invoices that make half a year worth comparing."""

MONTHS = 12
_COURT = IN_COLLECTION | {"bailiff"}
_LONG = 90


@dataclass
class Behaviour:
    """`late` are the days late of the invoices paid in twelve months, from the least. `reminded` counts them by the
    furthest step taken before they were paid, "" is none. Amounts in the administration's currency; `at_risk` is what
    of `open` is in collection, or later than `late_from` days, which nine in ten of its invoices were not.
    """

    late: list[int] = field(default_factory=list)
    lately: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    reminded: Counter[str] = field(default_factory=Counter)
    in_parts: int = 0
    open: Decimal = NOTHING
    overdue: Decimal = NOTHING
    at_risk: Decimal = NOTHING
    late_from: int = _LONG
    oldest: int = 0
    unbooked: int = 0

    @property
    def median(self) -> Decimal | None:
        return quantile(self.late, 2)

    @property
    def has_habit(self) -> bool:
        return len(self.late) >= ENOUGH

    @property
    def trend(self) -> tuple[Decimal, Decimal] | None:
        """The median of the half year before, and of the last one."""
        before, lately = quantile(self.before, 2), quantile(self.lately, 2)
        if before is None or lately is None or min(len(self.before), len(self.lately)) < FEW:
            return None
        return before, lately


def behaviour(
    paid: Iterable[tuple[PaidInvoice, Sequence[Entry]]], items: Iterable[OpenItem], today: dt.date
) -> Behaviour:
    """A debtor's habits, from its paid invoices with what was booked on each, and its open items."""
    found, year, half = Behaviour(), _months_before(today, MONTHS), _months_before(today, MONTHS // 2)
    for invoice, entries in paid:
        if invoice.due_date is None or invoice.paid_on is None or not _is_money(invoice, entries):
            continue
        if year < invoice.paid_on <= today:
            late = (invoice.paid_on - invoice.due_date).days
            found.late.append(late)
            (found.lately if invoice.paid_on > half else found.before).append(late)
            found.reminded[invoice.reminded] += 1
            found.in_parts += len({one.date for one in entries if one.kind == "payment"}) > 1
    for days in (found.late, found.lately, found.before):
        days.sort()
    if found.has_habit:
        found.late_from = max(_tenth_from_the_top(found.late), 0)
    for item in items:
        _owe(found, item, today)
    return found


def quantile(days: Sequence[int], quarters: int) -> Decimal | None:
    """The middle (`quarters` 2) or a quarter point of sorted days, between two of them in proportion (Hyndman and Fan's
    seventh definition, that of spreadsheets). None of none.
    """
    if not days:
        return None
    place, part = divmod((len(days) - 1) * quarters, 4)
    above = days[min(place + 1, len(days) - 1)]
    return Decimal(days[place]) + Decimal(part * (above - days[place])) / 4


def _owe(found: Behaviour, item: OpenItem, today: dt.date) -> None:
    if not item.is_owed:
        return
    if item.book_open is None:
        found.unbooked += 1
        return
    found.open += item.book_open
    late = item.days_overdue(today)
    if late > 0:
        found.overdue += item.book_open
        found.oldest = max(found.oldest, late)
    if late > found.late_from or item.step in _COURT:
        found.at_risk += item.book_open


def _is_money(invoice: PaidInvoice, entries: Sequence[Entry]) -> bool:
    """It was made out for something, and something was paid; what a credit note or a write-off settled says nothing."""
    own = invoice.own_total if invoice.own_total is not None else invoice.total
    return (own is None or own > 0) and (not entries or any(one.kind == "payment" for one in entries))


def _tenth_from_the_top(days: Sequence[int]) -> int:
    return days[-(-len(days) * 9 // 10) - 1]


def _months_before(day: dt.date, months: int) -> dt.date:
    place = day.year * 12 + day.month - 1 - months
    first = dt.date(place // 12, place % 12 + 1, 1)
    following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return min(first.replace(day=1) + dt.timedelta(days=day.day - 1), following - dt.timedelta(days=1))
