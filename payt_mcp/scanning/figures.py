"""All that a text says in figures, each sign read once: what is a day is no amount, and an amount no number."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from payt_mcp.scanning.amounts import Amount, amounts_in, bare_amounts_in
from payt_mcp.scanning.dates import Day, days_in
from payt_mcp.scanning.iban import ibans
from payt_mcp.scanning.numbers import YEAR, numbers_among, words
from payt_mcp.scanning.wallets import wallets_in
from payt_mcp.words.lookalikes import plain

_BLANK = "|"
_LEADS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bwww\d?\.)[^\s<>\"]+|(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w|/.,-])(?:\+\d{1,3}|\(?0\d)[\d ()./-]{6,16}\d(?![\w|]|[.,]\d)")
_FEWEST, _MOST = 9, 14
_DUTCH_POSTCODE = re.compile(r"(?<![\w-])[1-9]\d{3} ?[A-Z]{2}(?![\w-])")


@dataclass(frozen=True)
class Number:
    """The number of a record, as far as its form goes, and where it stands in the plain text."""

    written: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.written)


@dataclass(frozen=True)
class Figures:
    """`text` is the plain text in which all of them stand. `own` are numbers that were known before, in their order;
    `others` could be numbers of something.
    """

    text: str
    own: tuple[Number, ...]
    others: tuple[Number, ...]
    amounts: tuple[Amount, ...]
    days: tuple[Day, ...]
    phones: tuple[Number, ...]


def figures_in(text: str, numbers: Collection[str]) -> Figures:
    """`numbers` are known numbers of records."""
    signs = plain(text)
    rest = _without(signs, ((match.start(), match.end()) for match in _LEADS.finditer(signs)))
    rest = _without(rest, _places(rest, [*ibans(rest), *wallets_in(text)]))
    own = sorted((at, number) for number, places in numbers_among(rest, numbers).items() for at in places)
    days = (
        [day for day in days_in(rest) if not any(at <= day.at < at + len(number) for at, number in own)]
        if own
        else days_in(rest)
    )
    rest = _without(rest, ((day.at, day.end) for day in days))
    amounts = amounts_in(rest, numbers)
    rest = _without(rest, ((at, at + len(number)) for at, number in own))
    phones = [found for found in _PHONE.finditer(rest) if _is_phone(found.group())]
    rest = _without(rest, (found.span() for found in phones))
    rest = _without(rest, ((one.at, one.at + len(one.written)) for one in amounts))
    bare = bare_amounts_in(rest)
    rest = _without(rest, ((one.at, one.at + len(one.written)) for one in bare if not one.written.isdigit()))
    rest = _DUTCH_POSTCODE.sub(lambda match: _BLANK * len(match.group()), rest)
    others = [(at, word) for word, places in words(rest).items() for at in places if not YEAR.fullmatch(word)]
    return Figures(
        signs,
        tuple(Number(number, at) for at, number in own),
        tuple(Number(word, at) for at, word in sorted(others)),
        tuple(sorted([*amounts, *bare], key=lambda one: one.at)),
        tuple(days),
        tuple(Number(found.group(), found.start()) for found in phones),
    )


def _is_phone(written: str) -> bool:
    digits = sum(sign.isdigit() for sign in written)
    return _FEWEST <= digits <= _MOST and (digits < len(written))


def _places(text: str, accounts: Iterable[str]) -> list[tuple[int, int]]:
    """Where accounts stand, whatever is between their signs."""
    found = []
    for account in accounts:
        pattern = re.compile(r"[^\w\n]{0,12}".join(map(re.escape, account)), re.IGNORECASE)
        found += [match.span() for match in pattern.finditer(text)]
    return found


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The text with these places blank."""
    parts, behind = [], 0
    for start, end in sorted(places):
        if start < behind:
            continue
        parts += [text[behind:start], _BLANK * (end - start)]
        behind = end
    return "".join([*parts, text[behind:]])
