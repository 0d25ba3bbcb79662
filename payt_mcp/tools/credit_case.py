"""`get_credit_case`: how far the collection of a debt has come."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.receivables import phases
from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Key, ToolSpec, scope_of
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import CreditCase
    from payt_mcp.receivables.entries import OpenItem

_MOST_INVOICES = 50
_DETAILS = ("open_interest_and_collection_costs", "internal_note_email_address", "public_url", "deeplink_url")
_STEPS = (
    "started_at", "pre_summons_at", "summons_1_at", "summons_2_at", "summons_3_at", "summons_4_at", "latest_summons_at",
    "notice_of_default_at", "pre_judicial_at", "forwarded_to_bailiff_at", "paused_at", "deactivated_at",
)  # fmt: skip
_FILED_ELSEWHERE = (
    "Messages about it may be filed with the debtor or an invoice: list_messages(debtor=...) has them too."
)


class CaseDetail(TypedDict, total=False):
    """`credit_case` carries phase, amounts, interest and costs in the case's currency, labels and links."""

    summary: str
    credit_case: dict[str, Any]
    debtor: dict[str, str]
    timeline: list[dict[str, str]]
    invoices: list[dict[str, Any]]
    payment_plans: list[dict[str, Any]]
    as_of: str
    notes: list[str]


async def get_credit_case(
    ctx: Ctx,
    credit_case: Annotated[Key, Field(description="Case number in either form, or id.")],
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, CaseDetail]:
    from payt_mcp.answers.attention import invoice_notes  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import invoice_row_within, plan_row  # noqa: PLC0415
    from payt_mcp.books.by_id import plans_by_id  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.find import find_case  # noqa: PLC0415
    from payt_mcp.books.surroundings import surroundings_of  # noqa: PLC0415

    scope = await scope_of(ctx, administration_id)
    case = await find_case(scope, credit_case.strip())
    around = await surroundings_of(scope, case.debtor_id or "", cases=[case.id])
    books, debtor = around.books, around.books.debtors.get(case.debtor_id or "")
    items, is_all = await _invoices(scope, case)
    today = scope.account.today(scope.administration)
    plans = await plans_by_id(scope, [case.active_payment_plan_id or case.payment_plan_id or ""])
    name = present.outside(debtor.name, present.NAME_LENGTH) if debtor else ""
    answer = Answer(
        _summary(scope, case, name or "an unnamed debtor"),
        {
            "credit_case": _detail(case, scope.zone),
            "debtor": present.filled({"debtor_number": present.code(debtor.number), "name": name}) if debtor else None,
            "timeline": _timeline(case, scope.zone),
            "invoices": [invoice_row_within(item, today, books) for item in items],
            "payment_plans": [plan_row(plan, scope.zone) for plan in plans],
        },
        as_of=scope.as_of,
    )
    answer.lines = _text(answer.data)
    if not is_all:
        answer.notes.append(f"Only {_MOST_INVOICES} of its invoices: search_invoices(credit_cases=[...]) lists them.")
    if debtor and books.has_credit(debtor.id):
        answer.notes.append("The debtor has open credits: get_debtor says how much.")
    answer.notes += [
        *invoice_notes(books, items, with_credits=False),
        *around.unseen.values(),
        *_absent(case),
        _FILED_ELSEWHERE,
        *scope.caveats,
    ]
    return answer.result()


TOOL = ToolSpec(
    get_credit_case,
    "Get credit case",
    "One credit case (the collection of a debtor's overdue invoices): its phase, amounts, interest and costs, when "
    "each step was taken, labels, invoices, debtor and payment plan.",
    toolset="core",
    place=7,
    needs=("administrations:read", "invoices:read", "debtors:read", "credit_cases:read"),
    may_need=("payment_plans:read",),
)


async def _invoices(scope: Scope, case: CreditCase) -> tuple[list[OpenItem], bool]:
    from payt_mcp.receivables.entries import INVOICE_FIELDS, open_item  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.receivables.selection import ordered  # noqa: PLC0415

    payt, currency = scope.account.payt, scope.administration.currency_code or ""
    listed = await payt.invoices(scope.id, fields=INVOICE_FIELDS, most=500, credit_case_ids=[case.id])
    items = ordered((open_item(invoice, currency) for invoice in listed.records), "due_date")
    return items[:_MOST_INVOICES], listed.is_all and len(items) <= _MOST_INVOICES


def _summary(scope: Scope, case: CreditCase, name: str) -> str:
    began = phases.case_since(case)
    since = f" since {scope.day(began)}" if began and not case.is_ahead(began) else ""
    paused = ", paused" if case.paused_at else ""
    plan = ", in a payment plan" if case.active_payment_plan_id or case.payment_plan_id else ""
    open_ = present.money(case.open_amount, case.currency_code) if case.open_amount is not None else "unknown"
    return (
        f"Credit case {present.code(case.credit_case_number or case.case_number or case.id)} of {name}: "
        f"{phases.words(phases.case_phase(case))}{since}{paused}{plan}, {open_} open."
    )


def _absent(case: CreditCase) -> list[str]:
    """What there is none of: a line that is missing says nothing."""
    found = {
        "pause": case.paused_at,
        "payment plan": case.active_payment_plan_id or case.payment_plan_id,
        "label": case.labels,
    }
    missing = [name for name, some in found.items() if not some]
    return [f"There is no {' and no '.join(missing)} on this case."] if missing else []


def _detail(case: CreditCase, zone: dt.tzinfo) -> dict[str, Any]:
    from payt_mcp.answers.raw import raw_fields  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import case_row  # noqa: PLC0415

    labels = [present.outside(label.name, present.NAME_LENGTH) for label in case.labels]
    details = raw_fields(case.model_dump(), _DETAILS, zone)
    return present.filled({**case_row(case, zone), "labels": labels, **details})


def _timeline(case: CreditCase, zone: dt.tzinfo) -> list[dict[str, Any]]:
    dated = [(getattr(case, name), name.removesuffix("_at")) for name in _STEPS]
    moments = sorted((moment, step) for moment, step in dated if moment is not None)
    others = {moment for moment, step in moments if step != "latest_summons"}
    # The latest summons is a step of its own only after the fourth: before, it is the last of those.
    own = ((moment, step) for moment, step in moments if step != "latest_summons" or moment not in others)
    return [{"at": present.stamp(moment, zone), "step": phases.step_name(case, step, moment)} for moment, step in own]


def _text(data: dict[str, Any]) -> list[str]:
    from payt_mcp.answers.rows import INVOICE_COLUMNS, plan_lines, worded  # noqa: PLC0415 - listing tools does without it

    text = [f"{name}: {present.cell(value)}" for name, value in worded(data["credit_case"]).items()]
    if data["debtor"]:
        text.append(
            f"debtor: {data['debtor'].get('debtor_number', 'no number')} {data['debtor'].get('name', '')}".rstrip()
        )
    text += ["Timeline:", *(f"- {step['at']} {phases.words(step['step'])}" for step in data["timeline"])]
    if data["invoices"]:
        text += ["Invoices:", *present.table([worded(row) for row in data["invoices"]], INVOICE_COLUMNS)]
    for plan in data["payment_plans"]:
        text += plan_lines(plan)
    return text
