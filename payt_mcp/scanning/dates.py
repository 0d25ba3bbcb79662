"""Days in a text, in figures and in words, in Dutch, German, English and French."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from payt_mcp.words.lookalikes import plain
from payt_mcp.words.plainly import unaccented

_MONTHS = (
    "januari january januar janvier jan", "februari february februar fevrier feb fev", "maart march marz mars mrt mar",
    "april avril apr avr", "mei may mai", "juni june juin jun", "juli july juillet jul juil",
    "augustus august aout aug", "september septembre sept sep", "oktober october octobre okt oct",
    "november novembre nov", "december dezember decembre dec dez",
)  # fmt: skip
_MONTH_OF = {word: place for place, words in enumerate(_MONTHS, 1) for word in words.split()}
_NAMES = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_ISO = re.compile(r"(?<![\w/.-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\w/-]|[.,]\d)")
_FIGURES = re.compile(r"(?<![\w/.-])(\d{1,2})([-/.]) ?(\d{1,2})\2 ?(\d{4}|\d{2})(?![\w/-]|[.,]\d)")
_SHORT = re.compile(r"(?<![\w/.,-])(\d{1,2})\. ?(\d{1,2})\.(?![\w.,/-]|\s?\d)")
_IN_WORDS = re.compile(
    rf"(?<![\w.,-])(\d{{1,2}})(?:\.|er|st|nd|rd|th|ste|e|de)?[ \n](?:of |de )?({_NAMES})\b\.?(?:,? (\d{{4}})\b)?"
)
_MONTH_FIRST = re.compile(rf"\b({_NAMES})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}})\b|(?!\d|[.,:]\d))")
_YEARS_OF_TWO = range(15, 60)
_LEAP_YEAR = 2024


@dataclass(frozen=True)
class Day:
    """A day as written, where it stands in the plain text, and what it may mean: year (None where it says none), month
    and day.
    """

    written: str
    at: int
    means: frozenset[tuple[int | None, int, int]]

    @property
    def end(self) -> int:
        return self.at + len(self.written)

    def is_on(self, date: dt.date) -> bool:
        return any(one in self.means for one in ((date.year, date.month, date.day), (None, date.month, date.day)))

    def dates(self, today: dt.date) -> list[dt.date]:
        """What it may be; one without a year is the one nearest to today."""
        found = []
        for year, month, day in self.means:
            years = (year,) if year else (today.year - 1, today.year, today.year + 1)
            near = [date for one in years if (date := _date(one, month, day))]
            if near:
                found.append(min(near, key=lambda date: abs((date - today).days)))
        return sorted(found)


def days_in(text: str) -> list[Day]:
    """In their order; `text` is plain."""
    folded = unaccented(text)
    found: dict[int, Day] = {}
    taken = bytearray(len(folded))
    for start, end, means in _found(folded):
        valid = frozenset(one for one in means if _date(one[0] or _LEAP_YEAR, one[1], one[2]))
        if valid and not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found[start] = Day(text[start:end], start, valid)
    return [found[start] for start in sorted(found)]


def dates_in(text: str) -> set[dt.date]:
    """Days with their year."""
    days = (one for day in days_in(plain(text)) for one in day.means)
    return {date for year, month, day in days if year and (date := _date(year, month, day))}


Meanings = set[tuple[int | None, int, int]]


def _found(folded: str) -> Iterator[tuple[int, int, Meanings]]:
    for match in _ISO.finditer(folded):
        yield *match.span(), {(int(match[1]), int(match[2]), int(match[3]))}
    for match in _FIGURES.finditer(folded):
        year = int(match[4])
        if year < 100 and year not in _YEARS_OF_TWO:
            continue
        year += 2000 if year < 100 else 0
        yield *match.span(), {(year, int(match[3]), int(match[1])), (year, int(match[1]), int(match[3]))}
    for match in _IN_WORDS.finditer(folded):
        yield *match.span(), {(int(match[3]) if match[3] else None, _MONTH_OF[match[2]], int(match[1]))}
    for match in _MONTH_FIRST.finditer(folded):
        yield *match.span(), {(int(match[3]) if match[3] else None, _MONTH_OF[match[1]], int(match[2]))}
    for match in _SHORT.finditer(folded):
        yield *match.span(), {(None, int(match[2]), int(match[1]))}


def _date(year: int, month: int, day: int) -> dt.date | None:
    with suppress(ValueError):
        return dt.date(year, month, day)
    return None
