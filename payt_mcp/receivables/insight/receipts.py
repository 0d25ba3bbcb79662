"""What is owed, as the forecast takes it, and what nothing can be said of.

An open credit is taken off the debtor's invoices, the oldest first: debtors pay what is left. What a payment plan is
for comes by its terms. What is with a bailiff or in court comes when others decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.insight.forecast import Owed
from payt_mcp.receivables.insight.lines import NOTHING, LeftOut
from payt_mcp.receivables.insight.parts import Part
from payt_mcp.receivables.plans import still_due

if TYPE_CHECKING:
    from payt_mcp.payt.models import PaymentPlan

_WITH_OTHERS = frozenset({"debt_collection", "pre_judicial", "bailiff"})


@dataclass
class Receivable:
    """What is owed, and by reason what is left out of it: `with_others`, `no_due_date`, `beyond_plan`,
    `without_precedent`.
    """

    owed: list[Owed] = field(default_factory=list)
    by_plan: Decimal = NOTHING
    credits: Decimal = NOTHING
    unsaid: dict[str, Decimal] = field(default_factory=dict)
    left_out: LeftOut = field(default_factory=LeftOut)

    def leave(self, reason: str, amount: Decimal) -> None:
        self.unsaid[reason] = self.unsaid.get(reason, NOTHING) + amount


def receivable(items: Iterable[OpenItem], plans: Iterable[PaymentPlan]) -> Receivable:
    """What is owed of these items, where these plans are active."""
    found, by_debtor = Receivable(), dict[str, list[OpenItem]]()
    for item in items:
        if item.book_open is None:
            found.left_out.add(item.currency, item.open_amount)
        elif item.owed:
            by_debtor.setdefault(item.debtor_id, []).append(item)
    terms = {plan.id: plan for plan in plans if plan.active and any(map(still_due, plan.payment_terms))}
    for theirs in by_debtor.values():
        _add_debtor(found, theirs, terms)
    return found


def without_precedent(found: Receivable, parts: Iterable[Part], today: dt.date) -> Receivable:
    """The same, where what is later than anything that was ever paid is left out."""
    longest = max(((part.paid_on - part.due_date).days for part in parts if part.paid_on is not None), default=None)
    if longest is not None:
        later = [one for one in found.owed if (today - one.due_date).days > longest]
        found.owed = [one for one in found.owed if (today - one.due_date).days <= longest]
        for one in later:
            found.leave("without_precedent", one.amount)
    return found


def _add_debtor(found: Receivable, theirs: list[OpenItem], plans: Mapping[str, PaymentPlan]) -> None:
    credit = -sum((item.book_open or NOTHING for item in theirs if item.is_credit), NOTHING)
    in_plan: dict[str, list[tuple[OpenItem, Decimal]]] = {}
    for item in sorted((one for one in theirs if one.is_owed), key=lambda one: one.due_date or dt.date.max):
        whole = max(item.book_open or NOTHING, NOTHING)
        taken = min(credit, whole)
        credit, amount = credit - taken, whole - taken
        found.credits += taken
        if not amount:
            continue
        if item.step in _WITH_OTHERS:
            found.leave("with_others", amount)
        elif item.plan_id in plans:
            in_plan.setdefault(item.plan_id, []).append((item, amount))
        elif item.due_date is None:
            found.leave("no_due_date", amount)
        else:
            found.owed.append(Owed(item.debtor_id, item.due_date, amount))
    for plan_id, covered in in_plan.items():
        _add_plan(found, plans[plan_id], covered)


def _add_plan(found: Receivable, plan: PaymentPlan, covered: list[tuple[OpenItem, Decimal]]) -> None:
    """The terms of a plan, the earliest first, for as much as its invoices have open."""
    left = sum((amount for _, amount in covered), NOTHING)
    own = sum((item.open_amount or NOTHING for item, _ in covered), NOTHING)
    booked = sum((item.book_open or NOTHING for item, _ in covered), NOTHING)
    for term in sorted(plan.payment_terms, key=lambda one: one.due_date or dt.date.max):
        # Terms are in the currency of the invoices.
        amount = min(still_due(term) * booked / own if own and own != booked else still_due(term), left)
        if amount > 0 and term.due_date is not None:
            found.owed.append(Owed(covered[0][0].debtor_id, term.due_date, amount))
            found.by_plan += amount
            left -= amount
    if left:
        found.leave("beyond_plan", left)
