"""`find_debtors`: debtors by name or by what they owe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.answers.amounts import unbooked_notes
from payt_mcp.answers.attention import debtor_notes
from payt_mcp.answers.names import debtor_names, similar_note
from payt_mcp.answers.rows import debtor_row, spoken
from payt_mcp.receivables import aging, matching
from payt_mcp.tools.shared import (
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Limit,
    Listed,
    Text,
    ToolSpec,
    given,
    resumed,
    scope_of,
    shown,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from payt_mcp.receivables.open_items import OpenItems


class DebtorRow(TypedDict, total=False):
    debtor_number: str
    name: str
    open: str
    overdue: str
    oldest_days: int
    phase: str
    attention: list[str]


class Debtors(Listed, total=False):
    currency: str
    debtors: list[DebtorRow]


async def find_debtors(
    ctx: Ctx,
    query: Annotated[Text, Field(description="Words or parts of words in the name or number; none: all.")] = "",
    sort: Literal["overdue", "name"] = "overdue",
    limit: Limit = 20,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, Debtors]:
    args = given(query=query, sort=sort if sort != "overdue" else "", administration_id=administration_id)
    listing, offset = None, 0
    if cursor:
        scope, listing, offset = await resumed(ctx, cursor, "find_debtors", args)
    else:
        scope = await scope_of(ctx, administration_id)
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress)
    today = scope.account.today(scope.administration)
    if listing is None:
        ids = _found(items, query, sort, today)
        listing = scope.account.listings.start("find_debtors", args, scope.id, ids)
    page = shown(listing, offset, limit)
    debtors = [items.debtors[key] for key in page.ids if key in items.debtors]
    found = {debtor.id: books.attention(items, debtor.id, today) for debtor in debtors}
    rows = [debtor_row(debtor, items, today, found[debtor.id].flags) for debtor in debtors]
    asked = listing.args.get("query", "")
    about = f" for {asked[:60]!r}" if asked else ""
    answer = Answer(
        f"{present.count(page.total or 0, 'debtor')} found{about}.",
        {"currency": scope.administration.currency_code if rows else None, "debtors": rows},
        present.table([spoken(row) for row in rows], _columns(scope.administration.currency_code)),
        as_of=scope.here(books.as_of),
        total=page.total,
        next_cursor=page.next_cursor,
    )
    named = ((present.code(debtor.number), found[debtor.id]) for debtor in debtors)
    answer.notes += debtor_notes(named, scope.administration.currency_code)
    answer.notes += [*_uncounted(items, page.ids, today, scope.administration.currency_code or ""), *books.unseen]
    answer.notes += books.corrections()
    answer.notes += scope.caveats
    if asked and not cursor:
        answer.notes += _others(asked, set(listing.ids), items)
    return answer.result()


TOOL = ToolSpec(
    find_debtors,
    "Find debtors",
    "Find debtors (customers) by part of a name or number, with what each has open and overdue; or list them, most "
    "overdue first. Use get_debtor once it is clear who is meant.",
    toolset="core",
    place=5,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)


def _uncounted(items: OpenItems, ids: Iterable[str], today: dt.date, currency: str) -> list[str]:
    """The invoices of these debtors that the books give no amount, in no sum or counted with their own."""
    total = aging.balance((item for key in ids for item in items.of_debtor(key)), today)
    said = []
    if total.unvalued:
        said.append(f"{present.count(len(total.unvalued), 'invoice')} without an amount in {currency} in no sum.")
    return said + unbooked_notes(total.unbooked)


def _columns(currency: str | None) -> dict[str, str]:
    return {
        "debtor_number": "debtor",
        "name": "name",
        "open": f"open {currency or ''}".strip(),
        "overdue": "overdue",
        "oldest_days": "oldest days",
        "phase": "phase",
        "attention": "attention",
    }


def _others(asked: str, found: set[str], items: OpenItems) -> list[str]:
    """Whom else the name may have meant: those spelt otherwise; where nobody was found, those of similar names."""
    if not found:
        return similar_note(matching.resembling(asked, items.debtors.values()))
    others = [debtor for debtor in matching.otherwise_spelt(asked, items.debtors.values()) if debtor.id not in found]
    return [f"Spelt otherwise: {debtor_names(others)}."] if others else []


def _found(items: OpenItems, query: str, sort: str, today: dt.date) -> list[str]:
    debtors = matching.by_name(query, items.debtors.values()) if query.strip() else list(items.debtors.values())
    if sort == "name":
        return [d.id for d in sorted(debtors, key=lambda d: (d.name.casefold(), d.id))]

    def by_overdue(debtor_id: str) -> Any:
        balance = aging.balance(items.of_debtor(debtor_id), today)
        return (-balance.overdue, -balance.open)

    # The sorts are stable: those who owe the same stay in the order of how well they match.
    ids = sorted((d.id for d in debtors), key=by_overdue)
    numbered = {d.id for d in debtors if matching.is_numbered(query, d)}
    return sorted(ids, key=lambda debtor_id: debtor_id not in numbered)
