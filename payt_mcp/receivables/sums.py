"""What some invoices come to: in the currency of the books, in their own, and by groups.

Gross and credit are kept apart (`OpenItem.is_credit`), and amounts in different currencies are never added up: sums in
the books are over book amounts. An invoice without one is in no sum of the books, and in those of its own currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.open_items import DebtorEntry, OpenItem, value
from payt_mcp.receivables.phases import rank

NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Sums:
    """`open` and `overdue` are gross, `credits` negative, `total` what the invoices were made out for."""

    invoices: int = 0
    open: Decimal = NOTHING
    overdue: Decimal = NOTHING
    credits: Decimal = NOTHING
    total: Decimal = NOTHING

    @property
    def net(self) -> Decimal:
        return self.open + self.credits

    def plus(self, other: Sums) -> Sums:
        """Both together; of one currency only."""
        return Sums(
            self.invoices + other.invoices,
            self.open + other.open,
            self.overdue + other.overdue,
            self.credits + other.credits,
            self.total + other.total,
        )

    def add(self, item: OpenItem, open_: Decimal | None, total: Decimal | None, *, is_overdue: bool) -> None:
        self.invoices += 1
        if total is not None:
            self.total += total
        if not open_ or item.owed == 0:
            return
        if item.is_credit:
            self.credits += open_
            return
        self.open += open_
        if is_overdue:
            self.overdue += open_


@dataclass(slots=True)
class Totals:
    """`booked` is in the administration's currency, `own` by the currency of the invoices ("" where none is said).
    `unvalued` have no amount in the books; `unbooked` are open, and count with their own.
    """

    booked: Sums = field(default_factory=Sums)
    own: dict[str, Sums] = field(default_factory=dict)
    unvalued: list[OpenItem] = field(default_factory=list)
    unbooked: list[OpenItem] = field(default_factory=list)

    @property
    def invoices(self) -> int:
        return sum(sums.invoices for sums in self.own.values())

    def add(self, item: OpenItem, today: dt.date) -> None:
        is_overdue = item.is_overdue(today)
        own = self.own.get(item.currency)
        if own is None:
            own = self.own[item.currency] = Sums()
        own.add(item, item.open_amount, item.total_amount, is_overdue=is_overdue)
        if value(item) is None:
            self.unvalued.append(item)
            return
        if item.is_unbooked and item.owed != 0:
            self.unbooked.append(item)
        self.booked.add(item, item.book_open, item.book_total, is_overdue=is_overdue)


@dataclass(slots=True)
class Group:
    """The invoices that share a `key`; "" is that of those that have none."""

    key: str
    totals: Totals = field(default_factory=Totals)


def totals(items: Iterable[OpenItem], today: dt.date) -> Totals:
    found = Totals()
    for item in items:
        found.add(item, today)
    return found


def own_together(parts: Iterable[Totals]) -> dict[str, Sums]:
    """The sums of several companies by the currency of the invoices, which may be added up."""
    found: dict[str, Sums] = {}
    for part in parts:
        for currency, own in part.own.items():
            found[currency] = found.get(currency, Sums()).plus(own)
    return found


def grouped(items: Iterable[OpenItem], today: dt.date, keys: Callable[[OpenItem], Iterable[str]]) -> list[Group]:
    """By the keys an invoice has; one of several (labels) is in each of those groups. Largest first: by what is open,
    then by the totals.
    """
    groups: dict[str, Group] = {}
    for item in items:
        for key in keys(item):
            if key not in groups:
                groups[key] = Group(key)
            groups[key].totals.add(item, today)
    return sorted(groups.values(), key=_largest)


def _largest(group: Group) -> tuple[Decimal, Decimal, str]:
    booked = group.totals.booked
    return -booked.open, -booked.total, group.key


def keys_of(
    group_by: str, debtors: Mapping[str, DebtorEntry], today: dt.date, month_of: str
) -> Callable[[OpenItem], Sequence[str]]:
    """How an invoice tells its groups. `month_of` is the date a month is that of: due_date, invoice_date, paid_on."""

    def month(item: OpenItem) -> Sequence[str]:
        date: dt.date | None = getattr(item, month_of)
        return (f"{date:%Y-%m}" if date else "",)

    def manager(item: OpenItem) -> Sequence[str]:
        debtor = debtors.get(item.debtor_id)
        return (debtor.manager if debtor else "",)

    keys: dict[str, Callable[[OpenItem], Sequence[str]]] = {
        "debtor": lambda item: (item.debtor_id,),
        "currency": lambda item: (item.currency,),
        "phase": lambda item: (item.phase(today),),
        "month": month,
        "label": lambda item: item.labels or ("",),
        "relation_manager": manager,
    }
    return keys[group_by]


def in_their_order(groups: Iterable[Group], group_by: str) -> list[Group]:
    """Months in the order of the calendar and phases in theirs, what has none last; all others as they come."""
    groups = list(groups)
    if group_by == "month":
        groups.sort(key=lambda group: (not group.key, group.key))
    elif group_by == "phase":
        groups.sort(key=lambda group: rank(group.key))
    return groups
