"""Choosing and ordering invoices by what a question says about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from payt_mcp.receivables.matching import TextFilter
from payt_mcp.receivables.open_items import OpenItem, value

_LAST = dt.date.max


@dataclass(frozen=True)
class Selection:
    """What an invoice must be; None and empty mean anything.

    `min_amount` and `max_amount` are compared with `open_items.value`, in the administration's currency; an invoice
    without such an amount is not chosen then. `keys` are numbers, identifiers or ids.
    """

    overdue_on: dt.date | None = None
    debtor_ids: frozenset[str] | None = None
    case_ids: frozenset[str] | None = None
    keys: frozenset[str] | None = None
    due_from: dt.date | None = None
    due_to: dt.date | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    updated_after: dt.datetime | None = None
    text: TextFilter | None = None

    @property
    def compares_amounts(self) -> bool:
        return self.min_amount is not None or self.max_amount is not None

    def __call__(self, item: OpenItem) -> bool:
        return self.fits_but_amount(item) and self._amount_fits(item)

    def fits_but_amount(self, item: OpenItem) -> bool:
        return bool(self.choose((item,)))

    def choose(self, items: Sequence[OpenItem]) -> Sequence[OpenItem]:
        """Those that are what was asked for, but for their amounts, in the order they come in."""
        for fits in self._tests():  # one after the other over all: there are 100,000 of them, and mostly one test
            items = [item for item in items if fits(item)]
        return items if self.text is None else self.text.choose(items)

    def _tests(self) -> Iterator[Callable[[OpenItem], bool]]:
        """What was asked for, the tests that leave least first."""
        keys, debtors, cases = self.keys, self.debtor_ids, self.case_ids
        if keys is not None:
            yield lambda item: not keys.isdisjoint((item.number, item.identifier, item.id))
        if debtors is not None:
            yield lambda item: item.debtor_id in debtors
        if cases is not None:
            yield lambda item: item.case_id in cases
        if self.due_from is not None or self.due_to is not None:
            first, last = self.due_from or dt.date.min, self.due_to or _LAST
            yield lambda item: item.due_date is not None and first <= item.due_date <= last
        if self.updated_after is not None:
            after = self.updated_after
            yield lambda item: item.updated_at is not None and item.updated_at > after
        if self.overdue_on is not None:
            today = self.overdue_on
            yield lambda item: item.is_overdue(today)

    def _amount_fits(self, item: OpenItem) -> bool:
        if not self.compares_amounts:
            return True
        amount = value(item)
        if amount is None:
            return False
        above = self.min_amount is None or amount >= self.min_amount
        return above and (self.max_amount is None or amount <= self.max_amount)


def ordered(items: Iterable[OpenItem], sort: str) -> list[OpenItem]:
    """The items by `due_date`, `invoice_date` or `open_amount` (the total of paid ones), with `-` in front newest or
    largest first; those without the date or amount come last either way, equal ones by id.
    """
    key, _ = _key(sort)
    by_id = sorted(items, key=_by_id)
    known = [item for item in by_id if key(item) is not None]
    known.sort(key=key, reverse=sort.startswith("-"))  # much faster than by `place_in`, which compares alike
    return known + [item for item in by_id if key(item) is None]


def place_in(sort: str) -> Callable[[OpenItem], tuple[Any, ...]]:
    """What the items are compared by in an order."""
    key, sign = _key(sort)

    def place(item: OpenItem) -> tuple[Any, ...]:
        found = key(item)
        return (True, *_by_id(item)) if found is None else (False, sign * found, *_by_id(item))

    return place


def _key(sort: str) -> tuple[Callable[[OpenItem], Any], int]:
    return _KEYS[sort.removeprefix("-")], -1 if sort.startswith("-") else 1


def _by_id(item: OpenItem) -> tuple[int, str]:
    return len(item.id), item.id


_KEYS: dict[str, Callable[[OpenItem], Any]] = {
    "due_date": lambda item: item.due_date.toordinal() if item.due_date else None,
    "invoice_date": lambda item: item.invoice_date.toordinal() if item.invoice_date else None,
    "open_amount": value,
}
