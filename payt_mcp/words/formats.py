"""Amounts and dates as a language writes them. Babel knows how, and is loaded with the first of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from payt_mcp.words.languages import Language

_LOCALES: dict[Language, str] = {"nl": "nl_NL", "de": "de_DE", "en": "en_GB", "fr": "fr_FR"}
_AND: dict[Language, str] = {"nl": "en", "de": "und", "en": "and", "fr": "et"}
_THOUSANDS: dict[Language, str] = {"nl": ".", "de": ".", "en": ",", "fr": "\u00a0"}
_SIGNS = {"EUR": "€", "GBP": "£"}
"""Every other currency goes by its code: more than one is called dollar, crown or franc."""

_NARROW = str.maketrans({"\u202f": "\u00a0"})
"""Old mail programs have no narrow blank, and draw a box."""


def amount(value: Decimal, currency: str, language: Language) -> str:
    """`€ 1.234,56` in Dutch, `1.234,56 €` in German, `USD 1,234.56` in English; never broken over two lines."""
    written = figure(value, language)
    sign = _SIGNS.get(currency, currency)
    if not sign:
        return written
    if language in {"de", "fr"}:
        return f"{written}\u00a0{sign}"
    return f"{sign}{written}" if language == "en" and sign != currency else f"{sign}\u00a0{written}"


def figure(value: Decimal, language: Language, decimals: int = 2) -> str:
    """`1.234,56` in Dutch and German."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - tables of all languages, for the first letter

    pattern = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    return format_decimal(value, format=pattern, locale=_LOCALES[language]).translate(_NARROW)


def number(value: int, language: Language) -> str:
    """`2.000` in Dutch and German, `2 000` in French; never broken over two lines."""
    return f"{value:,}".replace(",", _THOUSANDS[language])


def separators(language: Language) -> str:
    """What stands between thousands, and before the cents."""
    return _THOUSANDS[language] + ("." if language == "en" else ",")


def point(value: str, language: Language) -> str:
    """`35,1` for `35.1`, where a language has a comma there."""
    return value.replace(".", separators(language)[1])


def date(day: dt.date, language: Language) -> str:
    """`28 november 2026`, `28. November 2026`, `1er décembre 2026`."""
    from babel.dates import format_date  # noqa: PLC0415

    said = format_date(day, "long", locale=_LOCALES[language])
    return f"1er{said[1:]}" if language == "fr" and day.day == 1 else said


def joined(parts: Sequence[str], language: Language) -> str:
    """`a, b and c` in a language."""
    *first, last = parts
    return f"{', '.join(first)} {_AND[language]} {last}" if first else last
