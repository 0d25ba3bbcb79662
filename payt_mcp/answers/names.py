"""Whom a name that found nothing may have meant: said in the same words by every tool."""

from __future__ import annotations

from collections.abc import Iterable

from payt_mcp.receivables.entries import DebtorEntry
from payt_mcp.words import text as present


def debtor_names(debtors: Iterable[DebtorEntry]) -> str:
    """`100 (Hendriks B.V.), 200 (Hendrix)`, the rest counted."""
    return present.some(
        f"{present.code(debtor.number) or debtor.id} ({present.outside(debtor.name, present.NAME_LENGTH)})"
        for debtor in debtors
    )


def similar_note(debtors: Iterable[DebtorEntry]) -> list[str]:
    named = debtor_names(debtors)
    return [f"Similar names: {named}."] if named else []
