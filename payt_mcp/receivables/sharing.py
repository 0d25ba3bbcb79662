"""What open items have in common is kept once, and their numbers stand in the text that is searched and nowhere else:
of 100,000 of them each object more is megabytes.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from payt_mcp.words.folding import searchable

Places = tuple[int, int, int]
"""Where the number ends in a text, and where the identifier begins and ends."""


class Traits(NamedTuple):
    """What an open item has in common with many, and `places` of its text."""

    paused: bool
    paid_on: dt.date | None
    labels: tuple[str, ...]
    is_unbooked: bool
    is_direct_debit: bool
    places: Places


def written(number: str, identifier: str, *others: str) -> tuple[str, Places]:
    """A text with a number and an identifier in it as they stand, then they and the others as `searchable` has them.

    A word that is looked for is folded, and so is found in a number as it stands only where it is found in the folded
    one too: which is left out where it is the same.
    """
    end = len(number)
    if not identifier:
        raw, places = number, (end, 0, 0)
    elif identifier == number:
        raw, places = number, (end, 0, end)
    else:
        raw, places = f"{number} {identifier}", (end, end + 1, end + 1 + len(identifier))
    named = (number, identifier) if identifier != number else (number,)
    folded = searchable(*[field for field in named if not _is_folded(field)], *others)
    return (f"{raw} {folded}" if folded else raw), places


def _is_folded(field: str) -> bool:
    return field.isascii() and field.isalnum() and field == field.lower()


class Amounts:
    """Amounts that came before, for as long as a list is read: of 100,000 invoices a good part come to the same."""

    def __init__(self) -> None:
        self._known: dict[Decimal, Decimal] = {}

    def same(self, amount: Decimal | None) -> Decimal | None:
        if amount is None:
            return None
        known = self._known.setdefault(amount, amount)
        return known if known.same_quantum(amount) else amount  # 5 and 5.00 are equal, and written differently


@lru_cache(maxsize=10_000)
def same_date(date: dt.date | None) -> dt.date | None:
    """The first object that was this date: 100,000 invoices fall due on a few hundred days."""
    return date


@lru_cache(maxsize=10_000)
def same_moment(moment: dt.datetime | None) -> dt.datetime | None:
    """Likewise: an import stamps what it changes alike, and the step of an invoice is often its last change."""
    return moment


@lru_cache(maxsize=10_000)
def same_traits(traits: Traits) -> Traits:
    """Likewise: nearly all invoices have those that a few have."""
    return traits
