"""How a payment plan stands: what it is, what was paid on it, and which terms were missed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payt_mcp.payt.models import PaymentPlan, PlannedPayment

NOTHING = Decimal("0.00")


def status(plan: PaymentPlan) -> str:
    """`active`, `pending` (proposed, and nobody has decided), `rejected`, or `ended`."""
    if plan.active:
        return "active"
    if plan.rejected_at:
        return "rejected"
    return "ended" if plan.approved_at or plan.deactivated_at else "pending"


def still_due(term: PlannedPayment) -> Decimal:
    """What is still to be paid of a term; where Payt does not say, all of it until it was paid."""
    if term.amount_due is not None:
        return term.amount_due
    return NOTHING if term.payment_date else term.total_amount or NOTHING


def total(plan: PaymentPlan) -> Decimal:
    return sum((term.total_amount or NOTHING for term in plan.payment_terms), NOTHING)


def open_total(plan: PaymentPlan) -> Decimal:
    return sum(map(still_due, plan.payment_terms), NOTHING)


def is_paid(plan: PaymentPlan) -> bool:
    """Whether every term of a plan was paid. One without terms is not: nobody knows what was agreed."""
    return bool(plan.payment_terms) and not any(map(still_due, plan.payment_terms))


def is_missed(plan: PaymentPlan, term: PlannedPayment, today: dt.date) -> bool:
    """Whether a term of an active plan was due before today and is not wholly paid."""
    return bool(plan.active) and term.due_date is not None and term.due_date < today and still_due(term) > 0


def missed(plan: PaymentPlan, today: dt.date) -> list[PlannedPayment]:
    """The missed terms, the oldest first."""
    terms = (term for term in plan.payment_terms if is_missed(plan, term, today))
    return sorted(terms, key=lambda term: term.due_date or today)
