"""What is said of invoices that Payt gives no amount in the books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.receivables.open_items import OpenItem

_MOST_NAMED = 3
_MOST_COUNTED = 1


def unbooked_notes(items: Sequence[OpenItem]) -> list[str]:
    """Those in the administration's currency are in the sums with their own amount, and it says so."""
    if not items:
        return []
    numbers = sorted(present.code(item.number, 40) for item in items)
    counted = f"{len(items):,} items: {present.some(numbers, most=_MOST_COUNTED)}"
    which = named(items) if len(items) == 1 else counted
    return [f"Counted with their own amount, having none in the books: {which}."]


def named(items: Sequence[OpenItem], most: int = _MOST_NAMED) -> str:
    """How many, and the first of them with their own amounts."""
    names = (
        f"{present.code(item.number, 40)} ({present.money(item.open_amount, item.currency)})"
        if item.open_amount is not None
        else present.code(item.number, 40)
        for item in sorted(items, key=lambda item: item.number)  # in whatever order they were read
    )
    return f"{present.count(len(items), 'item')}: {present.some(names, most=most)}"
