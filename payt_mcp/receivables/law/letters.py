"""Whether a letter gave a consumer the fortnight that the law wants before costs are owed. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from payt_mcp.words.plainly import unaccented

_TERM = re.compile(
    r"\b(?:1[4-9]|2[0-9]|30|veertien|vijftien|zestien|fourteen|fifteen|sixteen|vierzehn|funfzehn|quatorze|quinze|seize)"
    r"[\s-]*(?:kalender|calendar)?[\s-]*(?:dagen|days?|tagen?|jours)\b"
)
_COSTS = re.compile(
    r"\b(?:(?:buitengerechtelijke )?incassokosten|buitengerechtelijke (?:incasso)?kosten|collection (?:costs?|fees?)"
    r"|(?:debt )?recovery costs?|inkassokosten|beitreibungskosten|frais de recouvrement)\b"
)
_TERM_AFTER_POST = dt.timedelta(days=16)
"""Sent one day, there the next, and fourteen days from the day after that."""


def gives_a_fortnight(text: str) -> bool:
    """A letter that gives fourteen days or more, and says which costs follow: art. 6:96(6) BW asks for both."""
    folded = unaccented(text)
    return bool(_TERM.search(folded) and _COSTS.search(folded))


def costs_owed_from(letters: Iterable[tuple[dt.date, str]]) -> dt.date | None:
    """The first day that a consumer owes costs, by our own letters and the days they were sent."""
    sent = [day for day, text in letters if day.year < dt.MAXYEAR and gives_a_fortnight(text)]
    return min(sent) + _TERM_AFTER_POST if sent else None
