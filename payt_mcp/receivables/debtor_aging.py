"""Everything that is open of one debtor, divided by age: what is not due yet beside the buckets of what is.

The same rules as the overdue picture (`aging`): sums over amounts in the books, credits apart, and an item without such
an amount in no sum but counted, so that it can be named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.aging import BUCKETS, bucket_index
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.phases import furthest

_ZERO = Decimal("0.00")


@dataclass(slots=True)
class DebtorAging:
    """What one debtor has open, in the administration's currency.

    `buckets` are the overdue invoices by `aging.BUCKETS`; `credits` all open credits, due or not, negative;
    `invoices` those that are counted in the sums; `unvalued` the items without an amount in the books.
    """

    debtor_id: str
    not_due: Decimal = _ZERO
    buckets: list[Decimal] = field(default_factory=lambda: [_ZERO] * len(BUCKETS))
    credits: Decimal = _ZERO
    invoices: int = 0
    unvalued: int = 0
    oldest_days: int = 0
    phase: str = ""

    @property
    def overdue(self) -> Decimal:
        return sum(self.buckets, _ZERO)

    @property
    def open(self) -> Decimal:
        return self.not_due + self.overdue

    @property
    def net(self) -> Decimal:
        return self.open + self.credits

    def add(self, item: OpenItem, today: dt.date) -> None:
        amount = item.book_open
        if amount is None:
            self.unvalued += 1
        elif item.is_credit:
            self.credits += amount
        else:
            self.invoices += 1
            self._add_owed(item, amount, today)

    def _add_owed(self, item: OpenItem, amount: Decimal, today: dt.date) -> None:
        if not item.is_overdue(today):
            self.not_due += amount
            return
        days = item.days_overdue(today)
        self.buckets[bucket_index(days)] += amount
        self.oldest_days = max(self.oldest_days, days)
        self.phase = furthest(filter(None, (self.phase, item.step or "overdue")))


def aging_of(debtor_id: str, items: Iterable[OpenItem], today: dt.date) -> DebtorAging:
    found = DebtorAging(debtor_id)
    for item in items:
        found.add(item, today)
    return found


def bucket_of(item: OpenItem, today: dt.date) -> str:
    """Where an item stands among the others: `credit`, `not due`, or one of `aging.BUCKETS`."""
    if item.is_credit:
        return "credit"
    return BUCKETS[bucket_index(item.days_overdue(today))] if item.is_overdue(today) else "not due"
