"""Finding payment plans, and the invoices they are for. Payt filters plans by debtor only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from payt_mcp.books.find import find_debtor
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.payt.models import Invoice, PaymentPlan
from payt_mcp.payt.resources import PaymentPlanFilters
from payt_mcp.receivables import plans
from payt_mcp.receivables.messages import EARLIEST

MOST_SCANNED = 5_000
"""How many plans are looked through."""

MOST_PAID = 2_000
"""How many paid invoices of the debtors of plans, the newest, are looked through for those in a plan."""

_FIELDS = ("id", "invoice_number", "active_payment_plan_id", "currency_code")


@dataclass
class Covered:
    """The invoices of active plans by plan id; `is_all` is False where paid ones may be missing."""

    by_plan: dict[str, list[Invoice]] = field(default_factory=dict)
    is_all: bool = True


async def find_plans(scope: Scope, debtor: str, status: str) -> tuple[list[PaymentPlan], bool]:
    """The plans of a debtor, or of all, that are active, pending, or `all`, newest first; and whether that is all of
    them. Raises InputError and UpstreamError.
    """
    filters: PaymentPlanFilters = {}
    debtor_id = ""
    if debtor:
        entry = await find_debtor(scope, debtor)
        debtor_id = entry.id
        if entry.number and "," not in entry.number:
            filters["debtor_numbers"] = [entry.number]
    listed = await scope.account.payt.payment_plans(scope.id, most=MOST_SCANNED, **filters)
    found = [
        plan for plan in listed.records if debtor_id in {"", plan.debtor_id} and status in {"all", plans.status(plan)}
    ]
    return sorted(found, key=_age, reverse=True), listed.is_all


async def covered_by(scope: Scope, found: Iterable[PaymentPlan]) -> Covered:
    """The invoices of these plans, paid ones too; Payt names them on the invoice, and only while a plan is active."""
    covered, payt = Covered(), scope.account.payt
    for chunk in chunks(sorted({plan.debtor_id for plan in found if plan.active and plan.debtor_id})):
        unpaid = await payt.invoices(scope.id, fields=_FIELDS, paid=False, debtor_ids=chunk)
        paid = await payt.invoices(
            scope.id, fields=_FIELDS, most=MOST_PAID, paid=True, debtor_ids=chunk, order="invoice_date_desc"
        )
        covered.is_all = covered.is_all and paid.is_all
        for invoice in {invoice.id: invoice for invoice in (*unpaid.records, *paid.records)}.values():
            if invoice.active_payment_plan_id:
                covered.by_plan.setdefault(invoice.active_payment_plan_id, []).append(invoice)
    return covered


def _age(plan: PaymentPlan) -> tuple[dt.datetime, int, str]:
    moment = plan.created_at or plan.proposed_at or plan.approved_at or EARLIEST
    return moment, len(plan.id), plan.id
