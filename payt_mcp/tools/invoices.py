"""`search_invoices`: the invoices that match, open or paid: what they come to, and which they are."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mcp.types import CallToolResult
from pydantic import Field

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.receivables.phases import ATTENTION
from payt_mcp.steps import in_turns
from payt_mcp.tools.first_pages import first_page
from payt_mcp.tools.shared import (
    MOST_ROWS,
    PAGE,
    Administrations,
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
    Unsaid,
    at_most,
    begun_of,
    but,
    check_fields,
    earliest,
    given,
    in_order,
    labelled,
    parse_amount,
    parse_date,
    parse_moment,
    phases_of,
    resumed_of,
    scopes_of,
    unranked,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from payt_mcp.books.invoice_question import Question
    from payt_mcp.books.invoices import Matches
    from payt_mcp.books.scope import Scope
    from payt_mcp.books.several import Answered
    from payt_mcp.receivables.entries import OpenItem
    from payt_mcp.receivables.selection import Between

Status = Literal["", "open", "overdue", "paid", "all"]
Sort = Literal[
    "", "due_date", "-due_date", "open_amount", "-open_amount", "invoice_date", "-invoice_date", "total_amount",
    "-total_amount", "days_overdue", "-days_overdue", "payment_date", "-payment_date", "invoices", "-invoices",
]  # fmt: skip
GroupBy = Literal["", "debtor", "currency", "phase", "month", "label", "relation_manager"]


class Invoices(Listed, total=False):
    currency: str
    total_open: str
    open: str
    overdue: str
    credits: str
    total_amount: str
    by_currency: list[dict[str, Any]]
    administrations: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    invoices: list[dict[str, Any]]


_OF_BOOKS = frozenset({"", "open", "overdue"})
"""What the books alone answer, where no credit case is asked about."""
_OF_DEBTORS = frozenset({"debtor", "relation_manager"})
_USUAL = {"status": "open"}
_MANY = frozenset({"debtor", "label"})
"""Groups there can be hundreds of; all of the others are on one page."""


async def search_invoices(
    ctx: Ctx,
    query: Annotated[Text, Field(description="Words in number, debtor, reference, description.")] = "",
    status: Annotated[Status, Field(description="With paid_from or paid_to: paid.")] = "",
    debtors: Annotated[Keys, Field(description="Numbers, or names of one debtor only.")] = (),
    invoices: Keys = (),
    credit_cases: Keys = (),
    relation_manager: Text = "",
    currency: Text = "",
    phase: Keys = (),
    attention: Annotated[
        Keys, Field(description="payment_plan, paused, with_bailiff, credit_open; of its debtor, too.")
    ] = (),
    labels: Annotated[Keys, Field(description="Any of them. group_by=label names disputes.")] = (),
    partly_paid: bool = False,
    due_from: Annotated[Text, Field(description="YYYY-MM-DD; every from, to, min, max is included.")] = "",
    due_to: Text = "",
    invoiced_from: Text = "",
    invoiced_to: Text = "",
    paid_from: Text = "",
    paid_to: Text = "",
    min_amount: Annotated[
        Amount, Field(description="Open (paid: total) in the books' currency. Credits: max_amount -0.01.")
    ] = "",
    max_amount: Amount = "",
    min_total: Amount = "",
    max_total: Amount = "",
    updated_after: Annotated[Text, Field(description="Date or UTC timestamp.")] = "",
    not_reminded_since: Annotated[Text, Field(description="Date: reminded of before it, or never.")] = "",
    group_by: Annotated[
        GroupBy, Field(description="Sums instead of invoices; month: of due_date, or the date in sort.")
    ] = "",
    sort: Annotated[Sort, Field(description="Default due_date; paid: newest first.")] = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    fields: Fields = (),
    administration_id: Administrations = "",
) -> Annotated[CallToolResult, Invoices]:
    fields = _named(fields)
    status = status or _status_meant(paid_from or paid_to, phase)
    args = given(
        query=query, status=status, debtors=debtors, invoices=invoices, credit_cases=credit_cases,
        relation_manager=relation_manager, currency=currency, phase=phase, attention=attention, labels=labels,
        partly_paid=partly_paid, due_from=due_from, due_to=due_to, invoiced_from=invoiced_from, invoiced_to=invoiced_to,
        paid_from=paid_from, paid_to=paid_to, min_amount=min_amount, max_amount=max_amount, min_total=min_total,
        max_total=max_total, updated_after=updated_after, not_reminded_since=not_reminded_since, group_by=group_by,
        sort=sort, fields=fields, administration_id=administration_id,
    )  # fmt: skip
    if cursor:
        scopes, page = await resumed_of(ctx, cursor, "search_invoices", args, limit, _USUAL)
        return (await _following(scopes, page)).result()
    scopes, args = await scopes_of(ctx, administration_id), but(args, **_USUAL)
    make = partial(_begun, scopes, args, limit)
    of_books = status in _OF_BOOKS and not (credit_cases or fields)
    return (await first_page(scopes, make) if of_books else (await make())[0]).result()


TOOL = ToolSpec(
    search_invoices,
    "Search invoices",
    "Find, count and add up invoices: open (default), overdue, paid or all. The first line totals all that match, by "
    "currency. get_invoice tells all about one.",
    toolset="core",
    place=3,
    needs=("administrations:read", "invoices:read", "debtors:read"),
    may_need=("credit_cases:read", "payment_plans:read"),
)


def _named(fields: Sequence[str]) -> list[str]:
    """Fields by their names: the columns of the text are asked for by their headings, too."""
    from payt_mcp.answers.rows import INVOICE_COLUMNS  # noqa: PLC0415 - listing tools does without it

    by_heading = {heading: name for name, heading in INVOICE_COLUMNS.items() if heading not in INVOICE_COLUMNS}
    return [by_heading.get(name, name) for name in fields]


def _status_meant(paid: str, phase: Sequence[str]) -> Status:
    """That of a call that names none: what was paid in a period, or is in the phase `paid`, is no open invoice."""
    if paid:
        return "paid"
    named = phases_of(phase)
    return "" if "paid" not in named else "paid" if named == ["paid"] else "all"


def _question(args: Mapping[str, Any]) -> Question:
    """What these arguments ask for. Raises BadValueError, InputError."""
    from payt_mcp.answers import groups  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import INVOICE_COLUMNS  # noqa: PLC0415
    from payt_mcp.books.contradictions import refuse_contradictions  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.invoice_question import Question  # noqa: PLC0415

    question = Question(
        status=args.get("status", "open"),
        query=args.get("query", ""),
        debtors=at_most("debtors", args.get("debtors", ())),
        invoices=at_most("invoices", args.get("invoices", ())),
        credit_cases=at_most("credit_cases", args.get("credit_cases", ())),
        relation_manager=args.get("relation_manager", ""),
        currency=args.get("currency", "").strip().upper(),
        phases=phases_of(args.get("phase", ())),
        flags=_flags(args.get("attention", ())),
        labels=at_most("labels", args.get("labels", ())),
        partly_paid=args.get("partly_paid", False),
        due=_between(args, parse_date, "due_from", "due_to"),
        invoiced=_between(args, parse_date, "invoiced_from", "invoiced_to"),
        paid=_between(args, parse_date, "paid_from", "paid_to"),
        amount=_between(args, parse_amount, "min_amount", "max_amount"),
        total=_between(args, parse_amount, "min_total", "max_total"),
        updated_after=parse_moment("updated_after", args.get("updated_after", "")),
        not_reminded_since=parse_date("not_reminded_since", args.get("not_reminded_since", "")),
        sort=args.get("sort", ""),
        group_by=args.get("group_by", ""),
    )
    fields, group_by, sort = args.get("fields", ()), question.group_by, question.sort
    check_fields(fields, tuple(INVOICE_COLUMNS), "invoices")
    refuse_contradictions(question)
    if fields and group_by:
        raise InputError("fields are of single invoices: leave fields or group_by out. Nothing was looked up.")
    if sort in groups.COUNTS and not group_by:
        raise BadValueError(
            "sort", sort, "another one, as only groups are sorted by number of invoices, or group_by too"
        )
    if group_by and sort and sort not in (possible := groups.sorts(question)):
        raise BadValueError("sort", sort, f"with group_by={group_by} it is one of {', '.join(possible)}")
    return question


def _between(args: Mapping[str, Any], parse: Callable[[str, str], Any], low: str, high: str) -> Between:
    from payt_mcp.receivables.selection import Between  # noqa: PLC0415 - listing tools does without it

    found = Between(parse(low, args.get(low, "")), parse(high, args.get(high, "")))
    in_order(low, found.low, high, found.high)
    return found


_FLAGS = (
    f"one of {', '.join(ATTENTION)}, of the invoice itself, its credit case or its debtor. Disputes and other marks "
    "are labels: group_by=label lists those there are"
)


def _flags(values: Sequence[str]) -> list[str]:
    named = {value: value.strip().casefold().replace(" ", "_") for value in at_most("attention", values)}
    for value, name in named.items():
        if name not in ATTENTION:
            raise BadValueError("attention", value, _FLAGS)
    return list(named.values())


async def _begun(scopes: Sequence[Scope], args: Mapping[str, Any], limit: int) -> tuple[Answer, Shown]:
    from payt_mcp.books.invoices import search  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.several import ask_each  # noqa: PLC0415

    question = _question(args)
    found, notes = await ask_each(scopes, partial(search, question=question))
    first = _grouped if question.group_by else _listed
    answer, page = await first(scopes, question, found, args, limit)
    answer.notes = [*notes, *answer.notes]
    return answer, page


async def _listed(
    scopes: Sequence[Scope],
    question: Question,
    found: Sequence[Answered[Matches]],
    args: Mapping[str, Any],
    limit: int,
) -> tuple[Answer, Shown]:
    """The first page: the totals of all that was found, and the first invoices."""
    from payt_mcp.books.invoices import in_one_order  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.listings import IdsOf  # noqa: PLC0415

    known: dict[str, Sequence[OpenItem]] = {one.scope.id: one.result.items for one in found}
    ids: Sequence[str]
    if len(scopes) == 1:  # of 100,000 ids each line here is felt
        items = found[0].result.items
        ids = IdsOf(items) if question.is_about_open else [item.id for item in items]
        known = {scopes[0].id: items[: limit + 1]}
    else:
        listed = await in_turns(in_one_order(found, question))
        ids = IdsOf(listed) if question.is_about_open else [one.id for one in listed]
    page = begun_of(scopes, "search_invoices", args, ids, limit)
    answer = await _totals(question, found, args)
    answer.summary += unranked(scopes) if question.order.endswith("_amount") else ""
    await _add_rows(answer, scopes, page, known)
    if question.is_about_open:  # the books may be newer by now
        answer.as_of = earliest(scopes, (_as_of(scope, matches) for scope, matches in found))
    return answer, page


async def _grouped(
    scopes: Sequence[Scope],
    question: Question,
    found: Sequence[Answered[Matches]],
    args: Mapping[str, Any],
    limit: int,
) -> tuple[Answer, Shown]:
    """The same, and groups with their sums instead of the invoices. Following pages show the sums of this moment."""
    from payt_mcp.answers import groups  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.books.surroundings import named_debtors  # noqa: PLC0415 - brings the client along

    rows = []
    for scope, matches in found:
        debtors = await named_debtors(scope, matches.items) if question.group_by in _OF_DEBTORS else {}
        whose = {"administration_id": scope.id} if len(scopes) > 1 else {}
        rows.append((scope, await in_turns(groups.group_rows(scope, question, matches.items, debtors, whose))))
    if isinstance(limit, Unsaid) and question.group_by not in _MANY:
        limit = MOST_ROWS
    ordered = await in_turns(groups.in_one_order(rows, question))
    kept = await in_turns(groups.numbered(ordered))
    answer = await _totals(question, found, args)
    answer.summary += unranked(scopes) if groups.is_by_amount(question) and question.group_by != "currency" else ""
    answer.summary += groups.heading(question, ordered)
    for scope, matches in found:
        answer.notes += labelled(scope, await in_turns(groups.notes_of(question, matches.items)), found)
    page = begun_of(scopes, "search_invoices", args, list(kept), limit, kept)
    _add_groups(answer, page)
    answer.as_of = earliest(scopes, (_as_of(scope, matches) for scope, matches in found))
    return answer, page


async def _following(scopes: Sequence[Scope], page: Shown) -> Answer:
    """A page after the first, without the totals that stand there."""
    if page.listing.rows:
        answer = Answer(f"Groups {page.places}.", as_of=earliest(scopes, map(_as_of, scopes)))
        _add_groups(answer, page)
        return answer
    answer = Answer(f"Invoices {page.places}.")
    await _add_rows(answer, scopes, page, {})
    return answer


def _as_of(scope: Scope, found: Matches | None = None) -> dt.datetime:
    """The moment whose state an answer shows: that of the books it was found in, else of those there are."""
    if found is not None and found.as_of is not None:
        return scope.here(found.as_of)
    books = scope.account.books(scope.administration)
    return scope.here(books.as_of) if books.is_loaded else scope.as_of


async def _totals(question: Question, found: Sequence[Answered[Matches]], args: Mapping[str, Any]) -> Answer:
    """What all invoices that were found come to: in a company's own books, and by currency."""
    from payt_mcp.answers import found_invoices, totals  # noqa: PLC0415 - listing tools does without it

    parts = [(scope, matches.totals) for scope, matches in found]
    asked = found_invoices.conditions(question, [scope for scope, _ in found])
    by_currency = question.group_by != "currency"
    answer = Answer(totals.first_line(parts, question.status, asked, by_currency=by_currency))
    totals.add_totals(answer.data, parts, question.status)
    if question.paid and question.status == "paid":
        answer.notes.append("Invoices by the date they were paid off: part payments of open ones are not in this.")
    for scope, part in parts:
        answer.notes += labelled(
            scope, totals.totals_notes(part, scope.administration.currency_code or "", question.status), found
        )
    for scope, matches in found:
        notes = await in_turns(found_invoices.notes_of(scope, question, matches))
        answer.notes += labelled(scope, notes, found)
    answer.notes += found_invoices.unknown_notes(question, [matches for _, matches in found])
    if "group_by" in args:
        answer.data["invoice_count"] = sum(part.invoices for _, part in parts)
    return answer


async def _add_rows(
    answer: Answer, scopes: Sequence[Scope], page: Shown, known: Mapping[str, Sequence[OpenItem]]
) -> None:
    from payt_mcp.answers import found_invoices  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.answers.rows import INVOICE_COLUMNS, worded_invoice  # noqa: PLC0415
    from payt_mcp.books.several import ids_of, pinned  # noqa: PLC0415

    args = page.listing.args
    fields = args.get("fields", ())
    rows: dict[str, dict[str, Any]] = {}
    moments = []
    for scope in scopes:
        ids = ids_of(scopes, scope, page.ids)
        if not ids and len(scopes) > 1:
            continue
        part = await found_invoices.rows_of(scope, ids, args, known.get(scope.id, ()))
        whose = {"administration_id": scope.id} if len(scopes) > 1 else {}
        rows |= {pinned(scopes, scope, key): whose | row for key, row in part.rows.items()}
        answer.notes += [*labelled(scope, part.notes, scopes), *scope.caveats]
        moments.append(part.as_of)
    shown = [rows[key] for key in page.ids if key in rows]
    if len(shown) < len(page.ids):
        gone = present.count(len(page.ids) - len(shown), "invoice")
        answer.notes.append(f"{gone} of this page paid or deleted since the listing began.")
    empty = [name for name in fields if not any(name in row for row in shown)]
    if shown and empty:
        answer.notes.append(f"Empty on every row: {', '.join(empty)}.")
    answer.data["invoices"] = shown
    usual = {"administration_id": "administration", **INVOICE_COLUMNS, "reminded_on": "reminded on"}
    columns = usual | {name: name for row in shown for name in row if name not in usual}
    answer.lines = present.table([worded_invoice(row) for row in shown], columns)
    answer.total, answer.next_cursor = page.total, page.next_cursor
    answer.as_of = earliest(scopes, moments)


def _add_groups(answer: Answer, page: Shown) -> None:
    from payt_mcp.answers import groups  # noqa: PLC0415 - listing tools does without it

    rows = [page.listing.rows[key] for key in page.ids]
    answer.data["groups"] = rows
    columns = groups.columns(page.listing.args.get("status", ""))
    answer.lines = present.table(list(map(groups.worded_group, rows)), columns)
    answer.total, answer.next_cursor = page.total, page.next_cursor
