"""Whose pause, plan, bailiff or credit it is, and of how much: what stands beside the flags of rows, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.receivables.attention import (
    CREDIT_OPEN,
    PAUSED,
    PAYMENT_PLAN,
    WITH_BAILIFF,
    DebtorAttention,
    Part,
    Reason,
    of_invoice,
)
from payt_mcp.receivables.phases import words
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.receivables.entries import OpenItem
    from payt_mcp.receivables.open_items import OpenItems

_MOST_NAMED = 10
Reasoned = tuple["OpenItem", Sequence[Reason]]
_STOPS = (PAYMENT_PLAN, PAUSED, WITH_BAILIFF)
_CREDIT = "Credit open: the debtor has it, not the invoice."


def invoice_notes(books: OpenItems, items: Iterable[OpenItem], *, with_credits: bool = True) -> list[str]:
    """Which record says so where the invoice does not, and of every pause; and whose the open credit is, where rows
    show that.
    """
    return reason_notes([(item, of_invoice(books, item)) for item in items], with_credits=with_credits)


def reason_notes(reasons: Sequence[Reasoned], *, with_credits: bool = True) -> list[str]:
    """The same of invoices that come with why they must not be chased."""
    said = [note for flag in _STOPS if (note := _by_record(flag, reasons))]
    theirs = with_credits and any(Reason(CREDIT_OPEN, "debtor") in of_one for _, of_one in reasons)
    return said + ([_CREDIT] if theirs else [])


def _by_record(flag: str, reasons: Sequence[Reasoned], most: int = _MOST_NAMED) -> str:
    """`Paused: 2026001 itself; 2026002, 2026003 with credit case D2026-7.`"""
    groups: dict[str, list[str]] = {}
    for item, of_one in reasons:
        mine = [reason for reason in of_one if reason.flag == flag]
        if flag != PAUSED and any(reason.source == "invoice" for reason in mine):
            continue
        for reason in mine:
            groups.setdefault(_said_of_invoice(reason), []).append(present.code(item.number, 40) or item.id)
    parts = (f"{present.some(numbers, most=most)} {said}" for said, numbers in groups.items())
    return f"{words(flag).capitalize()}: {'; '.join(parts)}." if groups else ""


def _said_of_invoice(reason: Reason) -> str:
    record = present.code(reason.record)
    said: Mapping[str, str] = {
        "invoice": "itself",
        "credit_case": f"with {reason.named}",
        "debtor": "with the debtor",
        "payment_plan": f"perhaps (plan {record} of the debtor is active, and Payt names no open invoice of it)",
    }
    return said[reason.source]


def debtor_notes(
    debtors: Iterable[tuple[str, DebtorAttention]], currency: str | None, *, of_all: bool = False
) -> list[str]:
    """One note about the debtors of a page (the numbers they go by): whose pause it is, which case or plan says so, and
    of how much where it is not all of what the debtor owes. `of_all` where the page itself is about a part of that.
    """
    told = []
    for number, found in debtors:
        said = debtor_words(found, None)
        if said:
            told.append(f"{number or 'no number'} {', '.join(said)}")
    whole = ", of all they owe" if of_all else ""
    return [f"Attention ({currency or 'no currency'}{whole}): {'; '.join(told)}."] if told else []


def worded_debtor(row: Mapping[str, Any], found: DebtorAttention) -> dict[str, Any]:
    """A debtor's row as a person says it: a flag that only a part of what it owes has says so, `paused (1 of 40)`."""
    said = dict(row)
    if "phase" in row:
        said["phase"] = words(row["phase"])
    if "attention" in row:
        said["attention"] = [f"{words(flag)}{_share(found.parts.get(flag))}" for flag in row["attention"]]
    return said


def _share(part: Part | None) -> str:
    return "" if part is None or part.is_whole else f" ({part.invoices:,} of {part.of:,})"


def not_due_notes(books: OpenItems, items: Iterable[OpenItem], most: int) -> list[str]:
    """The same of invoices that are not overdue, on a page that says already whether the debtor itself is paused."""
    every = ((item, of_invoice(books, item)) for item in items)
    own = [pair for pair in every if Reason(PAUSED, "debtor") not in pair[1]]
    notes = (_by_record(flag, own, most) for flag in _STOPS)
    return [f"Not overdue, {note[0].lower()}{note[1:]}" for note in notes if note]


def flag_words(found: DebtorAttention, currency: str | None, paused_alone: int) -> str:
    """`payment plan (5 of 115 overdue), credit open; paused by itself: 1 invoice`: whose each flag is, where the
    invoices do not say so, and of how much; `paused_alone` are invoices that say nothing about the debtor.
    """
    told = []
    for flag in found.flags:
        reasons = [reason for reason in found.reasons if reason.flag == flag]
        beside = [_whose(flag, reasons), _share_of(found.parts[flag], currency)] if flag in _STOPS else []
        said = "; ".join(filter(None, beside))
        told.append(f"{words(flag)}{f' ({said})' if said else ''}")
    alone = f"; paused by itself: {present.count(paused_alone, 'invoice')}" if paused_alone else ""
    return f"{', '.join(told) or ('none for the debtor' if alone else 'none')}{alone}"


def _share_of(part: Part, currency: str | None) -> str:
    """Of how much it is; what it comes to is told with what is overdue and set apart, and here of the rest."""
    if part.is_whole:
        return ""
    share = f"{part.invoices:,} of {part.of:,}"
    return f"{share} overdue" if part.is_of_overdue else f"{share} open, {present.money(part.amount, currency)}"


def debtor_words(found: DebtorAttention, currency: str | None) -> list[str]:
    """`paused (the debtor itself)`, `payment plan on 5 of 115 overdue, EUR 74,096.01`: what flags leave
    unsaid.
    """
    said = []
    for flag in _STOPS:
        reasons = [reason for reason in found.reasons if reason.flag == flag]
        if not reasons:
            continue
        whose = _whose(flag, reasons)
        part = _part_words(found.parts[flag], currency)
        if whose or part:
            said.append(f"{words(flag)}{part}{f' ({whose})' if whose else ''}")
    return said


def _whose(flag: str, reasons: Sequence[Reason]) -> str:
    """Who says so, where the invoices do not; of a pause always."""
    if flag != PAUSED and any(reason.source == "invoice" for reason in reasons):
        return ""
    said = {"debtor": "the debtor itself", "invoice": "each invoice by itself"}
    return ", ".join(said.get(reason.source) or reason.named for reason in reasons)


def _part_words(part: Part, currency: str | None) -> str:
    if part.is_whole:
        return ""
    kind = "overdue" if part.is_of_overdue else "open"
    return f" on {part.invoices:,} of {part.of:,} {kind}, {present.money(part.amount, currency)}"
