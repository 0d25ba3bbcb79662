"""Amounts, dates and stamps of the sandbox: kept as integer cents and as ISO text of a fixed width.

Stamps are always `YYYY-MM-DDTHH:MM:SS.mmmZ` (24 characters), so comparing text compares time.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{1,8})?\Z")


@lru_cache(maxsize=1 << 16)  # the same rows are asked for again and again
def money(cents: int) -> str:
    """Cents as the decimal text of the API: `-1250` gives `"-12.50"`."""
    if cents < 0:
        return f"-{-cents // 100}.{-cents % 100:02d}"
    return f"{cents // 100}.{cents % 100:02d}"


def parse_amount(value: Any) -> int:
    """A decimal amount from the wire (text, whole number or Decimal, in units of currency), as cents.

    Raises ValueError for anything else, booleans and floats included.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError(f"not an amount: {value!r}")  # noqa: TRY004 - one kind of error for bad input
    text = str(value).strip()
    if not _AMOUNT.match(text):
        raise ValueError(f"not an amount: {text[:40]!r}")
    return int((Decimal(text) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_cents(value: Any) -> int:
    """An amount given by a test: an int is cents already, text and Decimal are units of currency."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return parse_amount(value)


def parse_decimal(text: str) -> Decimal:
    """A filter number such as `book_amount_total_gte=100.5`; ValueError when it is not a finite number."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not a number: {text[:40]!r}") from None
    if not number.is_finite() or number.adjusted() > 15 or number.adjusted() < -15:
        raise ValueError(f"not a number: {text[:40]!r}")
    return number


def whole(text: str) -> int | None:
    """A whole number written in at most 18 ASCII digits, such as an id; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def convert(cents: int, rate: int) -> int:
    """Cents in another currency, at a rate in ten-thousandths (11640 is 1.1640), rounded half up."""
    product = abs(cents) * rate
    converted = (product + 5000) // 10000
    return -converted if cents < 0 else converted


def share(amount: int, part: int, whole: int) -> int:
    """`amount * part / whole` in whole cents; 0 when the whole is 0."""
    return 0 if whole == 0 else round(Decimal(amount) * part / whole)


def stamp(moment: dt.datetime) -> str:
    """An aware datetime as the 24-character UTC stamp, cut to milliseconds."""
    utc = moment.astimezone(dt.UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_stamp(text: str) -> dt.datetime:
    """ISO 8601 text as an aware datetime (without an offset it is UTC); ValueError when it is not one."""
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def parse_date(value: Any) -> str:
    """`YYYY-MM-DD` text of an existing day, unchanged; ValueError otherwise."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError(f"not a date: {value!r}")
    return dt.date.fromisoformat(value).isoformat()


def mailable(address: str) -> bool:
    """Whether text looks like one e-mail address."""
    name, at, host = address.strip().rpartition("@")
    return bool(name and at and "." in host) and not any(sign.isspace() for sign in address.strip())
