"""What open items have in common is kept once, and their numbers stand in the text that is searched and nowhere else:
of 100,000 of them each object more is megabytes.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from payt_mcp.words.folding import searchable

Places = tuple[int, int, int]
"""Where the number ends in a text, and where the identifier begins and ends."""


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
    folded = searchable(*(field for field in dict.fromkeys((number, identifier)) if not _is_folded(field)), *others)
    return (f"{raw} {folded}" if folded else raw), _same_places(places)


def _is_folded(field: str) -> bool:
    return field.isascii() and field.isalnum() and field == field.lower()


@lru_cache(maxsize=1_000)
def _same_places(places: Places) -> Places:
    return places


@lru_cache(maxsize=10_000)
def same_date(date: dt.date | None) -> dt.date | None:
    """The first object that was this date: 100,000 invoices fall due on a few hundred days."""
    return date


@lru_cache(maxsize=10_000)
def same_moment(moment: dt.datetime | None) -> dt.datetime | None:
    """Likewise: an import stamps what it changes alike, and the step of an invoice is often its last change."""
    return moment


@lru_cache(maxsize=10_000)
def same_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    return labels
