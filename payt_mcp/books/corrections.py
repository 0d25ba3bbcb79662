"""What the books had otherwise than Payt, and is told once because it changed a sum."""

from __future__ import annotations

from collections.abc import Iterable

from payt_mcp.books.verifying import Difference
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.words.text import code, count, some

_LISTED = 5
_NAME_LENGTH = 40


class Corrections:
    """The invoices that were corrected since somebody was told."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def note(self, differences: Iterable[Difference]) -> None:
        for one in differences:
            item = one.after or one.before
            if one.is_late and isinstance(item, OpenItem) and _figures(one.before) != _figures(one.after):
                self._numbers[item.id] = code(item.number, _NAME_LENGTH) or item.id

    @property
    def are_untold(self) -> bool:
        return bool(self._numbers)

    def told(self) -> list[str]:
        """A note, once."""
        numbers, self._numbers = list(self._numbers.values()), {}
        if not numbers:
            return []
        one = len(numbers) == 1
        were, them = ("was", "it") if one else ("were", "them")
        said = f"{count(len(numbers), 'invoice')} {were} not as Payt has {them}, and a look at all has put that right"
        return [f"{said}: {some(numbers, most=_LISTED)}. Earlier answers counted {them} wrongly."]


def _figures(item: OpenItem | None) -> object:
    """What sums are made of."""
    return None if item is None else (item.debtor_id, item.due_date, item.book_open, item.owed)
