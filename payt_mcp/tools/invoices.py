"""`search_invoices`: the invoices that match, open or paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.answers.amounts import unbooked_notes
from payt_mcp.answers.attention import invoice_notes
from payt_mcp.answers.names import debtor_names, similar_note
from payt_mcp.answers.rows import INVOICE_COLUMNS, invoice_row, spoken
from payt_mcp.receivables import aging
from payt_mcp.tools.shared import (
    AdministrationId,
    Amount,
    Answer,
    Ctx,
    Cursor,
    Fields,
    Keys,
    Limit,
    Listed,
    Shown,
    Text,
    ToolSpec,
    at_most,
    check_fields,
    given,
    in_order,
    parse_amount,
    parse_date,
    parse_moment,
    raw_fields,
    resumed,
    scope_of,
    shown,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payt_mcp.books.invoices import Matches, Question
    from payt_mcp.books.scope import Scope
    from payt_mcp.receivables.open_items import OpenItem, OpenItems

Status = Literal["open", "overdue", "paid", "all"]
Sort = Literal["", "due_date", "-due_date", "open_amount", "-open_amount", "invoice_date", "-invoice_date"]


class InvoiceRow(TypedDict, total=False):
    invoice_number: str
    debtor_number: str
    debtor: str
    invoice_date: str
    due_date: str
    days_overdue: int
    open_amount: str
    total_amount: str
    currency: str
    phase: str
    attention: list[str]


class Invoices(Listed, total=False):
    total_open: str
    currency: str
    invoices: list[InvoiceRow]


_BY_HEADING = {heading: name for name, heading in INVOICE_COLUMNS.items() if heading not in InvoiceRow.__annotations__}
"""The columns of the text are asked for by their headings, too."""


async def search_invoices(
    ctx: Ctx,
    query: Annotated[Text, Field(description="Words in number, debtor name, reference or description.")] = "",
    status: Status = "open",
    debtors: Annotated[Keys, Field(description="Numbers, or names that can mean one debtor only.")] = (),
    invoices: Annotated[Keys, Field(description="Invoice numbers.")] = (),
    credit_cases: Annotated[Keys, Field(description="Case numbers.")] = (),
    due_from: Annotated[Text, Field(description="YYYY-MM-DD, included; so is due_to.")] = "",
    due_to: Text = "",
    min_amount: Annotated[Amount, Field(description='Open amount (total where paid) as "1250.00".')] = "",
    max_amount: Amount = "",
    updated_after: Annotated[Text, Field(description="Date or UTC timestamp.")] = "",
    sort: Annotated[Sort, Field(description="Default due_date; newest first where paid ones are asked for.")] = "",
    limit: Limit = 20,
    cursor: Cursor = "",
    fields: Fields = (),
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, Invoices]:
    fields = [_BY_HEADING.get(name, name) for name in fields]
    args = given(
        query=query, status="" if status == "open" else status, debtors=debtors, invoices=invoices,
        credit_cases=credit_cases, due_from=due_from, due_to=due_to, min_amount=min_amount, max_amount=max_amount,
        updated_after=updated_after, sort=sort, fields=fields, administration_id=administration_id,
    )  # fmt: skip
    if cursor:
        scope, listing, offset = await resumed(ctx, cursor, "search_invoices", args)
        return await _answer(scope, shown(listing, offset, limit), {})
    scope = await scope_of(ctx, administration_id)
    question = _question(args)
    check_fields(fields, tuple(InvoiceRow.__annotations__), "invoices")
    from payt_mcp.books.invoices import search  # noqa: PLC0415 - brings the client along

    found = await search(scope, question)
    listing = scope.account.listings.start("search_invoices", args, scope.id, [item.id for item in found.items])
    page = shown(listing, 0, limit)
    known = {item.id: item for item in found.items[:limit]}
    return await _answer(scope, page, known, _notes(scope, question, found))


TOOL = ToolSpec(
    search_invoices,
    "Search invoices",
    "Find invoices by text, debtor, credit case, due date or amount: open ones (default), only overdue ones, paid, or "
    "all. Use get_invoice for everything about one, summarize_overdue for totals per debtor.",
    toolset="core",
    place=3,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)


def _question(args: Mapping[str, Any]) -> Question:
    from payt_mcp.books.invoices import Question  # noqa: PLC0415 - brings the client along

    question = Question(
        status=args.get("status", "open"),
        query=args.get("query", ""),
        debtors=at_most("debtors", args.get("debtors", ())),
        invoices=at_most("invoices", args.get("invoices", ())),
        credit_cases=at_most("credit_cases", args.get("credit_cases", ())),
        due_from=parse_date("due_from", args.get("due_from", "")),
        due_to=parse_date("due_to", args.get("due_to", "")),
        min_amount=parse_amount("min_amount", args.get("min_amount", "")),
        max_amount=parse_amount("max_amount", args.get("max_amount", "")),
        updated_after=parse_moment("updated_after", args.get("updated_after", "")),
        sort=args.get("sort", ""),
    )
    in_order("due_from", question.due_from, "due_to", question.due_to)
    in_order("min_amount", question.min_amount, "max_amount", question.max_amount)
    return question


async def _answer(
    scope: Scope, page: Shown, known: Mapping[str, OpenItem], notes: Sequence[str] = ()
) -> CallToolResult:
    status = page.listing.args.get("status", "open")
    answer = Answer("", notes=list(notes), total=page.total, next_cursor=page.next_cursor, as_of=scope.as_of)
    if status in {"open", "overdue"}:
        found = await _open_rows(scope, page, answer)
    else:
        found = await _other_rows(scope, page, known, answer)
    gone = len(page.ids) - len(found)
    if gone:
        answer.notes.append(f"{present.count(gone, 'invoice')} of this page paid or deleted since the listing began.")
    fields = page.listing.args.get("fields", ())
    rows = await _with_fields(scope, fields, found)
    empty = [name for name in fields if not any(name in row for row in rows)]
    if rows and empty:
        answer.notes.append(f"Empty on every row: {', '.join(empty)}.")
    kind = "" if status == "all" else f"{status} "
    answer.summary = f"{present.count(page.total or 0, f'{kind}invoice')} found" + answer.summary + "."
    answer.data["invoices"] = rows
    columns = INVOICE_COLUMNS | {name: name for row in rows for name in row if name not in INVOICE_COLUMNS}
    answer.lines = present.table([spoken(row) for row in rows], columns)
    answer.notes += scope.caveats
    return answer.result()


async def _open_rows(scope: Scope, page: Shown, answer: Answer) -> dict[str, dict[str, Any]]:
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress)
    answer.as_of = scope.here(books.as_of)
    if not page.total:  # a sum of nothing reads as if nothing were owed
        answer.notes += books.unseen
        return {}
    today = scope.account.today(scope.administration)
    still_open = [items.invoices[key] for key in page.listing.ids if key in items.invoices]
    balance = aging.balance(still_open, today)
    currency = scope.administration.currency_code or ""
    answer.data.update(total_open=present.plain(balance.open + balance.credits), currency=currency)
    others = sorted({present.code(item.currency) for item in still_open if item.currency not in {"", currency}})
    answer.summary = f", {present.money(balance.open + balance.credits, currency)} open in total"
    if others:
        answer.summary += f", converted where it is in {', '.join(others)}"
    if balance.credits:
        answer.summary += f" (invoices {present.money(balance.open)}, credits {present.money(balance.credits)})"
    if balance.unvalued:
        answer.notes.append(
            f"{present.count(len(balance.unvalued), 'invoice')} without an amount in {currency} in no sum."
        )
    on_page = [items.invoices[key] for key in page.ids if key in items.invoices]
    answer.notes += [*unbooked_notes(balance.unbooked), *_attention_notes(page, items, on_page, books.unseen)]
    answer.notes += books.corrections()
    return {item.id: invoice_row(item, today, items) for item in on_page}


async def _other_rows(
    scope: Scope, page: Shown, known: Mapping[str, OpenItem], answer: Answer
) -> dict[str, dict[str, Any]]:
    from payt_mcp.books.by_id import debtors_by_id  # noqa: PLC0415
    from payt_mcp.books.invoices import invoices_as_items  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.surroundings import books_beside  # noqa: PLC0415

    items = known or await invoices_as_items(scope, page.ids)
    on_page = [items[key] for key in page.ids if key in items]
    books = scope.account.books(scope.administration)
    if books.is_loaded:
        around, unseen = await books.fresh(scope.progress), books.unseen
    else:
        beside = await books_beside(scope, on_page)
        around, unseen = beside.books, list(beside.unseen.values())
    for key, debtor in (await debtors_by_id(scope, (item.debtor_id for item in on_page))).items():
        around.debtors.setdefault(key, debtor)  # one that no list held
    answer.notes += _attention_notes(page, around, on_page, unseen)
    return {item.id: invoice_row(item, scope.today, around) for item in on_page}


def _attention_notes(
    page: Shown, around: OpenItems, on_page: Sequence[OpenItem], unseen: Sequence[str]
) -> Sequence[str]:
    """What stands beside attention, where rows show it."""
    fields = page.listing.args.get("fields", ())
    return [*invoice_notes(around, on_page), *unseen] if not fields or "attention" in fields else []


async def _with_fields(
    scope: Scope, fields: Sequence[str], found: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows with the fields that were asked for, Payt's own read for these rows alone."""
    if not fields:
        return list(found.values())
    from payt_mcp.books.invoices import invoice_fields  # noqa: PLC0415 - brings the client along

    own = [name for name in fields if name not in INVOICE_COLUMNS]
    extra = await invoice_fields(scope, list(found), own) if own and found else {}
    kept = {"invoice_number", *fields}
    return [
        {name: value for name, value in row.items() if name in kept} | raw_fields(extra.get(key, {}), own, scope.zone)
        for key, row in found.items()
    ]


def _notes(scope: Scope, question: Question, found: Matches) -> list[str]:
    notes = []
    if found.meant:
        elsewhere = "" if question.status == "all" else "; status=all looks among all invoices"
        notes.append(f"No such invoice of debtor {debtor_names(found.meant)}{elsewhere}.")
    notes += similar_note(found.similar)
    if found.unknown:
        elsewhere = "" if question.status == "all" else "; status=all looks among the others too"
        notes.append(
            f"Not found: {present.some((present.code(key, 40) for key in found.unknown), most=10)}{elsewhere}."
        )
    if found.uncompared:
        currency = scope.administration.currency_code
        notes.append(
            f"{present.count(len(found.uncompared), 'invoice')} without an amount in {currency} could not be compared."
        )
    if not found.is_all:
        notes.append(
            "Payt has more such invoices than the 5,000 looked through, so this list and its total are incomplete. "
            "Narrow it with debtors, credit_cases or updated_after."
        )
    return notes
