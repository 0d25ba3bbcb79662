"""The rows of a page of invoices of one administration, and what stands beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from payt_mcp.answers.amounts import some_of
from payt_mcp.answers.attention import reason_notes
from payt_mcp.answers.names import debtor_names, similar_note
from payt_mcp.answers.raw import raw_fields
from payt_mcp.answers.rows import INVOICE_COLUMNS, invoice_row
from payt_mcp.receivables.attention import of_invoice
from payt_mcp.receivables.phases import IN_COLLECTION
from payt_mcp.steps import Steps, parted
from payt_mcp.words import text as present
from payt_mcp.words.folding import normalized

if TYPE_CHECKING:
    from payt_mcp.books.invoice_question import Question
    from payt_mcp.books.invoices import Matches
    from payt_mcp.books.scope import Scope
    from payt_mcp.receivables.entries import OpenItem
    from payt_mcp.receivables.open_items import OpenItems
    from payt_mcp.receivables.selection import Between


_NO_FILTERS = frozenset({"status", "invoices", "sort", "group_by"})
"""Of a question for invoices by number: what leaves none of them out, the status apart, which is told by itself."""


@dataclass
class Rows:
    """Rows by the id of their invoice. `around` are the books they were read in."""

    rows: dict[str, dict[str, Any]]
    items: Sequence[OpenItem]
    around: OpenItems
    as_of: dt.datetime
    unseen: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)


async def rows_of(scope: Scope, ids: Sequence[str], args: Mapping[str, Any], found: Sequence[OpenItem] = ()) -> Rows:
    """The invoices with these ids, as they were just `found`, else as they are now; those that are gone are left out.

    `args` are those of the search. `fields` are other fields than the usual ones: Payt's own are read for these rows
    alone. A search by when invoices were reminded of shows that.
    """
    status, fields = args.get("status", "open"), args.get("fields", ())
    known = {item.id: item for item in found}
    page = await (_open(scope, ids, known) if status in {"open", "overdue"} else _paid(scope, ids, known))
    reasons = [(item, of_invoice(page.around, item)) for item in page.items]
    page.rows = {item.id: invoice_row(item, scope.today, page.around, why) for item, why in reasons}
    if "not_reminded_since" in args:
        for item in page.items:
            page.rows[item.id]["reminded_on"] = scope.day(item.reminded_at) or "never"
    if not fields or "attention" in fields:
        page.notes += [*reason_notes(reasons), *page.unseen]
    if fields:
        page.rows = await _with_fields(scope, fields, page.rows)
    return page


async def _open(scope: Scope, ids: Sequence[str], known: Mapping[str, OpenItem]) -> Rows:
    books = scope.account.books(scope.administration)
    held = books.held if known else await books.fresh(scope.progress)
    items = known or held.invoices
    on_page = [items[key] for key in ids if key in items]
    return Rows({}, on_page, held, scope.here(books.as_of), books.unseen, books.corrections())


async def _paid(scope: Scope, ids: Sequence[str], known: Mapping[str, OpenItem]) -> Rows:
    from payt_mcp.books.by_id import debtors_by_id  # noqa: PLC0415 - brings the client along
    from payt_mcp.books.invoices import invoices_as_items  # noqa: PLC0415
    from payt_mcp.books.surroundings import books_beside  # noqa: PLC0415

    items = known or await invoices_as_items(scope, ids)
    on_page = [items[key] for key in ids if key in items]
    books = scope.account.books(scope.administration)
    if books.is_loaded:
        around, unseen = await books.fresh(scope.progress), books.unseen
    else:
        beside = await books_beside(scope, on_page)
        around, unseen = beside.books, list(beside.unseen.values())
    for key, debtor in (await debtors_by_id(scope, (item.debtor_id for item in on_page))).items():
        around.debtors.setdefault(key, debtor)  # one that no list held
    return Rows({}, on_page, around, scope.as_of, unseen)


async def _with_fields(
    scope: Scope, fields: Sequence[str], found: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    from payt_mcp.books.invoices import invoice_fields  # noqa: PLC0415 - brings the client along

    own = [name for name in fields if name not in INVOICE_COLUMNS]
    extra = await invoice_fields(scope, list(found), own) if own and found else {}
    amounts = any(name.endswith("_amount") for name in fields)
    kept = {"invoice_number", *fields, *(("currency",) if amounts else ())}  # rows can be in several
    usual = {key: {name: row[name] for name in row if name in kept} for key, row in found.items()}
    return {key: row | raw_fields(extra.get(key, {}), own, scope.zone) for key, row in usual.items()}


def conditions(question: Question, scopes: Sequence[Scope]) -> list[str]:
    """What a search was narrowed by that could be read in several ways: amounts in which currency, reminded or not."""
    own = sorted({scope.administration.currency_code or "none" for scope in scopes})
    books = f" in {' or '.join(own)}, as the books of each are" if len(own) > 1 else ""
    currency = "" if books else own[0]
    what = {"paid": "total", "all": "open amount (of paid ones the total)"}.get(question.status, "open amount")
    said = [f"{name} {_range(limits, currency)}{books}"
            for name, limits in ((what, question.amount), ("total", question.total)) if limits]  # fmt: skip
    if question.partly_paid:
        said.append("partly paid")
    if question.not_reminded_since:
        said.append(f"last reminded of before {question.not_reminded_since}, or never")
    return said


def _range(limits: Between, currency: str) -> str:
    """`EUR 10.00 or more`, `EUR 10.00 to 20.00`."""
    low, high = limits
    if low is not None and high is not None:
        return f"{present.money(low, currency)} to {present.money(high)}"
    return f"{present.money(low, currency)} or more" if low is not None else f"{present.money(high, currency)} or less"


def notes_of(scope: Scope, question: Question, found: Matches) -> Steps[list[str]]:
    """What a search leaves open: whom it may have meant, what it could not compare, where it ended."""
    notes = []
    elsewhere = "" if question.status == "all" else "; status=all looks among the others too"
    if found.meant:
        notes.append(f"No such invoice of debtor {debtor_names(found.meant)}{elsewhere}.")
    notes += similar_note(found.similar)
    notes += yield from _there_is(scope, question, is_empty=not found.items)
    currency = scope.administration.currency_code
    if found.uncompared:
        notes.append(
            f"{present.count(len(found.uncompared), 'invoice')} without an amount in {currency} could not be compared: "
            f"{some_of(found.uncompared)}."
        )
    if question.currency not in {"", currency} and (question.amount or question.total):
        notes.append(f"Amounts were compared in {currency}, converted.")
    notes += yield from _reminded_else(scope, question, found)
    if not found.is_all:
        notes.append(
            f"Payt has more such invoices than the {found.scanned:,} looked through, so this list and its totals are "
            "incomplete. Narrow it with debtors, credit_cases, paid_from or updated_after."
        )
    return notes


def unknown_notes(question: Question, found: Sequence[Matches]) -> list[str]:
    """The numbers that were asked for and that no company has such an invoice of: which of them has it, rows say."""
    unknown = [key for key in question.invoices if all(key in matches.unknown for matches in found)]
    if not unknown:
        return []
    others = (getattr(question, one.name) for one in fields(question) if one.name not in _NO_FILTERS)
    beside = "" if question.status == "all" else "; status=all looks among the others too"
    said = "None that fits all of what is asked" if any(others) else "Not found"
    return [f"{said}: {present.some((present.code(key, 40) for key in unknown), most=10)}{beside}."]


def _reminded_else(scope: Scope, question: Question, found: Matches) -> Steps[list[str]]:
    """Of what was not reminded of since a day: what was done instead, and whose other invoices were reminded of."""
    if not question.not_reminded_since:
        return []
    since, stepped = scope.begins(question.not_reminded_since), 0
    theirs, others = set[str](), set[str]()
    for some in parted(found.items):
        stepped += sum(
            item.step in IN_COLLECTION and item.step_at is not None and item.step_at >= since for item in some
        )
        theirs.update(item.debtor_id for item in some)
        yield
    for some in parted(_held(scope)):
        others.update(item.debtor_id for item in some if item.reminded_at and item.reminded_at >= since)
        yield
    said = []
    if stepped:
        said.append(f"{stepped:,} of these went to collection or further since, no reminder: see the phase.")
    if also := others & theirs:
        said.append(f"{len(also):,} of these debtors had a reminder of another open invoice since.")
    return said


def _there_is(scope: Scope, question: Question, *, is_empty: bool) -> Steps[list[str]]:
    """The currencies and labels of open invoices, where one was asked for that nothing has."""
    held = _held(scope) if is_empty or question.labels else []
    currencies, labels = set[str](), dict[str, None]()
    for some in parted(held):
        currencies.update(item.currency for item in some)
        labels.update((label, None) for item in some for label in item.labels)
        yield
    said = []
    if is_empty and question.currency and (codes := sorted(present.code(one) for one in currencies if one)):
        said.append(f"Currencies of open invoices: {', '.join(codes)}.")
    if held and question.labels:
        known = {normalized(label): present.outside(label, present.NAME_LENGTH) for label in labels}
        said += [_no_such_label(asked, known) for asked in question.labels if normalized(asked) not in known]
        if said or is_empty:
            said.append(f"Labels of open invoices: {present.some(sorted(known.values()), most=20) or 'none'}.")
    return said


def _held(scope: Scope) -> list[OpenItem]:
    """All open items, where the books have been read."""
    books = scope.account.books(scope.administration)
    return list(books.held.invoices.values()) if books.is_loaded else []


def _no_such_label(asked: str, labels: Mapping[str, str]) -> str:
    """`labels` as they are shown, by what is compared."""
    close = get_close_matches(normalized(asked), labels, n=1, cutoff=0.5)
    nearest = f"; the nearest is {labels[close[0]]}" if close else ""
    return f"No open invoice has the label {present.outside(asked, present.NAME_LENGTH)}{nearest}."
