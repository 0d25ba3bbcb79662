"""What a debtor owes past its due date, divided: how much is in which phase, in which currency, and what of it is no
matter for a reminder, and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables import attention
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import OpenItems
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

_PAUSES = {"invoice": "paused", "credit_case": "case_paused", "debtor": "debtor_paused"}


@dataclass(slots=True)
class Tally:
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
class OverdueParts:
    """The overdue invoices of one debtor: all, by phase (furthest last), those set apart (by `APART`; one invoice may
    be in several), and the others, also by phase.
    """

    all: Tally
    by_phase: Mapping[str, Tally]
    apart: Mapping[str, Tally]
    others: Tally
    others_by_phase: Mapping[str, Tally]


def overdue_parts(books: OpenItems, debtor_id: str, today: dt.date) -> OverdueParts:
    """Of one debtor of these books."""
    every, others = Tally(), Tally()
    by_phase: dict[str, Tally] = {}
    others_by_phase: dict[str, Tally] = {}
    apart: dict[str, Tally] = {}
    for item in books.of_debtor(debtor_id):
        if not item.is_overdue(today):
            continue
        every.add(item)
        by_phase.setdefault(item.phase(today), Tally()).add(item)
        why = _set_apart(books, item)
        for part in why:
            apart.setdefault(part, Tally()).add(item)
        if not why:
            others.add(item)
            others_by_phase.setdefault(item.phase(today), Tally()).add(item)
    ordered = {phase: by_phase[phase] for phase in INVOICE_PHASES if phase in by_phase}
    set_apart = {part: apart[part] for part in APART if part in apart}
    return OverdueParts(every, ordered, set_apart, others, others_by_phase)


def _set_apart(books: OpenItems, item: OpenItem) -> set[str]:
    """The parts of `APART` an invoice belongs to."""
    reasons = (reason for reason in attention.of_invoice(books, item) if reason.flag != attention.CREDIT_OPEN)
    found = {_PAUSES[reason.source] if reason.flag == attention.PAUSED else reason.flag for reason in reasons}
    return found | {"in_collection"} if item.step in IN_COLLECTION else found
