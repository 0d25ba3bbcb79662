"""Choosing and ordering invoices by what a question says about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from payt_mcp.receivables.entries import OpenItem, value
from payt_mcp.receivables.in_order import parts_in_order
from payt_mcp.receivables.matching import TextFilter
from payt_mcp.steps import A_STEP, Steps, parted
from payt_mcp.words.folding import normalized

Rule = Callable[[OpenItem], bool]
Today = dt.date | Callable[[OpenItem], dt.date]
ResultT = TypeVar("ResultT")
_NONE: Any = object()
_LAST = float("inf")
_AS_LONG = 5
"""Times as long as anything else about an invoice it takes to tell its flags."""
_ID = attrgetter("id")


class Between(NamedTuple):
    """From `low` to `high`, both included; None is no limit on that side."""

    low: Any = None
    high: Any = None

    def __bool__(self) -> bool:
        return self.low is not None or self.high is not None

    def holds(self, found: Any) -> bool:
        """What is not known is in no range."""
        if found is None:
            return False
        return (self.low is None or found >= self.low) and (self.high is None or found <= self.high)


ANY = Between()


@dataclass(frozen=True)
class Selection:
    """What an invoice must be; None and empty mean anything.

    `amount` is compared with `entries.value`, `total` with the total in the books, both in the administration's
    currency; an invoice without such an amount is not chosen then. `keys` are numbers, identifiers or ids; `phases` and
    `labels` are any of these; of `flags`, `flags_of` says which an invoice has. `today` is what phases depend on. What
    was not reminded of since `unreminded_since` is no credit, which nobody is ever reminded of.
    """

    overdue_on: dt.date | None = None
    debtor_ids: frozenset[str] | None = None
    case_ids: frozenset[str] | None = None
    keys: frozenset[str] | None = None
    due: Between = ANY
    invoiced: Between = ANY
    paid: Between = ANY
    amount: Between = ANY
    total: Between = ANY
    partly_paid: bool = False
    currency: str = ""
    phases: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    flags_of: Callable[[OpenItem], Iterable[str]] | None = None
    today: dt.date = dt.date.min
    updated_after: dt.datetime | None = None
    unreminded_since: dt.datetime | None = None
    text: TextFilter | None = None

    @property
    def compares_amounts(self) -> bool:
        return bool(self.amount or self.total)

    def __call__(self, item: OpenItem) -> bool:
        return self.fits_but_amount(item) and self.amount_fits(item)

    def fits_but_amount(self, item: OpenItem) -> bool:
        return bool(self.choose((item,)))

    def choose(self, items: Sequence[OpenItem]) -> Sequence[OpenItem]:
        """Those that are what was asked for, but for their amounts, in the order they come in."""
        for fits in self._rules():  # one after the other over all: there are 100,000 of them, and mostly one rule
            items = [item for item in items if fits(item)]
        return items if self.text is None else self.text.choose(items)

    def choose_in_steps(self, items: Sequence[OpenItem]) -> Steps[Sequence[OpenItem]]:
        """`choose` among many, between whose parts others have their turn; where anything will do, these themselves."""
        if self.text is None and not self._rules():
            return items
        found: list[OpenItem] = []
        for some in parted(items, A_STEP // _AS_LONG if self.flags else A_STEP):
            found += self.choose(some)
            yield
        return found

    def amount_fits(self, item: OpenItem) -> bool:
        return (not self.amount or self.amount.holds(value(item))) and (
            not self.total or self.total.holds(item.book_total)
        )

    def is_uncompared(self, item: OpenItem) -> bool:
        """Whether an amount that is asked about is not known."""
        return (bool(self.amount) and value(item) is None) or (bool(self.total) and item.book_total is None)

    def _rules(self) -> list[Rule]:
        due, invoiced, paid, currency, today = self.due, self.invoiced, self.paid, self.currency, self.today
        phases, labels = self.phases, self.labels
        debtors, cases, keys = (named or frozenset() for named in (self.debtor_ids, self.case_ids, self.keys))
        rules: dict[Rule, bool] = {
            lambda item: item.debtor_id in debtors: self.debtor_ids is not None,
            lambda item: item.case_id in cases: self.case_ids is not None,
            lambda item: item.id in keys or item.is_called(keys): self.keys is not None,
            lambda item: item.currency == currency: bool(currency),
            lambda item: item.is_overdue(self.overdue_on or today): self.overdue_on is not None,
            lambda item: due.holds(item.due_date): bool(due),
            lambda item: invoiced.holds(item.invoice_date): bool(invoiced),
            lambda item: paid.holds(item.paid_on): bool(paid),
            self._is_new: self.updated_after is not None,
            self._is_unreminded: self.unreminded_since is not None,
            lambda item: item.is_partly_paid: self.partly_paid,
            lambda item: item.phase(today) in phases: bool(phases),
            lambda item: not labels.isdisjoint(map(normalized, item.labels)): bool(labels),
            self._is_flagged: bool(self.flags),
        }
        return [rule for rule, is_asked in rules.items() if is_asked]

    def _is_new(self, item: OpenItem) -> bool:
        after = self.updated_after
        return after is None or (item.updated_at is not None and item.updated_at > after)

    def _is_unreminded(self, item: OpenItem) -> bool:
        since, last = self.unreminded_since, item.reminded_at
        return not item.is_credit and (since is None or last is None or last < since)

    def _is_flagged(self, item: OpenItem) -> bool:
        return self.flags_of is None or not self.flags.isdisjoint(self.flags_of(item))


def ordered(items: Iterable[OpenItem], sort: str, today: Today = dt.date.min) -> list[OpenItem]:
    """The items by a key of `KEYS`, with `-` in front newest or largest first; those without it come last either way,
    equal ones by id. `today` is what days overdue are counted to, of each where it is not the same day for all.
    """
    key, _ = _key(sort, today)
    by_id = sorted(items, key=_ID)
    if len(set(map(len, map(_ID, by_id)))) > 1:
        by_id.sort(key=_by_id)
    keys = [key(item) for item in by_id]
    known = [place for place, found in enumerate(keys) if found is not None]
    # Much faster than by `place_in`, which compares alike.
    known.sort(key=keys.__getitem__, reverse=sort.startswith("-"))
    return [by_id[place] for place in known] + [item for item, found in zip(by_id, keys, strict=True) if found is None]


def in_order(items: Sequence[OpenItem], sort: str, today: Today = dt.date.min) -> Steps[list[list[OpenItem]]]:
    """`ordered`, of many: in parts that follow each other."""
    key, sign = _key(sort, today)

    def roughly(item: OpenItem) -> Any:
        found = key(item)
        return _LAST if found is None else sign * found

    return parts_in_order(items, place_in(sort, today), roughly=roughly, sort=lambda some: ordered(some, sort, today))


def place_in(sort: str, today: Today = dt.date.min) -> Callable[[OpenItem], tuple[Any, ...]]:
    """What the items are compared by in an order of `ordered`."""
    key, sign = _key(sort, today)

    def place(item: OpenItem) -> tuple[Any, ...]:
        found = key(item)
        return (True, *_by_id(item)) if found is None else (False, sign * found, *_by_id(item))

    return place


def _key(sort: str, today: Today) -> tuple[Callable[[OpenItem], Any], int]:
    name = sort.removeprefix("-")
    sign = -1 if sort.startswith("-") else 1
    if name != "days_overdue":
        return KEYS[name], sign
    if callable(today):
        return (lambda item: _days_overdue(item, today(item))), sign
    return (lambda item: _days_overdue(item, today)), sign


def _days_overdue(item: OpenItem, today: dt.date) -> int | None:
    return item.days_overdue(today) if item.is_overdue(today) else None


def in_turn(lists: Iterable[Sequence[ResultT]]) -> list[ResultT]:
    """The first of each, then the second of each: of amounts in different currencies, which are not compared."""
    return [one for turn in zip_longest(*lists, fillvalue=_NONE) for one in turn if one is not _NONE]


def _by_id(item: OpenItem) -> tuple[int, str]:
    return len(item.id), item.id


def _day(date: dt.date | None) -> int | None:
    return date.toordinal() if date else None


KEYS: dict[str, Callable[[OpenItem], Any]] = {
    "due_date": lambda item: _day(item.due_date),
    "invoice_date": lambda item: _day(item.invoice_date),
    "payment_date": lambda item: _day(item.paid_on),
    "open_amount": value,
    "total_amount": lambda item: item.book_total,
}
"""What invoices are sorted by, whatever the day: amounts in the books, `open_amount` of paid ones their total."""
