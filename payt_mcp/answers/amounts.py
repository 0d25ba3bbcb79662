"""What is said of amounts by currency, and of invoices that Payt gives no amount in the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.receivables.aging import InCurrency
    from payt_mcp.receivables.entries import OpenItem
    from payt_mcp.receivables.sums import Sums

_MOST_NAMED = 3


def most_first(own: Mapping[str, InCurrency] | Mapping[str, Sums]) -> list[str]:
    """Currencies, the one with the most invoices first."""
    return sorted(own, key=lambda code: (-own[code].invoices, code))


def unbooked_notes(items: Sequence[OpenItem]) -> list[str]:
    """Those in the administration's currency are in the sums with their own amount, and it says so."""
    if not items:
        return []
    first = present.code(min(item.number for item in items), 40)
    which = named(items) if len(items) == 1 else f"{len(items):,} items: {first} and {len(items) - 1:,} more"
    return [f"Counted with their own amount, in the books' currency but not booked: {which}."]


def named(items: Sequence[OpenItem], most: int = _MOST_NAMED) -> str:
    """How many, and the first of them with their own amounts."""
    return f"{present.count(len(items), 'item')}: {some_of(items, most)}"


def some_of(items: Sequence[OpenItem], most: int = _MOST_NAMED) -> str:
    """The first of them with their own amounts."""
    names = (
        f"{present.code(item.number, 40)} ({present.money(item.open_amount, item.currency)})"
        if item.open_amount is not None
        else present.code(item.number, 40)
        for item in sorted(items, key=lambda item: item.number)  # in whatever order they were read
    )
    return present.some(names, most=most)
