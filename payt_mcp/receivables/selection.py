"""Choosing and ordering invoices by what a question says about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
    text: Callable[[OpenItem], bool] | None = None

    @property
    def compares_amounts(self) -> bool:
        return self.min_amount is not None or self.max_amount is not None

    def __call__(self, item: OpenItem) -> bool:
        return self.fits_but_amount(item) and self._amount_fits(item)

    def fits_but_amount(self, item: OpenItem) -> bool:
        return (
            (self.overdue_on is None or item.is_overdue(self.overdue_on))
            and (self.debtor_ids is None or item.debtor_id in self.debtor_ids)
            and (self.case_ids is None or item.case_id in self.case_ids)
            and (self.keys is None or not self.keys.isdisjoint((item.number, item.identifier, item.id)))
            and self._dates_fit(item)
            and (self.text is None or self.text(item))
        )

    def _dates_fit(self, item: OpenItem) -> bool:
        if self.updated_after is not None and (item.updated_at is None or item.updated_at <= self.updated_after):
            return False
        if self.due_from is None and self.due_to is None:
            return True
        due = item.due_date
        return due is not None and (self.due_from or dt.date.min) <= due <= (self.due_to or _LAST)

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
    key = _KEYS[sort.removeprefix("-")]
    by_id = sorted(items, key=_by_id)
    known = [item for item in by_id if key(item) is not None]
    known.sort(key=key, reverse=sort.startswith("-"))
    return known + [item for item in by_id if key(item) is None]


def _by_id(item: OpenItem) -> tuple[int, str]:
    return len(item.id), item.id


_KEYS: dict[str, Callable[[OpenItem], Any]] = {
    "due_date": lambda item: item.due_date,
    "invoice_date": lambda item: item.invoice_date,
    "open_amount": value,
}
