"""Placeholders in a letter: how they are written, which there are, and a text with all of them filled. Pure.

`{total}` is one of ours. `{{total}}`, `${total}` and the like are of other systems, and stay as they are: `unfilled`
says that nobody filled them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from payt_mcp.errors import InputError
from payt_mcp.words.text import clean

KNOWN: Mapping[str, str] = {
    "invoices": "a line for each invoice the letter is about: number, date, due date, open amount",
    "total": "what is open on them, each currency by itself",
    "invoice 2026001.open": "of one invoice: number, date, due, open or total",
    "today": "today's date",
    "in 14 days": "the date so many days from today, 1 to 366",
    "debtor": "the debtor's name",
    "contact": "the name of the debtor's contact",
    "sender": "the administration's name",
    "iban": "the administration's bank account",
    "account_holder": "in whose name that is",
    "payment_link": "the page where the debtor can pay",
    "case.number": "the number of the credit case",
    "case.interest": "its interest",
    "case.costs": "its collection costs",
    "plan": "a line for each term of the payment plan",
}
"""Each placeholder as it is written, and what stands in its place; numbers in them are examples."""

MOST_DAYS = 366
PARTS = ("number", "date", "due", "open", "total")
_OF_INVOICE, _AHEAD = "invoice 2026001.open", "in 14 days"
_AMOUNTS = ("total", "case.interest", "case.costs")
_OF_SEVERAL_LINES = ("invoices", "plan")
_BY_NAME = {*KNOWN} - {_OF_INVOICE, _AHEAD}
_BRACES = re.compile(
    r"\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|[$#%@]\{[^{}]{0,200}\}|(?<!\{)\{([^{}\n]{0,120})\}(?!\})",
    re.DOTALL,
)
_CURRENCY = r"(€|£|\$|[Ee]uros?|EUR|GBP|USD|CHF|SEK|NOK|DKK|PLN|CZK|HUF|JPY|CAD|AUD)"
_BESIDE = (
    re.compile(rf"(?<!\w){_CURRENCY}[ \u00a0]?\Z"),
    re.compile(rf"[ \u00a0]?{_CURRENCY}(?!\w)"),
)
_INVOICE = re.compile(rf"invoice\s+(\S.*)\.({'|'.join(PARTS)})")
_SIGN = re.compile(r"\S")
_DAYS = re.compile(r"in\s+(\d{1,4})\s+days?")


@dataclass(frozen=True)
class Placeholder:
    """One that is written in a text, braces and all. `name` is one of `KNOWN`; `key` the number of the invoice or of
    days in it, and `part` what is meant of that invoice.
    """

    written: str
    name: str
    key: str = ""
    part: str = ""

    @property
    def is_amount(self) -> bool:
        return self.name in _AMOUNTS or self.part in {"open", "total"}


@dataclass(frozen=True)
class Value:
    """What stands in the place of a placeholder, and where that is from."""

    text: str
    source: str


@dataclass(frozen=True)
class Filled:
    """What was filled in, and where it stands in the text."""

    placeholder: str
    text: str
    source: str
    start: int
    end: int

    def moved(self, by: int) -> Filled:
        return replace(self, start=self.start + by, end=self.end + by)


def placeholders_in(text: str, argument: str) -> list[Placeholder]:
    """Those of a text in their order. Raises InputError for one that there is not, or that has no place there."""
    return [_read(match[1], argument) for match in _ours(text)]


def fill(text: str, value_of: Callable[[Placeholder], Value], argument: str) -> tuple[str, list[Filled]]:
    """A text with every placeholder filled, and what stands where in it. Raises InputError."""
    made, filled, end, size = [], [], 0, 0
    for match in _ours(text):
        placeholder = _read(match[1], argument)
        beside = _BESIDE[0].search(text, end, match.start()) or _BESIDE[1].match(text, match.end())
        if placeholder.is_amount and beside:
            raise InputError(f"{placeholder.written} writes its currency itself: leave out the {beside[1]} beside it.")
        value = value_of(placeholder)
        made += [text[end : match.start()], value.text]
        start = size + match.start() - end
        end, size = match.end(), start + len(value.text)
        if value.text.endswith(".") and text[end : end + 2].rstrip() == ".":
            end += 1  # a company may end in B.V., and so may a sentence
        filled.append(Filled(placeholder.written, value.text, value.source, start, size))
    return "".join([*made, text[end:]]), filled


def blanked(text: str, filled: Iterable[Filled]) -> str:
    """A text with blanks where something was filled in, of the same length."""
    for one in filled:
        text = text[: one.start] + _SIGN.sub(" ", text[one.start : one.end]) + text[one.end :]
    return text


def _ours(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _BRACES.finditer(text) if match[1] is not None)


def _read(inside: str, argument: str) -> Placeholder:
    written, said = "{" + inside + "}", inside.strip()
    if said in _BY_NAME:
        if argument == "subject" and said in _OF_SEVERAL_LINES:
            raise InputError(f"{written} has a line for each; a subject is one line. Use it in the body.")
        return Placeholder(written, said)
    if of := _INVOICE.fullmatch(said):
        return Placeholder(written, _OF_INVOICE, of[1].strip(), of[2])
    if (ahead := _DAYS.fullmatch(said)) and 1 <= int(ahead[1]) <= MOST_DAYS:
        return Placeholder(written, _AHEAD, ahead[1])
    raise InputError(f"There is no placeholder {clean(written, 60)} ({argument}).{_nearest(said)} {_all()}")


def _nearest(said: str) -> str:
    folded = said.casefold()
    if folded.startswith("invoice "):
        return f" Of one invoice, say which part: {{invoice 2026001.open}} (or {', '.join(PARTS[:3])}, total)."
    close = get_close_matches(folded, KNOWN, n=1, cutoff=0.5)
    return f" Did you mean {{{close[0]}}}?" if close else ""


def _all() -> str:
    known = ", ".join(f"{{{name}}}" for name in KNOWN)
    return f"There are: {known}. A text cannot hold other words in braces."
