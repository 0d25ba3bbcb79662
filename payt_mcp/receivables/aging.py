"""Overdue and aging: what is owed past its due date, by bucket and by debtor.

Sums are in the administration's currency, over book amounts. An overdue invoice that has no book amount is in no
sum and no count, unless it is in that currency anyway (`OpenItem.is_unbooked`); either is listed apart, so that it can
be named. Gross, credits and net are kept apart because an unmatched credit note does not reduce what a debtor is
reminded of; which of them an item is, `OpenItem.is_credit` decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.phases import INVOICE_PHASES, RANKS, furthest

BUCKETS = ("1-30", "31-60", "61-90", "91+")
"""Days past due."""

_ZERO = Decimal("0.00")


@dataclass(slots=True)
class DebtorOverdue:
    """What one debtor owes past its due date; `oldest_days` is the age of the oldest invoice."""

    debtor_id: str
    overdue: Decimal = _ZERO
    invoices: int = 0
    oldest_days: int = 0
    _rank: int = 0

    @property
    def phase(self) -> str:
        return INVOICE_PHASES[self._rank]

    def add(self, item: OpenItem, today: dt.date) -> None:
        """Count an overdue invoice with an amount in the books."""
        assert item.book_open is not None
        self.overdue += item.book_open
        self.invoices += 1
        self.oldest_days = max(self.oldest_days, item.days_overdue(today))
        self._rank = max(self._rank, RANKS[item.step or "overdue"])


class InCurrency(NamedTuple):
    """What is overdue in the currency of its invoices: `gross` on `invoices`, the credits past due, and how many
    `items` both are.
    """

    gross: Decimal = _ZERO
    credits: Decimal = _ZERO
    invoices: int = 0
    items: int = 0

    def plus(self, amount: Decimal, count: int, *, is_credit: bool) -> InCurrency:
        if is_credit:
            return InCurrency(self.gross, self.credits + amount, self.invoices, self.items + count)
        return InCurrency(self.gross + amount, self.credits, self.invoices + count, self.items + count)

    def together(self, other: InCurrency) -> InCurrency:
        return InCurrency(
            self.gross + other.gross,
            self.credits + other.credits,
            self.invoices + other.invoices,
            self.items + other.items,
        )


_NOTHING = InCurrency()


@dataclass(slots=True)
class Overdue:
    """The overdue picture of one administration on one day.

    `debtors` is ordered by amount, then age, largest first. `unvalued` are the overdue invoices and past-due
    credits without a book amount; `unbooked` those that count with their own; `undated` the open invoices without a due
    date. `own` are the sums by the currency of the invoices: the unvalued are in these.
    """

    credits: Decimal = _ZERO
    credit_count: int = 0
    bucket_amounts: list[Decimal] = field(default_factory=lambda: [_ZERO] * len(BUCKETS))
    bucket_counts: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    debtors: list[DebtorOverdue] = field(default_factory=list)
    unvalued: list[OpenItem] = field(default_factory=list)
    unbooked: list[OpenItem] = field(default_factory=list)
    undated: list[OpenItem] = field(default_factory=list)
    own: dict[str, InCurrency] = field(default_factory=dict)

    @property
    def gross(self) -> Decimal:
        return sum(self.bucket_amounts, _ZERO)

    @property
    def invoice_count(self) -> int:
        return sum(self.bucket_counts)

    @property
    def net(self) -> Decimal:
        return self.gross + self.credits

    def count(self, item: OpenItem, today: dt.date, latest: dt.date, sign: int = 1) -> bool:
        """Count an item that is due on `latest` or earlier, or out again with a `sign` of -1. Whether it is an overdue
        invoice, which the row of its debtor counts too.
        """
        if item.due_date is None:
            if not item.is_credit:
                _list(self.undated, item, sign)
            return False
        if item.due_date > latest:
            return False
        amount = item.book_open
        self._count_own(item, sign)
        if amount is None:
            _list(self.unvalued, item, sign)
            return False
        if item.is_unbooked:
            _list(self.unbooked, item, sign)
        if item.is_credit:
            self.credits += sign * amount
            self.credit_count += sign
            return False
        bucket = bucket_index((today - item.due_date).days)
        self.bucket_amounts[bucket] += amount if sign > 0 else -amount
        self.bucket_counts[bucket] += sign
        return True

    def _count_own(self, item: OpenItem, sign: int) -> None:
        if item.open_amount is None:
            return
        was = self.own.get(item.currency, _NOTHING)
        amount = item.open_amount if sign > 0 else -item.open_amount
        now = was.plus(amount, sign, is_credit=item.is_credit)
        if now.items:
            self.own[item.currency] = now
        else:
            del self.own[item.currency]


@dataclass(slots=True)
class Balance:
    """What a set of open items adds up to, in the administration's currency."""

    open: Decimal = _ZERO
    overdue: Decimal = _ZERO
    credits: Decimal = _ZERO
    oldest_days: int = 0
    invoices: int = 0
    overdue_invoices: int = 0
    phase: str = ""
    unvalued: list[OpenItem] = field(default_factory=list)
    unbooked: list[OpenItem] = field(default_factory=list)


def bucket_index(days: int) -> int:
    """The position in BUCKETS of an invoice that many days past due."""
    return min((days - 1) // 30, len(BUCKETS) - 1)


def overdue(items: OpenItems, today: dt.date, *, min_days: int = 1, among: Iterable[OpenItem] | None = None) -> Overdue:
    """The overdue picture, of all open items or those `among` them; `min_days` leaves out what is overdue for fewer
    days, from every figure alike.
    """
    picture = Overdue()
    by_debtor: dict[str, DebtorOverdue] = {}
    latest = today - dt.timedelta(days=min_days)
    for item in items.invoices.values() if among is None else among:
        if picture.count(item, today, latest):
            row = by_debtor.get(item.debtor_id)
            if row is None:
                row = by_debtor[item.debtor_id] = DebtorOverdue(item.debtor_id)
            row.add(item, today)
    picture.debtors = sorted(by_debtor.values(), key=lambda row: by_size(items, row))
    return picture


def by_size(items: OpenItems, row: DebtorOverdue) -> tuple[Decimal, int, str, str]:
    """What debtors are sorted by: the largest first, of those the oldest."""
    return -row.overdue, -row.oldest_days, items.debtor_name(row.debtor_id), row.debtor_id


def balance(items: Iterable[OpenItem], today: dt.date) -> Balance:
    """What these open items add up to; `open` sums invoices, credits apart. One without a book amount is in no figure,
    as in the overdue picture, so that both say the same of a debtor.
    """
    total = Balance()
    phases: set[str] = set()
    oldest = today
    for item in items:
        total.invoices += 1
        if item.book_open is None:
            total.unvalued.append(item)
            continue
        if item.is_unbooked:
            total.unbooked.append(item)
        if item.is_credit:
            total.credits += item.book_open
            continue
        total.open += item.book_open
        if item.is_overdue(today):
            total.overdue += item.book_open
            total.overdue_invoices += 1
            oldest = min(oldest, item.due_date or today)
            phases.add(item.step or "overdue")
    total.oldest_days = (today - oldest).days
    total.phase = furthest(phases)
    return total


def _list(items: list[OpenItem], item: OpenItem, sign: int) -> None:
    if sign > 0:
        items.append(item)
    else:
        items.remove(item)
