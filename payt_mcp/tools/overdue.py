"""`summarize_overdue`: who is overdue, by how much and since when."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from pydantic import Field

from payt_mcp.errors import BadValueError
from payt_mcp.tools.first_pages import first_page
from payt_mcp.tools.shared import (
    SHORT_PAGE,
    Administrations,
    Answer,
    Ctx,
    Cursor,
    Keys,
    Listed,
    Shown,
    Text,
    ToolSpec,
    Unsaid,
    begun_of,
    but,
    earliest,
    given,
    labelled,
    phases_of,
    resumed_of,
    scopes_of,
    unranked,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payt_mcp.books.overdue import Drawn, OverdueQuestion
    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered


_USUAL = {"min_days": 1}
_NEVER = frozenset({"not_due", "paid"})
"""The phases of what is not overdue."""


class OverdueSummary(Listed, total=False):
    currency: str
    overdue_gross: str
    overdue_credits: str
    overdue_net: str
    invoice_count: int
    debtor_count: int
    overdue_by_currency: dict[str, str]
    buckets: list[dict[str, Any]]
    administrations: list[dict[str, Any]]
    debtors: list[dict[str, Any]]


async def summarize_overdue(
    ctx: Ctx,
    min_days: Annotated[int, Field(ge=1, le=3650, description="Only what is overdue this many days or more.")] = Unsaid(
        1
    ),
    currency: Text = "",
    relation_manager: Text = "",
    phase: Keys = (),
    top: Annotated[int, Field(ge=1, le=100, description="Debtors on a page, largest first.")] = SHORT_PAGE,
    cursor: Cursor = "",
    administration_id: Administrations = "",
) -> Annotated[CallToolResult, OverdueSummary]:
    args = given(
        min_days=0 if isinstance(min_days, Unsaid) else min_days, currency=currency, relation_manager=relation_manager,
        phase=phase, administration_id=administration_id,
    )  # fmt: skip
    if cursor:
        scopes, page = await resumed_of(ctx, cursor, "summarize_overdue", args, top, _USUAL)
        return (await _answer(scopes, dict(page.listing.args), top, page))[0].result()
    scopes, args = await scopes_of(ctx, administration_id, every=True), but(args, **_USUAL)
    return (await first_page(scopes, partial(_answer, scopes, args, top))).result()


async def _answer(
    scopes: Sequence[Scope], args: Mapping[str, Any], top: int, page: Shown | None = None
) -> tuple[Answer, Shown]:
    """The page of a listing; the first of a new one where none is given."""
    from payt_mcp.books.overdue import draw  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.several import ask_each  # noqa: PLC0415

    question = _question(args)
    found, unknown = await ask_each(scopes, partial(draw, question=question))
    if page is None:
        page = begun_of(scopes, "summarize_overdue", args, _debtors(scopes, found), top)
    answer = _figures(found, question) if page.is_first else _later(scopes, page)
    _add_debtors(answer, scopes, found, page)
    answer.notes = [*unknown, *answer.notes]
    answer.summary += unranked(scopes) if page.is_first else ""
    return answer, page


TOOL = ToolSpec(
    summarize_overdue,
    "Summarize overdue",
    "Who is overdue, by how much and since when: totals (gross, credits, net), by currency, aging buckets and the "
    "largest debtors, of one administration or all. Start here for overdue debt as a whole; use search_invoices for "
    "other totals and the invoices, get_debtor before writing to a debtor.",
    toolset="core",
    place=2,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
    page="overdue",
)

_COLUMNS = {
    "administration_id": "administration",
    "debtor_number": "debtor",
    "name": "name",
    "overdue": "overdue",
    "oldest_days": "oldest days",
    "invoices": "invoices",
    "phase": "phase",
    "attention": "attention",
}


def _question(args: Mapping[str, Any]) -> OverdueQuestion:
    from payt_mcp.books.overdue import OverdueQuestion  # noqa: PLC0415 - brings the client along

    phases = phases_of(args.get("phase", ()))
    if never := [phase for phase in phases if phase in _NEVER]:
        raise BadValueError("phase", never[0], "a phase of what is overdue. search_invoices has what is in any phase")
    return OverdueQuestion(
        args.get("min_days", 1), args.get("currency", "").strip().upper(), args.get("relation_manager", ""), phases
    )


def _debtors(scopes: Sequence[Scope], found: Sequence[Answered[Drawn]]) -> list[str]:
    """The ids of a listing, the largest first; currencies are not compared: the largest of each come in turn."""
    from payt_mcp.books.several import pinned  # noqa: PLC0415 - brings the client along
    from payt_mcp.receivables.selection import in_turn  # noqa: PLC0415 - listing tools does without it

    rows = [(scope, row) for scope, drawn in found for row in drawn.picture.debtors]
    apart: dict[str, list[tuple[Scope, Any]]] = {}
    for scope, row in rows:
        apart.setdefault(scope.administration.currency_code or "", []).append((scope, row))
    if len(found) > 1:
        for one in apart.values():
            one.sort(key=lambda pair: (-pair[1].overdue, -pair[1].oldest_days))
    return [pinned(scopes, scope, row.debtor_id) for scope, row in in_turn(apart.values())]


def _figures(found: Sequence[Answered[Drawn]], question: OverdueQuestion) -> Answer:
    """The totals: of one administration, or of each and together by currency."""
    from payt_mcp.answers import overdue  # noqa: PLC0415 - listing tools does without it

    pictures = [(scope, drawn.picture) for scope, drawn in found]
    said = [overdue.sentence(scope, picture, question) for scope, picture in pictures]
    each = [overdue.figures(picture, scope.administration.currency_code or "") for scope, picture in pictures]
    own = overdue.together(picture for _, picture in pictures)
    data: dict[str, Any] = each[0] if len(found) == 1 else {}
    if len(found) > 1 or own.keys() - {data["currency"]}:
        said.append(overdue.own_words(own, data.get("currency", "")))
        but = data.get("currency", "")
        data = {"overdue_by_currency": overdue.by_currency(own, but), **data}
    if len(found) > 1:
        said.insert(0, f"{present.count(len(found), 'administration')}.")
        data["administrations"] = [
            {
                "administration_id": scope.id,
                "name": present.outside(scope.administration.name, present.NAME_LENGTH),
                **figures,
            }
            for (scope, _), figures in zip(pictures, each, strict=True)
        ]
    answer = Answer(" ".join(said), data, overdue.bucket_lines(pictures))
    for scope, drawn in found:
        notes = overdue.currency_notes(drawn.items, question.currency)
        notes += overdue.notes(scope.administration, drawn.picture)
        answer.notes += labelled(scope, notes, found)
    return answer


def _later(scopes: Sequence[Scope], page: Shown) -> Answer:
    """A page after the first: the totals stand there."""
    currency = scopes[0].administration.currency_code if len(scopes) == 1 else ""
    return Answer(f"Overdue debtors {page.places}.", {"currency": currency} if currency else {})


def _add_debtors(answer: Answer, scopes: Sequence[Scope], found: Sequence[Answered[Drawn]], page: Shown) -> None:
    from payt_mcp.answers import overdue  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.attention import debtor_notes  # noqa: PLC0415
    from payt_mcp.answers.rows import worded  # noqa: PLC0415
    from payt_mcp.books.overdue import attention_of  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.several import ids_of, pinned  # noqa: PLC0415

    several, is_part = len(scopes) > 1, bool(page.listing.args.keys() - {"administration_id"})
    rows: dict[str, dict[str, Any]] = {}
    for scope, drawn in found:
        told, whose = [], {"administration_id": scope.id} if several else {}
        for key in ids_of(scopes, scope, page.ids):
            if key not in drawn.by_debtor:
                continue
            of_debtor = attention_of(scope, drawn, key)
            row = whose | overdue.overdue_row(drawn.items, drawn.by_debtor[key], of_debtor.flags)
            place = pinned(scopes, scope, key)
            rows[place] = row
            told.append((row.get("debtor_number", ""), of_debtor))
        notes = [*debtor_notes(told, scope.administration.currency_code, of_all=is_part), *drawn.notes]
        answer.notes += labelled(scope, notes, scopes)
    shown = [key for key in page.ids if key in rows]
    if len(shown) < len(page.ids):
        gone = present.count(len(page.ids) - len(shown), "debtor")
        answer.notes.append(f"{gone} on this page no longer overdue.")
    answer.data["debtors"] = [rows[key] for key in shown]
    answer.lines += [*([""] if answer.lines else []), *present.table([worded(rows[key]) for key in shown], _COLUMNS)]
    answer.total, answer.next_cursor = page.total, page.next_cursor
    answer.as_of = earliest(scopes, (drawn.as_of for _, drawn in found))
