"""Finding payment plans, and the invoices they are for. Payt filters plans by debtor only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from payt_mcp.books.by_id import cases_by_id
from payt_mcp.books.find import find_debtor
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import ForbiddenError
from payt_mcp.payt.models import Invoice, PaymentPlan
from payt_mcp.payt.resources import PaymentPlanFilters
from payt_mcp.receivables import plans
from payt_mcp.receivables.messages import EARLIEST

MOST_SCANNED = 5_000
"""How many plans are looked through."""

MOST_PAID = 2_000
"""How many paid invoices of the debtors of plans, the newest, are looked through for those in a plan."""

_FIELDS = ("id", "invoice_number", "active_payment_plan_id", "active_credit_case_id", "currency_code")


@dataclass
class Covered:
    """The invoices of active plans by plan id; `open` are the plans with unpaid ones among them, and `is_all` is False
    where paid ones may be missing.
    """

    by_plan: dict[str, list[Invoice]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    is_all: bool = True


@dataclass(frozen=True)
class FoundPlans:
    """Plans, newest first, and those beside them that nobody has decided on; `is_all` is False where some may be
    missing.
    """

    plans: list[PaymentPlan]
    pending: list[PaymentPlan]
    is_all: bool


async def find_plans(scope: Scope, debtor: str, status: str) -> FoundPlans:
    """The plans of a debtor, or of all, that are active, pending, or `all`. Raises InputError and UpstreamError."""
    filters: PaymentPlanFilters = {}
    debtor_id = ""
    if debtor:
        entry = await find_debtor(scope, debtor)
        debtor_id = entry.id
        if entry.number and "," not in entry.number:
            filters["debtor_numbers"] = [entry.number]
    listed = await scope.account.payt.payment_plans(scope.id, most=MOST_SCANNED, **filters)
    theirs = sorted((one for one in listed.records if debtor_id in {"", one.debtor_id}), key=_age, reverse=True)
    found = [plan for plan in theirs if status in {"all", plans.status(plan)}]
    pending = [plan for plan in theirs if plans.status(plan) == "pending"] if status == "active" else []
    return FoundPlans(found, pending, listed.is_all)


async def covered_by(scope: Scope, found: Iterable[PaymentPlan]) -> Covered:
    """The invoices of these plans, paid ones too; Payt names a plan on the invoice or its case, while it is active."""
    covered, payt = Covered(), scope.account.payt
    for chunk in chunks(sorted({plan.debtor_id for plan in found if plan.active and plan.debtor_id})):
        unpaid = await payt.invoices(scope.id, fields=_FIELDS, paid=False, debtor_ids=chunk)
        paid = await payt.invoices(
            scope.id, fields=_FIELDS, most=MOST_PAID, paid=True, debtor_ids=chunk, order="invoice_date_desc"
        )
        covered.is_all = covered.is_all and paid.is_all
        of_cases = await _plans_of_cases(scope, unpaid.records)
        for invoice in {invoice.id: invoice for invoice in (*unpaid.records, *paid.records)}.values():
            plan = invoice.active_payment_plan_id or of_cases.get(invoice.active_credit_case_id or "")
            if plan:
                covered.by_plan.setdefault(plan, []).append(invoice)
        covered.open |= {invoice.active_payment_plan_id or "" for invoice in unpaid.records} | set(of_cases.values())
    return covered


async def _plans_of_cases(scope: Scope, invoices: Sequence[Invoice]) -> dict[str, str]:
    """The active plans that only the cases of these invoices name, by the case's id; none where the token may not read
    cases. Where an invoice names the plan itself, those that do are its invoices.
    """
    named = {invoice.active_payment_plan_id for invoice in invoices}
    with suppress(ForbiddenError):
        cases = await cases_by_id(scope, (invoice.active_credit_case_id or "" for invoice in invoices))
        plans = {case.id: case.active_payment_plan_id for case in cases if case.active_payment_plan_id}
        return {case: plan for case, plan in plans.items() if plan not in named}
    return {}


def _age(plan: PaymentPlan) -> tuple[dt.datetime, int, str]:
    moment = plan.created_at or plan.proposed_at or plan.approved_at or EARLIEST
    return moment, len(plan.id), plan.id
