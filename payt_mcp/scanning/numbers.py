"""Words of a text that are, or could be, numbers of invoices."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator

from payt_mcp.words.lookalikes import plain

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)
TOKEN = re.compile(r"[A-Za-z0-9/_,.-]+")
_CUT = re.compile(r"[,/]|(?<=[A-Za-z]{2})\.")
_CENTS_BEHIND = re.compile(r",(?:\d{1,2}(?!\d)|-)")
"""What follows the whole part of an amount, and not the number of an invoice."""

_NAMED = re.compile(
    r"(?:invoice|factuur|rechnung|facture)\w{0,20}[\s:#]{0,4}(?:no\.?|nr\.?|number|nummer)?[\s:#]{0,4}"
    r"([A-Za-z0-9/_-]{0,30}\d[\w/-]{2,40})",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
_MOST_TOKENS = 40
_MOST_AROUND = 8


def tokens(text: str) -> list[str]:
    """Words that could be invoice numbers, as many as are looked up."""
    return list(words(text))[:_MOST_TOKENS]


def words(text: str) -> dict[str, list[int]]:
    """Words that could be invoice numbers, four digits or more in them, and where they stand in the plain text."""
    found: dict[str, list[int]] = {}
    for match in TOKEN.finditer(_LINK.sub(lambda link: " " * len(link.group()), plain(text))):
        at, word = trimmed(match.group())
        if word:
            found.setdefault(word, []).append(match.start() + at)
    return found


def numbers_among(text: str, known: Collection[str]) -> dict[str, list[int]]:
    """Known invoice numbers, and where they stand; a year only where the text calls it the number of an invoice."""
    called = {match.start(1) for match in _NAMED.finditer(plain(text))}
    found: dict[str, list[int]] = {}
    longest = max(map(len, known), default=0)
    for match in TOKEN.finditer(_LINK.sub(lambda link: " " * len(link.group()), plain(text))):
        for at, number in known_in(match.group(), known, longest):
            if not YEAR.fullmatch(number) or match.start() + at in called:
                found.setdefault(number, []).append(match.start() + at)
    return found


def named_invoices(text: str) -> list[str]:
    """What the text itself calls an invoice number."""
    return list(dict.fromkeys(match.group(1).strip("/-") for match in _NAMED.finditer(plain(text))))


def known_in(token: str, known: Collection[str], longest: int) -> Iterator[tuple[int, str]]:
    """The known numbers of a token and where they stand in it: all of it, or where it lists several (`1001,1002`,
    `1001/1002`) or has a word before it (`nr.1001`), the longest from each place on.
    """
    cuts = list(_CUT.finditer(token))
    ends = [*(cut.start() for cut in cuts), len(token)]
    behind = 0
    for start in (0, *(cut.end() for cut in cuts)):
        if start < behind:
            continue
        for end in reversed(ends[bisect_right(ends, start) : bisect_right(ends, start + longest + _MOST_AROUND)]):
            at, number = trimmed(token[start:end])
            is_amount = _CENTS_BEHIND.match(token, start + at + len(number))
            if number and number in known and not is_amount and _stands_alone(token, start, end):
                yield start + at, number
                behind = end
                break


def _stands_alone(token: str, start: int, end: int) -> bool:
    """Whether a part of a token is one number of several, and no part of a longer number."""
    before, after = re.split("[,/]", token[:start][:-1])[-1], re.split("[,/]", token[end + 1 :])[0]
    beside = [before] * (token[start - 1 : start] == "/") + [after] * (token[end : end + 1] == "/")
    others = [trimmed(part)[1] for part in beside]
    return all(other and not YEAR.fullmatch(other) for other in others)


def trimmed(token: str) -> tuple[int, str]:
    """Without the punctuation around it, and where that begins; "" where it cannot be the number of an invoice."""
    word = token.lstrip("/_,.-")
    at, word = len(token) - len(word), word.rstrip(".,-/")
    return at, word if sum(sign.isdigit() for sign in word) >= 4 else ""
