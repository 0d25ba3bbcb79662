"""Amounts in a text: figures with a currency beside them, and no year or number of an invoice."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from payt_mcp.scanning.iban import without_dates
from payt_mcp.scanning.numbers import TOKEN, YEAR, known_in, trimmed
from payt_mcp.words.lookalikes import plain

_SIGN = r"(?:EUR(?:O|(?!O))|GBP|USD|CHF|€|£|\$)"
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD"}
_NUMBER = r"(?:-?\d{1,3}(?:[.,\s\u00a0']\d{3}){1,5}(?:[.,]\d{2})?|-?\d{1,30}(?:[.,]\d{2})?)(?!\d)"
_AMOUNT = re.compile(rf"{_SIGN}\s?({_NUMBER})(?:,-)?|(?<!\d)({_NUMBER})\s?{_SIGN}", re.IGNORECASE)
_PRICED = (
    re.compile(rf"(?:{_SIGN}[^\S\n]?|(?<!\d)(?<!\d\s){_SIGN}\n)\Z", re.IGNORECASE),
    re.compile(rf"\s?{_SIGN}(?!\s?-?\d)", re.IGNORECASE),
)
"""What stands before, or behind, a figure that is an amount. A sign at the end of a line may be the amount's there."""

_YEAR_PRICED = re.compile(rf"({YEAR.pattern})\s?{_SIGN}(?=\s?-?({_NUMBER}))", re.IGNORECASE)
"""A figure that may be a year, or an amount whose sign would be taken for that of the next figure."""

_MONTH = re.compile(
    r"\b(?:jan|feb|f[e\u00e9]v|maa|mrt|mar|m\u00e4r|apr|avr|mei|may|mai|jun|jul|jui|aug|ao[u\u00fb]|sep|okt|oct|nov|de[cz]"
    r"|d\u00e9c)[^\W\d]*\.?(?:\s\d{1,2}(?:st|nd|rd|th)?,?)?\s?\Z",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?<![\w.,:/+-])-?(?:\d{1,3}(?:([.,'\u00a0 ])\d{3})(?:\1\d{3})*(?:[.,]\d{2}|,-)?|\d{1,9}(?:[.,]\d{2}"
    r"|,-))(?![\w%/:-]|[.,]\d| ?%)"
)
_THOUSANDS = re.compile(
    r"(?<![\w.,])(\d{1,4}(?:[.,]\d{1,2})?) ?(?:[kK](?![\w])|mille\b|duizend\b|tausend\b|thousand\b|grand\b)"
)
_CLOCK = re.compile(r"\A\d{1,2}[.:][0-5]\d\Z")
_TIME = re.compile(r"\b(?:uur|uhr|a\.?m|p\.?m|h|heures|o.clock|tussen|between|zwischen|entre)\b", re.IGNORECASE)
_AROUND_TIME = 22
_CENTS = re.compile(r"\d[.,]\d\d(?!\d)")
_MOST_IN_ROW = 300


class Amount(NamedTuple):
    """An amount as written, its value, the currency's code, and where it stands in the plain text."""

    written: str
    value: Decimal
    currency: str
    at: int


def amounts_in(text: str, numbers: Collection[str] = ()) -> list[Amount]:
    """Amounts with a currency beside them, in their order and as often as they stand there. `numbers` are known to be
    numbers of invoices: `2026002270 EUR 84.64` is one amount.
    """
    dateless = without_dates(plain(text))
    masked = _without(dateless, numbers)
    found = [(match, match.group(1) or match.group(2)) for match in _AMOUNT.finditer(masked)]
    found += [(match, match.group(1)) for match in _YEAR_PRICED.finditer(dateless) if _may_be_amount(match, masked)]
    return [
        Amount(match.group().strip(), value, _currency(match), match.start())
        for match, figure in sorted(found, key=lambda one: one[0].start())
        if (value := _value(figure)) is not None
    ]


def bare_amounts_in(masked: str) -> list[Amount]:
    """Amounts without a currency beside them, in a plain text in which all else that has figures is blank: `1.944,50`,
    `9,9k`. Their currency is "".
    """
    found = []
    for match in _THOUSANDS.finditer(masked):
        value = _decimal(match[1])
        found.append(Amount(match.group(), value * 1000, "", match.start()))
    for match in _BARE.finditer(masked):
        around = masked[max(0, match.start() - _AROUND_TIME) : match.end() + _AROUND_TIME]
        value_ = _value(match.group().removesuffix(",-"))
        if value_ is not None and not (_CLOCK.match(match.group()) and _TIME.search(around)):
            found.append(Amount(match.group(), value_, "", match.start()))
    return sorted(found, key=lambda one: one.at)


def _decimal(written: str) -> Decimal:
    return Decimal(written.replace(",", "."))


def _currency(amount: re.Match[str]) -> str:
    sign = re.sub(r"[\d\s.,'-]", "", amount.group()).upper()
    return _CURRENCIES.get(sign, sign)


def _may_be_amount(match: re.Match[str], masked: str) -> bool:
    """Whether what passed for a year may be an amount: `2001 EUR 5 days`, not `november 2026 EUR 84` or `2026 EUR
    84,64`.
    """
    is_hidden = masked.startswith("?", match.start())
    dated = _MONTH.search(match.string[max(0, match.start() - 30) : match.start()])
    return is_hidden and not dated and not _CENTS.search(match.group(2))


def _without(text: str, numbers: Collection[str]) -> str:
    """A text in which no invoice number (then `|`) and no year (then `?`) passes for an amount, or a part of one."""
    longest = max(map(len, numbers), default=0)

    def put(match: re.Match[str]) -> str:
        token = match.group()
        at, word = trimmed(token)
        is_year = word not in numbers and bool(YEAR.fullmatch(word))
        for place, part in [(at, word)] if is_year else list(known_in(token, numbers, longest)):
            if not _is_priced(text, match.start() + place, len(part), is_year=is_year):
                token = token[:place] + ("?" if is_year else "|") * len(part) + token[place + len(part) :]
        return token

    return TOKEN.sub(put, text)


def _is_priced(text: str, start: int, length: int, *, is_year: bool) -> bool:
    """Whether a currency sign makes an amount of it. Below a heading that ends in one, a row begins with its number."""
    end = start + length
    if _PRICED[1].match(text, end):
        return True
    if not _PRICED[0].search(text[max(0, start - 8) : start]):
        return False
    if is_year or text[start - 1] != "\n":
        return True
    row = text[end : end + _MOST_IN_ROW].partition("\n")[0]
    return not _CENTS.search(row) or bool(_AMOUNT.search(row))


def _value(written: str) -> Decimal | None:
    digits = re.sub(r"[\s\u00a0']", "", written)
    whole, mark, cents = digits, "", ""
    if len(digits) > 3 and digits[-3] in ".,":
        whole, mark, cents = digits[:-3], ".", digits[-2:]
    try:
        return Decimal(re.sub(r"[.,]", "", whole) + mark + cents)
    except InvalidOperation:
        return None
