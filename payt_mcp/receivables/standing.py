"""Where a debtor stands, as far as a phase and a sum do not tell: how much is in which phase, in which currency, and
what of it is no matter for a reminder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.open_items import OpenItem
from payt_mcp.receivables.phases import IN_COLLECTION, INVOICE_PHASES

_ZERO = Decimal("0.00")
APART = {
    "payment_plan": "in a payment plan",
    "paused": "paused one by one (Payt does not tell why)",
    "case_paused": "in a paused credit case",
    "debtor_paused": "paused with the debtor",
    "with_bailiff": "with a bailiff",
    "in_collection": "in collection or on the way to court",
}
"""Why an overdue invoice is set apart from the others, in words."""


@dataclass(frozen=True)
class Held:
    """What speaks against a reminder and is not on the invoice: the debtor is paused; ids of credit cases."""

    debtor_paused: bool = False
    paused_cases: Collection[str] = ()
    plan_cases: Collection[str] = ()
    bailiff_cases: Collection[str] = ()


@dataclass(slots=True)
class Sum:
    """Some overdue invoices: what the `counted` ones come to in the books, and all in their own currencies. An invoice
    without a book amount is not counted, as in every other sum of the books; `amountless` say no amount of their own.
    """

    items: list[OpenItem] = field(default_factory=list)
    counted: int = 0
    booked: Decimal = _ZERO
    own: dict[str, Decimal] = field(default_factory=dict)
    amountless: int = 0

    def add(self, item: OpenItem) -> None:
        self.items.append(item)
        if item.book_open is not None:
            self.counted += 1
            self.booked += item.book_open
        if item.open_amount is not None and item.currency:
            self.own[item.currency] = self.own.get(item.currency, _ZERO) + item.open_amount
        else:
            self.amountless += 1


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


def standing(items: Iterable[OpenItem], today: dt.date, held: Held = Held()) -> Standing:
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
        reasons = _apart(item, held)
        for reason in reasons:
            apart.setdefault(reason, Sum()).add(item)
        if not reasons:
            others.add(item)
            others_by_phase.setdefault(item.phase(today), Sum()).add(item)
    ordered = {phase: by_phase[phase] for phase in INVOICE_PHASES if phase in by_phase}
    set_apart = {reason: apart[reason] for reason in APART if reason in apart}
    return Standing(every, ordered, set_apart, others, others_by_phase)


def _apart(item: OpenItem, held: Held) -> list[str]:
    given = (
        bool(item.plan_id) or item.case_id in held.plan_cases,
        item.paused,
        item.case_id in held.paused_cases,
        held.debtor_paused,
        item.step == "bailiff" or item.case_id in held.bailiff_cases,
        item.step in IN_COLLECTION,
    )
    return [reason for reason, is_set in zip(APART, given, strict=True) if is_set]
