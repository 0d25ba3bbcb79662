"""Invoices in groups: a row for each debtor, currency, phase, month, label or relation manager, with its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from payt_mcp.answers.totals import counts_row, sums_row
from payt_mcp.receivables import phases
from payt_mcp.receivables.in_order import parts_in_order
from payt_mcp.receivables.selection import in_turn
from payt_mcp.receivables.sums import Group, Totals, grouped, keys_of, size
from payt_mcp.steps import Steps, parted
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.invoice_question import Question
    from payt_mcp.books.scope import Scope
    from payt_mcp.receivables.entries import DebtorEntry, OpenItem

NONE = "(none)"
COLUMNS = {
    "administration_id": "administration",
    "debtor_number": "debtor",
    "debtor": "name",
    "currency": "currency",
    "phase": "phase",
    "month": "month",
    "label": "label",
    "relation_manager": "relation manager",
    "invoices": "invoices",
    "open": "open",
    "overdue": "overdue",
    "credits": "credits",
    "settled_count": "settled credit notes",
    "settled_credits": "their total",
    "total_amount": "total, net of credits",
    "in_books": "net in the books",
}
_NOUNS = {"currency": "currencies"}
AMOUNTS = ("open_amount", "-open_amount", "total_amount", "-total_amount")
COUNTS = ("invoices", "-invoices")
"""What groups can be sorted by: amounts, net of credits, and how many invoices; months by the date they are of, too."""

Ranked = tuple[tuple[Decimal, ...], dict[str, Any]]
"""A row, and where it comes among others of the same currency that are ranked by amount."""

_DATES = {"paid_on": "payment date", "invoice_date": "invoice date", "due_date": "due date"}


def sorts(question: Question) -> tuple[str, ...]:
    """The sorts that mean something for these groups."""
    date = _DATES[question.month_of].replace(" ", "_")
    return (*AMOUNTS, *COUNTS, *((date, f"-{date}") if question.group_by == "month" else ()))


def is_by_amount(question: Question) -> bool:
    return question.sort in AMOUNTS or (question.sort not in COUNTS and question.group_by not in {"month", "phase"})


def group_rows(
    scope: Scope,
    question: Question,
    items: Sequence[OpenItem],
    debtors: Mapping[str, DebtorEntry],
    whose: Mapping[str, Any] = MappingProxyType({}),
) -> Steps[list[Ranked]]:
    """The groups of one administration, in no order; `whose` comes first in each row. Sums are in the administration's
    currency; those of a currency in itself, and what they come to in the books beside them.
    """
    keys = keys_of(question.group_by, debtors, scope.today, question.month_of)
    currency = scope.administration.currency_code or ""
    rows: list[Ranked] = []
    found = yield from grouped(items, scope.today, keys)
    found.reverse()
    while found:  # each is freed with its row: thousands at once take long enough to be felt
        group = found.pop()
        rows.append((_rank(group.totals, question), {**whose, **_row(group, question, debtors, currency)}))
        yield
    return rows


def in_one_order(rows: Sequence[tuple[Scope, Sequence[Ranked]]], question: Question) -> Steps[list[dict[str, Any]]]:
    """The groups of all administrations: months and phases in their own order, side by side; else, or where they are
    sorted so, by amount those that are in one currency, and of each currency in turn: different ones do not compare.
    Numbers of invoices do.
    """
    if question.sort in COUNTS:
        return (yield from _by_ranks([ranked for _, some in rows for ranked in some]))
    if is_by_amount(question):
        apart: dict[str, list[Ranked]] = {}
        for scope, some in rows:
            apart.setdefault(scope.administration.currency_code or "", []).extend(some)
        sorted_: list[list[dict[str, Any]]] = []
        for some in apart.values():
            sorted_ += [(yield from _by_ranks(some))]
        return sorted_[0] if len(sorted_) == 1 else in_turn(sorted_)
    found = [row for _, some in rows for _, row in some]
    if question.group_by == "phase":
        return sorted(found, key=lambda row: phases.rank(row["phase"]))
    found.sort(key=lambda row: str(row["month"]), reverse=question.sort.startswith("-"))
    return sorted(found, key=lambda row: bool(row["month"] == NONE))


def numbered(rows: Sequence[dict[str, Any]]) -> Steps[dict[str, dict[str, Any]]]:
    """The rows by their place, as a listing pins them."""
    found: dict[str, dict[str, Any]] = {}
    for some in parted(rows):
        found.update((str(place), row) for place, row in enumerate(some, len(found)))
        yield
    return found


def _by_ranks(ranked: Sequence[Ranked]) -> Steps[list[dict[str, Any]]]:
    found: list[dict[str, Any]] = []
    for part in (yield from parts_in_order(ranked, _by_rank)):
        found += [row for _, row in part]
        yield
    return found


def _by_rank(ranked: Ranked) -> tuple[Decimal, ...]:
    return ranked[0]


def _rank(totals: Totals, question: Question) -> tuple[Decimal, ...]:
    sums, sign = totals.booked, -1 if question.sort.startswith("-") else 1
    if question.sort in COUNTS:
        return (Decimal(sign * totals.invoices), *size(sums))
    if question.sort not in AMOUNTS:
        return size(sums)
    return (sign * (sums.total if _is_of_totals(question) else sums.net),)


def _is_of_totals(question: Question) -> bool:
    return question.status == "paid" or question.sort.endswith("total_amount")


def _row(group: Group, question: Question, debtors: Mapping[str, DebtorEntry], currency: str) -> dict[str, Any]:
    by, status = question.group_by, question.status
    sums = group.totals.own[group.key] if by == "currency" else group.totals.booked
    row = {**_named(group, by, debtors), **counts_row(group.totals), **sums_row(sums, status)}
    if question.is_about_open and not _is_of_totals(question):
        row.pop("total_amount", None)  # nobody asked what they were made out for
    if by == "currency" and group.key != currency:
        booked = group.totals.booked
        row["in_books"] = present.plain(booked.total if status == "paid" else booked.net)
    return row


def _named(group: Group, by: str, debtors: Mapping[str, DebtorEntry]) -> Mapping[str, Any]:
    if by != "debtor":
        return {by: present.outside(group.key, present.NAME_LENGTH) or NONE}
    debtor = debtors.get(group.key)
    if debtor is None:
        return {"debtor": NONE}
    name = {"debtor_number": present.code(debtor.number), "debtor": present.outside(debtor.name, present.NAME_LENGTH)}
    return present.filled(name) or {"debtor": NONE}


def columns(status: str) -> dict[str, str]:
    """The headings; of paid invoices the total is the one amount there is."""
    return COLUMNS | ({"total_amount": "total"} if status == "paid" else {})


def worded_group(row: Mapping[str, Any]) -> dict[str, Any]:
    phase = row.get("phase")
    return {**row, "phase": phases.words(phase)} if phase else dict(row)


def heading(question: Question, rows: Sequence[Mapping[str, Any]]) -> str:
    """` 4 months by due date, in order:`; of several companies, which each have rows of their own, in how many rows."""
    noun = question.group_by.replace("_", " ")
    groups = len(rows) if question.group_by == "debtor" else len({row[question.group_by] for row in rows})
    counted = present.count(groups, noun, _NOUNS.get(noun, ""))
    counted += f" in {len(rows)} rows, one a company" if groups < len(rows) else ""
    comma = "," if groups < len(rows) else ""
    by = f"{comma} by {_DATES[question.month_of]}" if question.group_by == "month" else ""
    return f" {counted}{by}, {_order(question)}:" if groups else ""


def _order(question: Question) -> str:
    falls = question.sort.startswith("-")
    if question.sort in COUNTS:
        return f"{'most' if falls else 'fewest'} invoices first"
    if question.sort not in AMOUNTS:
        return "largest first" if is_by_amount(question) else "latest first" if falls else "in order"
    return f"by {'total' if _is_of_totals(question) else 'net open'} amount, {'largest' if falls else 'smallest'} first"


def notes_of(question: Question, items: Sequence[OpenItem]) -> Steps[list[str]]:
    """Of groups by label: which of them say that something is disputed, and whether an invoice is in several."""
    from payt_mcp.receivables.objections import speaks_against  # noqa: PLC0415 - listing tools needs none of it

    labels: set[str] = set()
    is_in_several = False
    for some in parted(items if question.group_by == "label" else ()):
        labels.update(label for item in some for label in item.labels)
        is_in_several = is_in_several or any(len(item.labels) > 1 for item in some)
        yield
    disputes = [present.outside(label, present.NAME_LENGTH) for label in sorted(labels) if speaks_against([label])]
    said = [f"Disputed, or not to be chased, by label: {present.some(disputes, most=10)}."] if disputes else []
    if is_in_several:
        said.append("An invoice with several labels is in each of their groups: do not add these up.")
    return said
