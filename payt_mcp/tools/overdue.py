"""`summarize_overdue`: who is overdue, by how much and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.answers.amounts import named, unbooked_notes
from payt_mcp.answers.attention import debtor_notes
from payt_mcp.answers.rows import spoken
from payt_mcp.receivables import aging
from payt_mcp.tools.shared import (
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Listed,
    ToolSpec,
    given,
    resumed,
    scope_of,
    shown,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Administration
    from payt_mcp.receivables.open_items import OpenItems


class Bucket(TypedDict, total=False):
    days: str
    invoices: int
    amount: str


class OverdueDebtor(TypedDict, total=False):
    debtor_number: str
    name: str
    overdue: str
    oldest_days: int
    invoices: int
    phase: str
    attention: list[str]


class OverdueSummary(Listed, total=False):
    currency: str
    overdue_gross: str
    overdue_credits: str
    overdue_net: str
    invoice_count: int
    debtor_count: int
    buckets: list[Bucket]
    debtors: list[OverdueDebtor]


async def summarize_overdue(
    ctx: Ctx,
    min_days: Annotated[int, Field(ge=1, le=3650, description="Only what is overdue this many days or more.")] = 1,
    top: Annotated[int, Field(ge=1, le=100, description="Debtors on a page, largest amount first.")] = 10,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, OverdueSummary]:
    args = given(min_days=min_days if min_days != 1 else 0, administration_id=administration_id)
    listing, offset = None, 0
    if cursor:
        scope, listing, offset = await resumed(ctx, cursor, "summarize_overdue", args)
        min_days = listing.args.get("min_days", 1)
    else:
        scope = await scope_of(ctx, administration_id)
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress)
    today = scope.today
    picture = books.overdue(items, today, min_days)
    if listing is None:
        ids = [row.debtor_id for row in picture.debtors]
        listing = scope.account.listings.start("summarize_overdue", args, scope.id, ids)
    page = shown(listing, offset, top)
    by_id = {row.debtor_id: row for row in picture.debtors}
    known = [key for key in page.ids if key in by_id]
    found = [books.attention(items, key, today) for key in known]
    rows = [_row(items, by_id[key], some.flags) for key, some in zip(known, found, strict=True)]
    answer = _figures(scope, picture, min_days)
    answer.data["debtors"] = rows
    answer.lines += ["", *present.table([spoken(row) for row in rows], _COLUMNS)]
    numbers = [row.get("debtor_number", "") for row in rows]
    answer.notes += debtor_notes(zip(numbers, found, strict=True), scope.administration.currency_code)
    answer.notes += [*_notes(scope.administration, picture, len(page.ids) - len(rows)), *books.unseen]
    answer.notes += books.corrections()
    answer.notes += scope.caveats
    answer.as_of, answer.total, answer.next_cursor = scope.here(books.as_of), page.total, page.next_cursor
    return answer.result()


TOOL = ToolSpec(
    summarize_overdue,
    "Summarize overdue",
    "Who is overdue, by how much and since when: totals (gross, credits, net), aging buckets and the largest debtors, "
    "over all open invoices. Start here for questions about overdue debt as a whole; use search_invoices for the "
    "invoices themselves and get_debtor before writing to a debtor.",
    toolset="core",
    place=2,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
    page="overdue",
)

_COLUMNS = {
    "debtor_number": "debtor",
    "name": "name",
    "overdue": "overdue",
    "oldest_days": "oldest days",
    "invoices": "invoices",
    "phase": "phase",
    "attention": "attention",
}


def _figures(scope: Scope, picture: aging.Overdue, min_days: int) -> Answer:
    currency = scope.administration.currency_code or ""
    gross, credits_, net = (present.money(a, currency) for a in (picture.gross, picture.credits, picture.net))
    since = "" if min_days == 1 else f" for {min_days} days or more"
    summary = (
        f"{present.outside(scope.administration.name, present.NAME_LENGTH)}: "
        f"{gross} overdue{since} on {present.count(picture.invoice_count, 'invoice')} "
        f"of {present.count(len(picture.debtors), 'debtor')}; net {net} after {credits_} in open credits past due."
    )
    buckets = [
        {"days": days, "invoices": count, "amount": f"{amount:.2f}"}
        for days, count, amount in zip(aging.BUCKETS, picture.bucket_counts, picture.bucket_amounts, strict=True)
    ]
    data: dict[str, Any] = {
        "currency": currency,
        "overdue_gross": f"{picture.gross:.2f}",
        "overdue_credits": f"{picture.credits:.2f}",
        "overdue_net": f"{picture.net:.2f}",
        "invoice_count": picture.invoice_count,
        "debtor_count": len(picture.debtors),
        "buckets": buckets,
    }
    return Answer(summary, data, present.table(buckets, {"days": "days", "invoices": "invoices", "amount": currency}))


def _row(items: OpenItems, row: aging.DebtorOverdue, flags: Sequence[str]) -> dict[str, Any]:
    debtor = items.debtors.get(row.debtor_id)
    return present.filled(
        {
            "debtor_number": present.code(debtor.number) if debtor else "",
            "name": present.outside(debtor.name, present.NAME_LENGTH) if debtor else "",
            "overdue": f"{row.overdue:.2f}",
            "oldest_days": row.oldest_days,
            "invoices": row.invoices,
            "phase": row.phase,
            "attention": list(flags),
        }
    )


def _notes(administration: Administration, picture: aging.Overdue, gone: int) -> list[str]:
    notes = []
    if picture.unvalued:
        notes.append(
            f"Not in any figure, having no amount in the books "
            f"({administration.currency_code or 'its currency'}): {named(picture.unvalued)}."
        )
    notes += unbooked_notes(picture.unbooked)
    if picture.undated:
        notes.append(f"{present.count(len(picture.undated), 'open invoice')} without a due date: never overdue here.")
    if gone:
        notes.append(f"{present.count(gone, 'debtor')} on this page no longer overdue.")
    if administration.paused_at or administration.reminding_paused_at:
        notes.append("Reminders are paused for the whole administration.")
    return notes
