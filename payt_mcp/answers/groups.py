"""Invoices in groups: a row for each debtor, currency, phase, month, label or relation manager, with its sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from payt_mcp.answers.totals import sums_row
from payt_mcp.receivables import phases
from payt_mcp.receivables.selection import in_turn
from payt_mcp.receivables.sums import Group, grouped, in_their_order, keys_of
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.invoices import Question
    from payt_mcp.books.scope import Scope
    from payt_mcp.receivables.open_items import DebtorEntry, OpenItem

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
    "total_amount": "total, where it is another",
    "in_books": "in the books",
}
_NOUNS = {"currency": "currencies"}
_DATES = {"paid_on": "payment date", "invoice_date": "invoice date", "due_date": "due date"}


def group_rows(
    scope: Scope, question: Question, items: Sequence[OpenItem], debtors: Mapping[str, DebtorEntry]
) -> list[dict[str, Any]]:
    """The groups of one administration, largest first; months and phases in their own order. Sums are in the
    administration's currency; those of a currency in itself, and what they come to in the books beside them.
    """
    by = question.group_by
    keys = keys_of(by, debtors, scope.today, question.month_of)
    groups = in_their_order(grouped(items, scope.today, keys), by)
    return [_row(group, by, question.status, debtors, scope.administration.currency_code or "") for group in groups]


def in_one_order(rows: Sequence[tuple[Scope, Sequence[dict[str, Any]]]], question: Question) -> list[dict[str, Any]]:
    """The groups of several administrations: months and phases side by side; else the largest of all that are in one
    currency, and of each currency in turn, for amounts of different ones do not compare.
    """
    if len(rows) == 1:
        return list(rows[0][1])
    if question.group_by == "month":
        return sorted(_together(rows), key=lambda row: (row["month"] == NONE, row["month"]))
    if question.group_by == "phase":
        return sorted(_together(rows), key=lambda row: phases.rank(row["phase"]))
    apart: dict[str, list[dict[str, Any]]] = {}
    for scope, some in rows:
        apart.setdefault(scope.administration.currency_code or "", []).extend(some)
    return in_turn([sorted(some, key=_largest_first) for some in apart.values()])


def _together(rows: Sequence[tuple[Scope, Sequence[dict[str, Any]]]]) -> Iterable[dict[str, Any]]:
    return chain.from_iterable(some for _, some in rows)


def _largest_first(row: Mapping[str, Any]) -> Decimal:
    """By what is open, in the books where the group is in another currency; of paid ones by their total."""
    return -Decimal(row.get("in_books") or row.get("open") or row.get("total_amount") or 0)


def _row(group: Group, by: str, status: str, debtors: Mapping[str, DebtorEntry], currency: str) -> dict[str, Any]:
    sums = group.totals.own[group.key] if by == "currency" else group.totals.booked
    row = {**_named(group, by, debtors), "invoices": group.totals.invoices, **sums_row(sums, status)}
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


def spoken_group(row: Mapping[str, Any]) -> dict[str, Any]:
    phase = row.get("phase")
    return {**row, "phase": phases.words(phase)} if phase else dict(row)


def heading(question: Question, rows: Sequence[Mapping[str, Any]]) -> str:
    """` 4 months by due date, in order:`; of several companies, which each have rows of their own, in how many rows."""
    noun = question.group_by.replace("_", " ")
    groups = len(rows) if question.group_by == "debtor" else len({row[question.group_by] for row in rows})
    counted = present.count(groups, noun, _NOUNS.get(noun, ""))
    counted += f" in {len(rows)} rows, one a company," if groups < len(rows) else ""
    order = "in order" if question.group_by in {"month", "phase"} else "largest first"
    by = f" by {_DATES[question.month_of]}" if question.group_by == "month" else ""
    return f" {counted}{by}, {order}:" if groups else ""


def notes_of(question: Question, items: Sequence[OpenItem]) -> list[str]:
    if question.group_by == "label" and any(len(item.labels) > 1 for item in items):
        return ["An invoice with several labels is in each of their groups: do not add these up."]
    return []
