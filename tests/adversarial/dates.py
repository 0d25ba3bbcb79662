"""Dates in the texts of cases, which are written on one day and read on another.

`§due 261001§` is when an invoice is due, `§today+14 de§` a day from today in words of that language, `§today-3 iso§`
as 2026-11-21; without a language it is 21-11-2026. `§days 261001§` is how many days an invoice is overdue.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
_MARK = re.compile(r"§(due|dated|days|today)\s?([+-]?\w*)(?: (nl|de|en|fr|iso))?§")
_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}

Invoices = Mapping[str, tuple[dt.date, dt.date]]
"""When each invoice is dated and due."""


def today() -> dt.date:
    return dt.datetime.now(ZONE).date()


def dated(value: Any, invoices: Invoices) -> Any:
    """A value of arguments with the dates written out in every text of it."""
    if isinstance(value, str):
        return _MARK.sub(lambda mark: _written(mark, invoices), value)
    if isinstance(value, Mapping):
        return {name: dated(entry, invoices) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [dated(entry, invoices) for entry in value]
    return value


def _written(mark: re.Match[str], invoices: Invoices) -> str:
    what, which, language = mark.groups()
    if what == "days":
        return str((today() - invoices[which][1]).days)
    if what == "today":
        return in_words(today() + dt.timedelta(days=int(which or 0)), language)
    return in_words(invoices[which][what == "due"], language)


def in_words(day: dt.date, language: str | None) -> str:
    if language is None:
        return f"{day:%d-%m-%Y}"
    if language == "iso":
        return day.isoformat()
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day}{'.' if language == 'de' else ''} {month} {day.year}"
