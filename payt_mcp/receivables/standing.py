"""Where a debtor stands, as far as a phase and a sum do not tell: how much is in which phase, in which currency, and
what of it may not be chased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.open_items import OpenItem
from payt_mcp.receivables.phases import INVOICE_PHASES

_ZERO = Decimal("0.00")
APART = {
    "payment_plan": "in a payment plan",
    "paused": "paused one by one (Payt does not tell why)",
    "with_bailiff": "with a bailiff",
}
"""Why an overdue invoice is set apart from the others, in words."""


@dataclass(slots=True)
class Sum:
    """Some overdue invoices: what the `counted` ones come to in the books, and all in their own currencies. An invoice
    without a book amount is not counted, as in every other sum of the books.
    """

    items: list[OpenItem] = field(default_factory=list)
    counted: int = 0
    booked: Decimal = _ZERO
    own: dict[str, Decimal] = field(default_factory=dict)

    def add(self, item: OpenItem) -> None:
        self.items.append(item)
        if item.book_open is not None:
            self.counted += 1
            self.booked += item.book_open
        if item.open_amount is not None:
            self.own[item.currency] = self.own.get(item.currency, _ZERO) + item.open_amount


@dataclass(slots=True)
class Standing:
    """The overdue invoices of one debtor: all, by phase (furthest last), those set apart (by `APART`; one invoice may
    be in several), and the others, also by phase.
    """

    all: Sum
    by_phase: Mapping[str, Sum]
    apart: Mapping[str, Sum]
    others: Sum
    others_by_phase: Mapping[str, Sum]


def standing(items: Iterable[OpenItem], today: dt.date) -> Standing:
    """Of the open items of one debtor."""
    every, others = Sum(), Sum()
    by_phase: dict[str, Sum] = {}
    others_by_phase: dict[str, Sum] = {}
    apart: dict[str, Sum] = {}
    for item in items:
        if not item.is_overdue(today):
            continue
        every.add(item)
        by_phase.setdefault(item.phase(today), Sum()).add(item)
        reasons = _apart(item)
        for reason in reasons:
            apart.setdefault(reason, Sum()).add(item)
        if not reasons:
            others.add(item)
            others_by_phase.setdefault(item.phase(today), Sum()).add(item)
    ordered = {phase: by_phase[phase] for phase in INVOICE_PHASES if phase in by_phase}
    set_apart = {reason: apart[reason] for reason in APART if reason in apart}
    return Standing(every, ordered, set_apart, others, others_by_phase)


def _apart(item: OpenItem) -> list[str]:
    given = (bool(item.plan_id), item.paused, item.step == "bailiff")
    return [reason for reason, is_set in zip(APART, given, strict=True) if is_set]
