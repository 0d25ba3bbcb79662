"""What a person is told, put together: `say` and its like make sentences that are English text, and can be spoken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from payt_mcp.words import text as words
from payt_mcp.words.sentences import (
    Amount,
    Capital,
    Day,
    Figure,
    Listing,
    Lowered,
    Moment,
    Said,
    Sentence,
)

_FIGURE = re.compile(r"-?\d+\.\d{1,4}")
_FIGURES = ("amount", "price", "quantity", "percentage", "costs")
"""In the names of fields that have one."""


def say(template: str, /, **values: Any) -> str:
    """A sentence of ours: `say("{amount} is open", amount=money(rest, "EUR"))`. Dates and numbers may be values."""
    return Sentence.of(template, values)


def term(word: str) -> str:
    """A word of ours out of a list that the catalogs have, such as what becomes of a record."""
    return word if isinstance(word, Said) else Sentence.of(word, {})


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 invoice`, `2,000 invoices`."""
    return Sentence.of(f"{{number}} {noun}", {"number": number}, f"{{number}} {plural or noun + 's'}", number)


def money(amount: Decimal, currency: str | None = None) -> str:
    """`EUR 1,234.56`."""
    return Amount.of(amount, currency or "")


def signed(amount: Decimal) -> str:
    """`+1,234.56`."""
    return Amount.of(amount, "", sign=True)


def day_of(text: str | None) -> str:
    """A date that is text already, `2026-11-21`; "" for none, and any other text as it is."""
    with suppress(ValueError):
        return Day.of(dt.date.fromisoformat(text or ""))
    return text or ""


def value_of(name: str, value: str) -> str:
    """A value of a field of Payt's: a date and an amount, a price or a quantity as its language writes them."""
    if name.endswith("_date"):
        return day_of(value)
    is_figure = any(part in name for part in _FIGURES) and _FIGURE.fullmatch(value)
    return Figure(value) if is_figure else value


def moment_of(moment: dt.datetime | None, zone: dt.tzinfo) -> str:
    """A moment to the second as `text.stamp` has it; "" for none."""
    return Moment.of(moment.astimezone(zone), words.stamp(moment, zone) or "") if moment else ""


def within(text: str, length: int) -> str:
    """A text that is one clean line of at most so many characters: a sentence that is so stays one."""
    plain = words.clean(text, length)
    return text if plain == text else plain


def some(names: Iterable[str], *, most: int = 5) -> str:
    """Names in a sentence, the rest counted: `a, b, c and 12 more`."""
    listed = list(names)
    return Listing.of(listed[:most], more=max(0, len(listed) - most))


def joined(parts: Iterable[str], between: str = ", ") -> str:
    return Listing.of(list(parts), between)


def capital(text: str) -> str:
    return Capital.of(text)


def lowered(text: str) -> str:
    return Lowered.of(text)


def without_stop(text: str) -> str:
    """A sentence without its stop, to stand in another one."""
    if not text.endswith("."):
        return text
    if isinstance(text, Sentence) and text.template.endswith(".") and not text.several:
        return Sentence.of(text.template.rstrip("."), text.values)
    return text.rstrip(".")
