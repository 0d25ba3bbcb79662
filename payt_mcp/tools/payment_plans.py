"""`list_payment_plans`: who pays in terms, and who does not keep to them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.receivables import plans
from payt_mcp.tools.shared import (
    SHORT_PAGE,
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Limit,
    Listed,
    Shown,
    Text,
    ToolSpec,
    begun,
    but,
    given,
    listed,
    resumed,
    scope_of,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payt_mcp.books.payment_plans import Covered
    from payt_mcp.books.scope import Scope
    from payt_mcp.books.subjects import Subjects
    from payt_mcp.payt.models import Invoice, PaymentPlan

_MOST_INVOICES = 20
_USUAL = {"status": "active"}
_STEPS = ("proposed", "approved", "rejected", "ended")


class PlanRow(TypedDict, total=False):
    payment_plan_id: str
    debtor_number: str
    debtor: str
    status: str
    asked_by: str
    reason: str
    proposed_on: str
    approved_on: str
    currency: str
    total_amount: str
    still_due: str
    missed_amount: str
    missed_since: str
    terms: list[dict[str, Any]]
    invoices: list[str]


class Plans(Listed, total=False):
    missed_plans: int
    payment_plans: list[PlanRow]


async def list_payment_plans(
    ctx: Ctx,
    debtor: Text = "",
    status: Annotated[Literal["", "active", "pending", "all"], Field(description="Default active.")] = "",
    limit: Limit = SHORT_PAGE,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, Plans]:
    from payt_mcp.books.by_id import plans_by_id  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.payment_plans import find_plans  # noqa: PLC0415

    args = given(debtor=debtor, status=status, administration_id=administration_id)
    if cursor:
        scope, page = await resumed(ctx, cursor, "list_payment_plans", args, limit, _USUAL)
        known = {plan.id: plan for plan in await plans_by_id(scope, page.ids)}
        return (await _answer(scope, page, known)).result()
    scope = await scope_of(ctx, administration_id)
    args, status = but(args, **_USUAL), status or "active"
    looked = await find_plans(scope, debtor, status)
    found = looked.plans
    page = begun(scope, "list_payment_plans", args, [plan.id for plan in found], limit)
    answer = await _answer(scope, page, {plan.id: plan for plan in found})
    missed = sum(bool(plans.missed(plan, scope.today)) for plan in found)
    if missed:
        answer.data["missed_plans"] = missed
        answer.summary += f" {missed:,} of them with a term missed."
    if looked.pending:
        plan = present.count(len(looked.pending), "plan")
        answer.summary += f" Beside them {plan} proposed that nobody has decided on: status=pending lists them."
    if not looked.is_all:
        answer.notes.append("More than 5,000 plans: some are missing. Pass debtor.")
    return answer.result()


TOOL = ToolSpec(
    list_payment_plans,
    "List payment plans",
    "Payment plans, newest first: who asked, terms, what was paid, terms missed as of today, invoices covered. pending "
    "are proposals nobody has decided on.",
    toolset="plans",
    place=1,
    needs=("administrations:read", "payment_plans:read"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
)


async def _answer(scope: Scope, page: Shown, known: Mapping[str, PaymentPlan]) -> Answer:
    from payt_mcp.books.payment_plans import covered_by  # noqa: PLC0415 - see above
    from payt_mcp.books.subjects import subjects  # noqa: PLC0415

    found = [known[key] for key in page.ids if key in known]
    covered = await covered_by(scope, found)
    about = await subjects(scope, debtors=[plan.debtor_id for plan in found])
    rows = [_row(scope, plan, covered.by_plan.get(plan.id, ()), about) for plan in found]
    kind = page.listing.args.get("status", "active")
    noun = "payment plan" if kind == "all" else f"{kind} payment plan"
    answer = Answer(listed(page, noun, "newest first"), {"payment_plans": rows})
    answer.lines = [line for row in rows for line in _lines(row)]
    answer.notes = [*_notes(rows, covered, len(page.ids) - len(rows)), *scope.caveats]
    answer.total, answer.next_cursor, answer.as_of = page.total, page.next_cursor, scope.as_of
    return answer


def _notes(rows: Sequence[Mapping[str, Any]], covered: Covered, gone: int) -> list[str]:
    notes = []
    if gone:
        notes.append(f"{present.count(gone, 'plan')} of this page no longer there.")
    loose = [
        row["payment_plan_id"]
        for row in rows
        if row["status"] == "active" and row["payment_plan_id"] not in covered.open
    ]
    if loose:
        notes.append(
            f"Payt names no open invoice of {present.some(loose)}: attention takes such a plan for all its debtor owes."
        )
    if any("currency" not in row for row in rows):
        notes.append("Payt tells a plan's invoices, and so its currency, only while it is active.")
    if not covered.is_all:
        notes.append("Only the 2,000 newest paid invoices were looked through for those in a plan.")
    if any(len(row.get("invoices", ())) > _MOST_INVOICES for row in rows):
        notes.append(f"Of each plan {_MOST_INVOICES} invoices are named and the others counted.")
    if any("reason" in row for row in rows):
        notes.append(present.QUOTED)
    return notes


def _row(scope: Scope, plan: PaymentPlan, invoices: Sequence[Invoice], about: Subjects) -> dict[str, Any]:
    missed = plans.missed(plan, scope.today)
    currencies = {invoice.currency_code for invoice in invoices if invoice.currency_code}
    names = sorted(present.code(invoice.invoice_number) or invoice.id for invoice in invoices)
    more = [f"and {len(names) - _MOST_INVOICES:,} more"] if len(names) > _MOST_INVOICES else []
    row = {
        "payment_plan_id": plan.id,
        **about.named(debtor_id=plan.debtor_id),
        "status": plans.status(plan),
        "asked_by": "debtor" if plan.proposed_at or plan.reason else "creditor",
        "reason": present.quoted(plan.reason),
        "proposed_on": scope.day(plan.proposed_at),
        "approved_on": scope.day(plan.approved_at),
        "rejected_on": scope.day(plan.rejected_at),
        "ended_on": scope.day(plan.deactivated_at),
        "currency": present.code(currencies.pop()) if len(currencies) == 1 else "",
        "total_amount": present.plain(plans.total(plan)),
        "still_due": present.plain(plans.open_total(plan)),
        "missed_amount": present.plain(sum(map(plans.still_due, missed), Decimal())) if missed else None,
        "missed_since": present.day(missed[0].due_date) if missed else None,
        "terms": [_term(scope, plan, place) for place in range(len(plan.payment_terms))],
        "invoices": names[:_MOST_INVOICES] + more,
    }
    return present.filled(row)


def _term(scope: Scope, plan: PaymentPlan, place: int) -> dict[str, Any]:
    term = plan.payment_terms[place]
    row = {
        "due_date": present.day(term.due_date),
        "amount": present.plain(term.total_amount),
        "still_due": present.plain(plans.still_due(term)),
        "paid_on": present.day(term.payment_date),
        "missed": plans.is_missed(plan, term, scope.today) or None,
    }
    return present.filled(row)


def _lines(row: Mapping[str, Any]) -> list[str]:
    """A plan as lines of text: whose it is and how it stands, a line a term, and what the debtor said."""
    whose = f"{row.get('debtor', 'unknown debtor')} ({row.get('debtor_number', 'no number')})"
    said = [f"- Plan {row['payment_plan_id']}, {row['status']}, of {whose}", f"asked by {row['asked_by']}"]
    said += [f"{word} {row[f'{word}_on']}" for word in _STEPS if f"{word}_on" in row]
    money = [f"{row['total_amount']} in {present.count(len(row.get('terms', ())), 'term')}", f"{row['still_due']} due"]
    if "missed_amount" in row:
        money.append(f"{row['missed_amount']} missed since {row['missed_since']}")
    currency = f"{row['currency']} " if "currency" in row else ""
    invoices = f" Invoices: {', '.join(row['invoices'])}." if "invoices" in row else ""
    lines = [f"{', '.join(said)}: {currency}{', '.join(money)}.{invoices}"]
    lines += [f"  {_said(term)}" for term in row.get("terms", ())]
    return [*lines, *([row["reason"]] if "reason" in row else [])]


def _said(term: Mapping[str, Any]) -> str:
    paid = f", paid {term['paid_on']}" if "paid_on" in term else ""
    missed = ", missed" if "missed" in term else ""
    return f"{term.get('due_date', 'undated')}: {term.get('amount', '?')}, {term['still_due']} due{paid}{missed}"
