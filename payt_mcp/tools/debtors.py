"""`find_debtors`: debtors by name or by what they owe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.tools.first_pages import first_page
from payt_mcp.tools.shared import (
    PAGE,
    Administrations,
    Answer,
    Ctx,
    Cursor,
    Limit,
    Listed,
    Shown,
    Text,
    ToolSpec,
    begun_of,
    but,
    earliest,
    given,
    labelled,
    resumed_of,
    scopes_of,
    unranked,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered
    from payt_mcp.receivables import aging
    from payt_mcp.receivables.entries import DebtorEntry
    from payt_mcp.receivables.open_items import OpenItems


class DebtorRow(TypedDict, total=False):
    administration_id: str
    debtor_number: str
    name: str
    open: str
    overdue: str
    currency: str
    oldest_days: int
    phase: str
    attention: list[str]


class Debtors(Listed, total=False):
    currency: str
    debtors: list[DebtorRow]


async def find_debtors(
    ctx: Ctx,
    query: Annotated[Text, Field(description="Words or parts of words in the name or number; none: all.")] = "",
    sort: Literal["", "overdue", "name"] = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    administration_id: Administrations = "",
) -> Annotated[CallToolResult, Debtors]:
    from payt_mcp.books.several import ask_each  # noqa: PLC0415 - brings the client along

    args = given(query=query, sort=sort, administration_id=administration_id)
    if cursor:
        scopes, page = await resumed_of(ctx, cursor, "find_debtors", args, limit, {"sort": "overdue"})
        books, _ = await ask_each(scopes, _read)
        return _answer(scopes, books, page).result()
    scopes, args = await scopes_of(ctx, administration_id), but(args, sort="overdue")

    async def begin() -> tuple[Answer, Shown]:
        books, _ = await ask_each(scopes, _read)
        page = begun_of(scopes, "find_debtors", args, _found(scopes, books, query, sort), limit)
        return _answer(scopes, books, page), page

    return (await first_page(scopes, begin)).result()


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


def _answer(scopes: Sequence[Scope], books: Sequence[Answered[OpenItems]], page: Shown) -> Answer:
    asked = page.listing.args.get("query", "")
    about = f" for {asked[:60]!r}" if asked else ""
    answer = Answer(f"{present.count(page.total or 0, 'debtor')} found{about}.")
    if not page.is_first:
        answer.summary = f"Debtors {page.places}{about}."
    _add_rows(answer, scopes, books, page)
    if page.is_first and page.listing.args.get("sort", "overdue") != "name":
        answer.summary += unranked(scopes)
    if asked and page.is_first:
        answer.notes += _others(asked, {key for scope in scopes for key in _ids(scopes, scope, page)}, books)
    return answer


def _uncounted(balances: Sequence[aging.Balance], currency: str) -> list[str]:
    """The invoices of debtors that the books give no amount, in no sum or counted with their own."""
    from payt_mcp.answers.amounts import unbooked_notes  # noqa: PLC0415 - listing tools does without it

    unvalued = sum(len(balance.unvalued) for balance in balances)
    said = [f"{present.count(unvalued, 'invoice')} without an amount in {currency} in no sum."] if unvalued else []
    return said + unbooked_notes([item for balance in balances for item in balance.unbooked])


def _columns(currency: str | None) -> dict[str, str]:
    return {
        "administration_id": "administration",
        "debtor_number": "debtor",
        "name": "name",
        "open": f"open {currency or ''}".strip(),
        "overdue": "overdue",
        "currency": "currency",
        "oldest_days": "oldest days",
        "phase": "phase",
        "attention": "attention",
    }


async def _read(scope: Scope) -> OpenItems:
    return await scope.account.books(scope.administration).fresh(scope.progress)


def _ids(scopes: Sequence[Scope], scope: Scope, page: Shown) -> list[str]:
    from payt_mcp.books.several import ids_of  # noqa: PLC0415 - brings the client along

    return ids_of(scopes, scope, page.listing.ids)


def _add_rows(answer: Answer, scopes: Sequence[Scope], books: Sequence[Answered[OpenItems]], page: Shown) -> None:
    """The debtors of a page, each with the company it owes to where there are several."""
    from payt_mcp.answers.attention import debtor_notes, worded_debtor  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import debtor_row  # noqa: PLC0415
    from payt_mcp.books.several import ids_of, pinned  # noqa: PLC0415 - brings the client along

    several = len(scopes) > 1
    rows: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    notes: list[str] = []
    for scope, items in books:
        held, currency = scope.account.books(scope.administration), scope.administration.currency_code
        whose = {"administration_id": scope.id, "currency": currency or ""} if several else {}
        ids = [key for key in ids_of(scopes, scope, page.ids) if key in items.debtors]
        balances = [held.derived.balance(items, key, scope.today) for key in ids]
        told = []
        for key, balance in zip(ids, balances, strict=True):
            debtor, found = items.debtors[key], held.derived.attention(items, key, scope.today)
            row = whose | debtor_row(debtor, balance, found.flags)
            rows[pinned(scopes, scope, key)] = (row, worded_debtor(row, found))
            told.append((present.code(debtor.number), found))
        said = [*debtor_notes(told, currency), *_uncounted(balances, currency or ""), *held.unseen]
        said += [*held.corrections(), *scope.caveats]
        notes += labelled(scope, said, scopes)
    shown = [rows[key] for key in page.ids if key in rows]
    currency = scopes[0].administration.currency_code if shown and not several else None
    answer.data = {"currency": currency, "debtors": [row for row, _ in shown]}
    answer.lines = present.table([said for _, said in shown], _columns(currency))
    answer.notes += notes
    answer.total, answer.next_cursor = page.total, page.next_cursor
    answer.as_of = earliest(scopes, (scope.account.books(scope.administration).as_of for scope in scopes))


def _others(asked: str, found: set[str], books: Sequence[Answered[OpenItems]]) -> list[str]:
    """Whom else the name may have meant: those spelt otherwise; where nobody was found, those of similar names."""
    from payt_mcp.answers.names import debtor_names, similar_note  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.receivables import matching  # noqa: PLC0415

    debtors = [debtor for _, items in books for debtor in items.debtors.values()]
    if not found:
        return similar_note(matching.resembling(asked, debtors))
    others = [debtor for debtor in matching.otherwise_spelt(asked, debtors) if debtor.id not in found]
    return [f"Spelt otherwise: {debtor_names(others)}."] if others else []


def _found(scopes: Sequence[Scope], books: Sequence[Answered[OpenItems]], query: str, sort: str) -> list[str]:
    """The ids of a listing. Who has the number that was typed comes first; then by name, or the most overdue, and of
    currencies that cannot be compared those of each in turn.
    """
    from payt_mcp.books.several import pinned  # noqa: PLC0415 - brings the client along
    from payt_mcp.receivables import matching  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.receivables.selection import in_turn  # noqa: PLC0415

    apart: dict[str, list[_Candidate]] = {}
    for scope, items in books:
        debtors = matching.by_name(query, items.debtors.values()) if query.strip() else list(items.debtors.values())
        currency = "" if sort == "name" else scope.administration.currency_code or ""
        apart.setdefault(currency, []).extend(_Candidate(scope, items, debtor) for debtor in debtors)
    for candidates in apart.values():  # stable: those who owe the same stay in the order of how well they match
        candidates.sort(key=_by_name if sort == "name" else _by_overdue)
    listed = in_turn(apart.values())
    if sort != "name":
        listed.sort(key=lambda one: not matching.is_numbered(query, one.debtor))
    return [pinned(scopes, one.scope, one.debtor.id) for one in listed]


class _Candidate(NamedTuple):
    scope: Scope
    items: OpenItems
    debtor: DebtorEntry


def _by_name(one: _Candidate) -> tuple[str, str]:
    return one.debtor.name.casefold(), one.debtor.id


def _by_overdue(one: _Candidate) -> tuple[Decimal, Decimal]:
    held = one.scope.account.books(one.scope.administration)
    balance = held.derived.balance(one.items, one.debtor.id, one.scope.today)
    return -balance.overdue, -balance.open
