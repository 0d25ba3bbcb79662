"""What some invoices come to: in the currency of the books, in their own, and by groups.

Gross and credit are kept apart (`OpenItem.is_credit`), and amounts in different currencies are never added up: sums in
the books are over book amounts. An invoice without one is in no sum of the books, and in those of its own currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter

from payt_mcp.receivables.entries import DebtorEntry, OpenItem, value
from payt_mcp.receivables.in_order import joined, parts_in_order
from payt_mcp.steps import Steps, parted

NOTHING = Decimal("0.00")
_OWN_OPEN, _OWN_TOTAL = attrgetter("open_amount"), attrgetter("total_amount")
_BOOK_OPEN, _BOOK_TOTAL = attrgetter("book_open"), attrgetter("book_total")


@dataclass(slots=True)
class Sums:
    """`open` and `overdue` are gross; `credits` are open, below nothing, and `credit_count` in number; `total` is what
    all `items` were made out for. `settled` is the total of the credit notes on which nothing is open any more.
    """

    items: int = 0
    open: Decimal = NOTHING
    overdue: Decimal = NOTHING
    credits: Decimal = NOTHING
    total: Decimal = NOTHING
    credit_count: int = 0
    settled: Decimal = NOTHING
    settled_count: int = 0

    @property
    def net(self) -> Decimal:
        return self.open + self.credits

    @property
    def invoices(self) -> int:
        """How many of the items are no credits, open or settled."""
        return self.items - self.credit_count - self.settled_count

    def plus(self, other: Sums, sign: int = 1) -> Sums:
        """Both together, or this without the other by a `sign` of -1; of one currency only."""
        return Sums(
            self.items + sign * other.items,
            self.open + sign * other.open,
            self.overdue + sign * other.overdue,
            self.credits + sign * other.credits,
            self.total + sign * other.total,
            self.credit_count + sign * other.credit_count,
            self.settled + sign * other.settled,
            self.settled_count + sign * other.settled_count,
        )


@dataclass(slots=True)
class Totals:
    """`booked` is in the administration's currency, `own` by the currency of the invoices ("" where none is said).
    `unvalued` have no amount in the books; `unbooked` are open, and count with their own.
    """

    booked: Sums = field(default_factory=Sums)
    own: dict[str, Sums] = field(default_factory=dict)
    unvalued: list[OpenItem] = field(default_factory=list)
    unbooked: list[OpenItem] = field(default_factory=list)

    def add(self, other: Totals, sign: int = 1) -> None:
        """Count the other ones, too, or by a `sign` of -1 no longer."""
        self.booked = self.booked.plus(other.booked, sign)
        for currency, sums in other.own.items():
            self.own[currency] = self.own.get(currency, Sums()).plus(sums, sign)
            if not self.own[currency].items:
                del self.own[currency]
        for listed, items in ((self.unvalued, other.unvalued), (self.unbooked, other.unbooked)):
            for item in items:
                listed.append(item) if sign > 0 else listed.remove(item)

    @property
    def items(self) -> int:
        return sum(sums.items for sums in self.own.values())

    @property
    def invoices(self) -> int:
        return sum(sums.invoices for sums in self.own.values())

    @property
    def credit_count(self) -> int:
        return sum(sums.credit_count for sums in self.own.values())

    @property
    def settled_count(self) -> int:
        return sum(sums.settled_count for sums in self.own.values())


@dataclass(slots=True)
class Group:
    """The invoices that share a `key`; "" is that of those that have none."""

    key: str
    totals: Totals = field(default_factory=Totals)


def totals(items: Iterable[OpenItem], today: dt.date) -> Totals:
    # One sum after the other over all, and not one invoice after the other: there are 100,000 of them.
    found, apart = Totals(), _by_currency(items)
    for currency, some in apart.items():
        own = found.own[currency] = _sums(some, _OWN_OPEN, _OWN_TOTAL, today)
        if all(item.book_open is item.open_amount is not None and item.book_total is item.total_amount is not None
               for item in some):  # fmt: skip
            valued, booked = some, own
        else:
            found.unvalued += [item for item in some if value(item) is None]
            valued = [item for item in some if value(item) is not None]
            booked = _sums(valued, _BOOK_OPEN, _BOOK_TOTAL, today)
        found.booked = found.booked.plus(booked)
        found.unbooked += [item for item in valued if item.is_unbooked and item.owed]
    return found


def totals_in_steps(items: Iterable[OpenItem], today: dt.date) -> Steps[Totals]:
    """`totals` of many items, between whose parts others have their turn."""
    found = Totals()
    for some in parted(items):
        found.add(totals(some, today))
        yield
    return found


def _by_currency(items: Iterable[OpenItem]) -> dict[str, list[OpenItem]]:
    apart: dict[str, list[OpenItem]] = {}
    for item in items:
        if item.currency in apart:
            apart[item.currency].append(item)
        else:
            apart[item.currency] = [item]
    return apart


def _sums(
    items: Sequence[OpenItem],
    open_of: Callable[[OpenItem], Decimal | None],
    total_of: Callable[[OpenItem], Decimal | None],
    today: dt.date,
) -> Sums:
    """Over the amounts that there are; counts are of all."""

    def added(some: Iterable[OpenItem], amount_of: Callable[[OpenItem], Decimal | None]) -> Decimal:
        return sum(filter(None, map(amount_of, some)), NOTHING)

    owing = [item for item in items if item.owed]
    owed = [item for item in owing if not item.is_credit]
    late = [item for item in owed if item.due_date is not None and item.due_date < today]
    credit = [item for item in owing if item.is_credit] if len(owed) < len(owing) else []
    settled = [item for item in items if item.owed == 0 and _is_credit_note(item)] if len(owing) < len(items) else []
    return Sums(
        len(items), added(owed, open_of), added(late, open_of), added(credit, open_of), added(items, total_of),
        len(credit), added(settled, total_of), len(settled),
    )  # fmt: skip


def _is_credit_note(item: OpenItem) -> bool:
    """Whether it was made out as one: an invoice that was overpaid is a credit, and no such note."""
    total = item.total_amount if item.total_amount is not None else item.book_total
    return total is not None and total < 0


def own_together(parts: Iterable[Totals]) -> dict[str, Sums]:
    """The sums of several companies by the currency of the invoices, which may be added up."""
    found: dict[str, Sums] = {}
    for part in parts:
        for currency, own in part.own.items():
            found[currency] = found.get(currency, Sums()).plus(own)
    return found


def grouped(items: Iterable[OpenItem], today: dt.date, keys: Callable[[OpenItem], Iterable[str]]) -> Steps[list[Group]]:
    """By the keys an invoice has; one of several (labels) is in each of those groups. Largest first, by `size`."""
    groups: dict[str, list[OpenItem]] = {}
    for some in parted(items):
        for item in some:
            for key in keys(item):
                groups.setdefault(key, []).append(item)
        yield
    found: list[Group] = []
    while groups:  # what is counted is freed: all of them at once take long enough to be felt
        key, theirs = groups.popitem()
        found += [Group(key, (yield from totals_in_steps(theirs, today)))]
    return (yield from joined(parts_in_order(found, lambda group: (*size(group.totals.booked), group.key))))


def size(sums: Sums) -> tuple[Decimal, ...]:
    """What sorts the largest first: by what is open, those with nothing but credits by them, then by the totals."""
    return -sums.open, sums.credits, -max(sums.total, NOTHING), sums.total


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
