"""`get_invoice`: everything about one invoice."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.receivables import phases
from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Key, ToolSpec, earliest, scopes_of
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered
    from payt_mcp.books.surroundings import Surroundings
    from payt_mcp.payt.models import Invoice
    from payt_mcp.receivables.entries import OpenItem

_IN_ROW = frozenset(
    {
        "invoice_number", "debtor_number", "invoice_date", "due_date", "open_amount", "total_amount", "currency_code",
        "credit_case_id", "payment_plan_id", "first_reminder_at", "first_summons_at", "administration_id", "debtor_id",
    }
)  # fmt: skip
_NO_STEPS = _IN_ROW | {"updated_at"}
_MOST_LINES = 50


class TimelineStep(TypedDict, total=False):
    at: str
    step: str


class InvoiceDetail(TypedDict, total=False):  # without a docstring: it would be in the schema
    summary: str
    invoice: dict[str, Any]
    invoices: list[dict[str, Any]]
    timeline: list[TimelineStep]
    lines: list[dict[str, Any]]
    as_of: str
    notes: list[str]


async def get_invoice(
    ctx: Ctx,
    invoice: Annotated[Key, Field(description="Invoice number, identifier or id.")],
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, InvoiceDetail]:
    """`invoice` carries the usual row, and every other field Payt fills under Payt's own name; where several
    administrations have one of that number, `invoices` are their rows, and none is picked.
    """
    from payt_mcp.books.find import find_invoice  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.several import ask_each  # noqa: PLC0415
    from payt_mcp.books.surroundings import books_around  # noqa: PLC0415
    from payt_mcp.receivables.entries import open_item  # noqa: PLC0415 - listing tools does without it

    async def look(scope: Scope) -> _Seen:
        found = await find_invoice(scope, invoice.strip())
        item = open_item(found, scope.administration.currency_code or "")
        return _Seen(found, item, await books_around(scope, item))

    scopes = await scopes_of(ctx, administration_id, every=True)
    found, _ = await ask_each(scopes, look)
    if len(found) > 1:
        return _each(found).result()
    scope, seen = found[0]
    answer = _whole(scope, seen)
    return answer.result()


@dataclass(frozen=True)
class _Seen:
    """An invoice, and what its attention depends on."""

    invoice: Invoice
    item: OpenItem
    around: Surroundings


def _each(found: Sequence[Answered[_Seen]]) -> Answer:
    """The invoices of one number in several administrations, a row each."""
    from payt_mcp.answers.rows import invoice_row, worded  # noqa: PLC0415 - listing tools does without it

    rows = [
        {"administration_id": scope.id, **invoice_row(seen.item, scope.today, seen.around.books)}
        for scope, seen in found
    ]
    number = rows[0].get("invoice_number", "")
    answer = Answer(f"Invoice {number} is there in {len(rows)} administrations.", {"invoices": rows})
    columns = {name: name.replace("_", " ") for name in dict.fromkeys(name for row in rows for name in row)}
    answer.lines = present.table([worded(row) for row in rows], columns)
    answer.notes = ["Pass administration_id for everything about one of them."]
    answer.as_of = earliest([scope for scope, _ in found], (scope.as_of for scope, _ in found))
    return answer


def _whole(scope: Scope, seen: _Seen) -> Answer:
    """Everything about one invoice."""
    from payt_mcp.answers.attention import invoice_notes  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.raw import raw_fields  # noqa: PLC0415
    from payt_mcp.answers.rows import invoice_row  # noqa: PLC0415

    found, item, around = seen.invoice, seen.item, seen.around
    row = invoice_row(item, scope.today, around.books)
    lines = [raw_fields(line.model_dump(), tuple(line.model_dump()), scope.zone) for line in found.invoice_lines]
    whose = {"administration_id": scope.id, "administration": _administration(scope)}
    detail = present.filled(whose) | row | _rest(found, scope.zone)
    timeline = _timeline(found, scope.zone)
    answer = Answer(_summary(row), {"invoice": detail, "timeline": timeline, "lines": lines[:_MOST_LINES]})
    answer.as_of = scope.as_of
    answer.lines = _text(detail, timeline, lines[:_MOST_LINES])
    answer.notes += [*invoice_notes(around.books, [item]), *around.unseen.values(), *scope.caveats]
    if found.unreadable:
        answer.notes.append(
            f"What Payt sends as {', '.join(sorted(set(found.unreadable)))} is no amount: left out here."
        )
    if len(lines) > _MOST_LINES:
        answer.notes.append(f"{len(lines) - _MOST_LINES} more invoice lines are not shown.")
    return answer


TOOL = ToolSpec(
    get_invoice,
    "Get invoice",
    "Everything about one invoice, paid or not: amounts, lines, labels, links, and when it was sent, reminded of and "
    "collected. Use search_invoices to find invoices, list_messages for the correspondence.",
    toolset="core",
    place=4,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)


def _summary(row: Mapping[str, Any]) -> str:
    """Who owes what on it, since when."""
    late = f", {row['days_overdue']} days overdue" if "days_overdue" in row else ""
    phase = f", {phases.words(row['phase'])}" if "phase" in row else ""
    kind = "Credit note" if _is_below_nothing(row.get("total_amount")) else "Invoice"
    over = ", a credit: more was paid" if kind == "Invoice" and _is_below_nothing(row.get("open_amount")) else ""
    phase += f" on {row['payment_date']}" if row.get("phase") == "paid" and "payment_date" in row else ""
    return (
        f"{kind} {row.get('invoice_number', '')} of {row.get('debtor', 'an unnamed debtor')} "
        f"({row.get('debtor_number', 'no number')}): {row.get('currency', '')} {_figure(row.get('open_amount'))} "
        f"open of {_figure(row.get('total_amount'))}{over}, due {row.get('due_date', 'on no date')}{late}{phase}."
    )


def _is_below_nothing(amount: str | None) -> bool:
    return amount is not None and Decimal(amount) < 0


def _administration(scope: Scope) -> str:
    return present.outside(scope.administration.name, present.NAME_LENGTH)


def _figure(amount: str | None) -> str:
    return "unknown" if amount is None else present.money(Decimal(amount))


def _rest(invoice: Invoice, zone: dt.tzinfo) -> dict[str, Any]:
    """What Payt says beside the row: labels as names, and every filled field that is no step of the timeline."""
    from payt_mcp.answers.raw import raw_fields  # noqa: PLC0415 - listing tools does without it

    dumped = invoice.model_dump(exclude={"invoice_lines", "labels"})
    names = [name for name in dumped if name not in _IN_ROW and not name.endswith("_at") and dumped[name] is not False]
    labels = [present.outside(label.name, present.NAME_LENGTH) for label in invoice.labels]
    return raw_fields(dumped, names, zone) | present.filled({"labels": labels})


def _timeline(invoice: Invoice, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """Every moment Payt knows of this invoice, in order: `sent`, `reminder_1`, ... A `latest_reminder` or
    `latest_summons` is listed where it is none of the numbered ones.
    """
    moments = {
        name.removesuffix("_at"): moment
        for name, moment in invoice.model_dump().items()
        if name.endswith("_at") and moment is not None and name not in _NO_STEPS
    }
    numbered = {moment for name, moment in moments.items() if not name.startswith("latest_")}
    moments = {name: at for name, at in moments.items() if not name.startswith("latest_") or at not in numbered}
    ordered = sorted(moments.items(), key=lambda step: step[1])
    return [
        {"at": present.stamp(moment, zone), "step": phases.step_name(invoice, name, moment)} for name, moment in ordered
    ]


def _text(
    detail: Mapping[str, Any], timeline: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]]
) -> list[str]:
    from payt_mcp.answers.rows import worded  # noqa: PLC0415 - listing tools does without it

    text = [f"{name}: {present.cell(value)}" for name, value in worded(detail).items()]
    if timeline:
        text.append("Timeline:")
        text += [f"- {step['at']} {phases.words(step['step'])}" for step in timeline]
    if lines:
        columns = {name: name for line in lines for name in line}
        text += ["Lines:", *present.table(lines, columns)]
    return text
