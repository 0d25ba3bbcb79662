"""What is read as something else than what stands there: words of mixed scripts, markup, entities, marks on digits."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0][^\W_]*)*")
_APART = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR"})
"""Written without blanks between words, and like no Latin letter: beside one they stand in ordinary texts."""

_COMMON = frozenset({"MICRO", "FEMININE", "MASCULINE", "MODIFIER", "OHM", "ANGSTROM"})
_TAG = re.compile(r"(?<!<)<(?:!--.*?(?:-->|$)|/?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*|/)?>|[!?][^<>]*>)(?!>)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_HARMLESS = frozenset({"&amp;", "&euro;", "&nbsp;"})
_MARKED_DIGIT = re.compile(r"\d[\u0300-\u036f\u0483-\u0489\u20d0-\u20f0]")
_CSS = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0|color\s*:", re.IGNORECASE
)
_WIDEST = 60


def mixed_words(text: str) -> list[str]:
    """Words that mix scripts, or kinds of digits, and those of another script than the text's that have digits; each
    once. A person reads them as if they were of one.
    """
    if text.isascii():
        return []
    words = [match.group() for match in _WORD.finditer(text)]
    scripts = {word: _scripts(word) for word in words if not word.isascii()}
    main = _main(words)
    return [word for word, found in scripts.items() if _is_mixed(word, found, main)]


def _is_mixed(word: str, found: frozenset[str], main: str) -> bool:
    digits = {_digits(sign) for sign in word if sign.isdecimal()}
    if len(digits) > 1 or (digits - {"ASCII"} and "LATIN" in found):
        return True
    if _MARKED_DIGIT.search(word):
        return True
    letters = found - _COMMON
    if len(letters - _APART) > 1:
        return True
    return bool(digits) and bool(letters - _APART - {main}) and main == "LATIN"


def _main(words: list[str]) -> str:
    """The script most of a text is in."""
    counts: dict[str, int] = {}
    for word in words:
        for script in _scripts(word):
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=counts.__getitem__, default="LATIN")


@cache
def _script(sign: str) -> str:
    return unicodedata.name(sign, "UNNAMED").split()[0]


def _scripts(word: str) -> frozenset[str]:
    if word.isascii():
        return frozenset({"LATIN"}) if not word.isdigit() else frozenset()
    return frozenset(_script(sign) for sign in word if unicodedata.category(sign)[0] == "L")


def _digits(sign: str) -> str:
    return "ASCII" if sign.isascii() else _script(sign)


def script_words(word: str) -> str:
    """The scripts of a word: `Latin and Armenian`."""
    names = dict.fromkeys(_script(sign) for sign in word if sign.isalnum() and not (sign.isascii() and sign.isdigit()))
    return " and ".join(name.capitalize() for name in names) or "marked digits"


def markup_in(text: str) -> list[str]:
    """Tags, comments and entities: what draws them shows another text than this. An address or a link in angle brackets
    is none.
    """
    return list(dict.fromkeys(_markup(text)))


def hides_by_style(text: str) -> bool:
    """Whether markup hides what it holds, or could: white letters on white."""
    return any(_CSS.search(match.group()) for match in _TAG.finditer(text))


def _markup(text: str) -> Iterator[str]:
    for match in _TAG.finditer(text):
        yield match.group()[:_WIDEST]
    for match in _ENTITY.finditer(text):
        if match.group() not in _HARMLESS and html.unescape(match.group()) != match.group():
            yield match.group()
