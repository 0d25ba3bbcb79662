"""`get_debtor`: all that a reminder needs to know."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp import present
from payt_mcp.receivables import aging, phases
from payt_mcp.rows import (
    INVOICE_COLUMNS,
    case_row,
    message_lines,
    message_row,
    open_invoice_row,
    plan_lines,
    plan_row,
    spoken,
)
from payt_mcp.tools.shared import AdministrationId, Answer, Ctx, Key, ToolSpec, raw_fields, scope_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from payt_mcp.debtor_file import DebtorFile
    from payt_mcp.payt.models import Debtor

_MOST_INVOICES = 20
_MESSAGE_LENGTH = 400
_ADDRESSES = {
    "reminder_email_address": "reminders",
    "primary_email_address": "primary",
    "debtor_provided_email_address": "given by the debtor",
    "invoice_email_address": "invoices",
    "reminder_cc_email_address": "reminders, cc",
    "reminder_bcc_email_address": "reminders, bcc",
    "invoice_cc_email_address": "invoices, cc",
    "invoice_bcc_email_address": "invoices, bcc",
}
_ADDRESS_PARTS = ("street_1", "street_2", "postal_code", "city", "region", "country_code")
_DETAILS = (
    "debtor_identifier", "language_code", "call_phone_number", "sms_phone_number", "relation_manager", "coc_number",
    "vat_number", "credit_limit_amount", "payment_behaviour", "peppol_identifier", "remark", "paused_at",
    "reminding_paused_at", "public_url", "deeplink_url", "internal_note_email_address", "postal_address",
)  # fmt: skip


class DebtorDetail(TypedDict, total=False):
    """`debtor` also carries Payt's other filled fields under Payt's own names; invoices are the oldest twenty."""

    summary: str
    currency: str
    debtor: dict[str, Any]
    addresses: list[dict[str, str]]
    invoices: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    payment_plans: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    as_of: str
    notes: list[str]


async def get_debtor(
    ctx: Ctx,
    debtor: Annotated[Key, Field(description="Debtor number, identifier, id, or a name only one debtor can have.")],
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, DebtorDetail]:
    from payt_mcp.debtor_file import open_file  # noqa: PLC0415 - brings the client along

    scope = await scope_of(ctx, administration_id)
    file = await open_file(scope, debtor.strip())
    today = scope.account.today(scope.administration)
    currency = scope.administration.currency_code or ""
    answer = Answer(_summary(file, today, currency), _data(file, today, currency), as_of=scope.account.now())
    shown = len(answer.data["invoices"])
    some = " (the oldest)" if shown < len(file.open_items) else ""
    answer.lines = _text(answer.data, f"Open invoices{some}")
    answer.notes = [*_currencies(file, today, currency), *_set_apart(file, today), *_notes(file)]
    return answer.result()


TOOL = ToolSpec(
    get_debtor,
    "Get debtor",
    "One debtor's whole file, read fresh: balances, every e-mail address and what it is for, language, open invoices, "
    "credit cases, payment plan and last messages. Read this before drafting a reminder or preparing a call.",
)


def _summary(file: DebtorFile, today: dt.date, currency: str) -> str:
    balance = aging.balance(file.open_items, today)
    name = present.clean(file.debtor.name, present.NAME_LENGTH)
    late = f", the oldest {balance.oldest_days} days" if balance.oldest_days else ""
    credits_ = f", credits {present.money(balance.credits, currency)}" if balance.credits else ""
    flags = [phases.words(flag) for flag in _attention(file)]
    number = present.code(file.debtor.debtor_number) or "no number"
    return (
        f"{name} ({number}): {present.money(balance.open, currency)} open, "
        f"{present.money(balance.overdue, currency)} of it overdue on "
        f"{present.count(balance.overdue_invoices, 'invoice')}{late}{credits_}."
        + (f" Attention: {', '.join(flags)}." if flags else "")
    )


def _attention(file: DebtorFile) -> list[str]:
    return file.books.debtor_attention(file.books.debtors[file.debtor.id])


def _data(file: DebtorFile, today: dt.date, currency: str) -> dict[str, Any]:
    balance = aging.balance(file.open_items, today)
    debtor = {
        "debtor_number": present.code(file.debtor.debtor_number),
        "name": present.clean(file.debtor.name, present.NAME_LENGTH),
        "open": present.plain(balance.open),
        "overdue": present.plain(balance.overdue),
        "credits": present.plain(balance.credits) if balance.credits else None,
        "oldest_days": balance.oldest_days or None,
        "phase": balance.phase,
        "attention": _attention(file),
        "labels": [present.clean(label.name, present.NAME_LENGTH) for label in file.debtor.labels],
        **raw_fields(file.debtor.model_dump(), _DETAILS),
    }
    return {
        "currency": currency,
        "debtor": present.filled(debtor),
        "addresses": _addresses(file.debtor),
        "invoices": [_invoice(file, row, today) for row in range(min(len(file.open_items), _MOST_INVOICES))],
        "cases": [case_row(case) for case in file.cases],
        "payment_plans": [plan_row(plan) for plan in file.plans],
        "messages": [message_row(message, _MESSAGE_LENGTH) for message in file.messages],
    }


def _invoice(file: DebtorFile, place: int, today: dt.date) -> dict[str, Any]:
    """A row without what the whole page is about: the debtor."""
    row = open_invoice_row(file.open_items[place], today, file.books)
    return {name: value for name, value in row.items() if name not in {"debtor_number", "debtor"}}


def _addresses(debtor: Debtor) -> list[dict[str, str]]:
    """Every e-mail address on file and where it comes from, in the order a reminder would look for one."""
    found = ((getattr(debtor, name), use) for name, use in _ADDRESSES.items())
    return [{"email": present.clean(address, present.LINE_LENGTH), "for": use} for address, use in found if address]


def _text(data: Mapping[str, Any], invoices: str) -> list[str]:
    debtor = spoken(data["debtor"])
    address = debtor.pop("postal_address", {})
    text = [f"{name}: {present.cell(value)}" for name, value in debtor.items()]
    if address:
        text.append(f"postal_address: {', '.join(address[part] for part in _ADDRESS_PARTS if part in address)}")
    text += [f"e-mail ({row['for']}): {row['email']}" for row in data["addresses"]]
    text += _titled(invoices, data["invoices"], INVOICE_COLUMNS)
    text += _titled("Credit cases", data["cases"], {name: name for row in data["cases"] for name in row})
    for plan in data["payment_plans"]:
        text += plan_lines(plan)
    if data["messages"]:
        text.append("Last messages:")
        text += [line for row in data["messages"] for line in message_lines(row)]
    return text


def _titled(title: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> list[str]:
    return [f"{title}:", *present.table([spoken(row) for row in rows], columns)] if rows else []


def _currencies(file: DebtorFile, today: dt.date, currency: str) -> list[str]:
    """What is overdue in the invoices' own currencies: a converted sum is no figure for a letter."""
    sums: dict[str, Decimal] = {}
    for item in file.open_items:
        if item.is_overdue(today) and item.open_amount is not None:
            sums[item.currency] = sums.get(item.currency, Decimal(0)) + item.open_amount
    if not sums.keys() - {currency}:
        return []
    named = ", ".join(present.money(sums[code], code) for code in sorted(sums))
    return [
        f"Overdue in the invoices' own currencies: {named}. The sum above is converted, and no figure for a letter."
    ]


def _set_apart(file: DebtorFile, today: dt.date) -> list[str]:
    """Which overdue invoices are in a payment plan or paused, where the others are not."""
    overdue = [item for item in file.open_items if item.is_overdue(today)]
    kinds = {
        "in the payment plan": [present.clean(item.number, 40) for item in overdue if item.plan_id],
        "paused by themselves": [present.clean(item.number, 40) for item in overdue if item.paused],
    }
    return [
        f"{len(numbers)} of {present.count(len(overdue), 'overdue invoice')} {kind}: {present.some(numbers)}."
        for kind, numbers in kinds.items()
        if numbers
    ]


def _notes(file: DebtorFile) -> list[str]:
    notes = []
    hidden = file.open_items[_MOST_INVOICES:]
    if hidden:
        notes.append(f"{len(hidden)} more open invoices: search_invoices(debtors=[...]) lists them all.")
    unvalued = [present.clean(item.number, 40) for item in file.open_items if item.book_open is None]
    if unvalued:
        notes.append(f"In no sum, because Payt gives them no amount in the books: {present.some(unvalued)}.")
    paused = [present.clean(case.credit_case_number, 40) for case in file.cases if case.paused_at]
    if paused:
        notes.append(f"Paused as a credit case: {present.some(paused)}.")
    if file.messages:
        notes.append(present.QUOTED)
    if not file.messages_are_all:
        notes.append("This debtor has over 1,000 messages; a newer one may be missing here.")
    if not _addresses(file.debtor):
        notes.append("No e-mail address on file for this debtor.")
    return notes
