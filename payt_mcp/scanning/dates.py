"""Days in a text."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress

from payt_mcp.words.lookalikes import plain

_DAY = re.compile(r"\b(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{1,2})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{4}))\b")


def dates_in(text: str) -> set[dt.date]:
    """Days written in figures: day, month and year in either order, or the year first."""
    found = set()
    for year, month, day in ((m[0] or m[5], m[1] or m[4], m[2] or m[3]) for m in _DAY.findall(plain(text))):
        for one, other in ((month, day), (day, month)):
            with suppress(ValueError):
                found.add(dt.date(int(year), int(one), int(other)))
    return found
