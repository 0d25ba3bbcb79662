"""Names of companies in a text: one walk over its words, however many names there are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from payt_mcp.words.folding import normalized

WhoseT = TypeVar("WhoseT")

_WORD = re.compile(r"[^\W_]+(?:['\u2019.&][^\W_]+)*\.?")
FORMS = frozenset({
    "bv", "nv", "vof", "cv", "gmbh", "ag", "kg", "ug", "ohg", "mbh", "ltd", "limited", "llp", "llc", "plc",
    "inc", "corp", "co", "company", "sarl", "sas", "sa", "eurl", "srl", "spa", "bvba", "sprl", "ab", "as", "oy",
    "aps", "se", "ev", "eg", "stichting", "coop",
})  # fmt: skip
"""What kind of company one is: a name is the same without it, and surely one with it."""

_PARTICLES = frozenset({
    "de", "het", "den", "der", "des", "die", "das", "the", "la", "le", "les", "l", "van", "von", "vom", "du",
    "di", "da", "ter", "ten", "op", "en", "and", "et", "und",
})  # fmt: skip
_FEWEST_LETTERS = 3
_LONGEST = 8


@dataclass(frozen=True)
class Named(Generic[WhoseT]):
    """A name in a text, and whose it is."""

    written: str
    at: int
    whose: WhoseT


@dataclass(frozen=True)
class _Word:
    folded: str
    at: int
    end: int
    is_capital: bool


class Names(Generic[WhoseT]):
    """Names by the two words they begin with."""

    def __init__(self, names: Iterable[tuple[str, WhoseT]]) -> None:
        self._by_start: dict[tuple[str, ...], list[tuple[tuple[str, ...], WhoseT]]] = {}
        for words, whose in names:
            core = core_of(words)
            if sum(map(len, core)) >= _FEWEST_LETTERS:
                self._by_start.setdefault(core[:2], []).append((core, whose))
        for found in self._by_start.values():
            found.sort(key=lambda one: -len(one[0]))

    def find(self, text: str) -> list[Named[WhoseT]]:
        """In their order, of several names at one place the longest. One word alone is a name where what kind of
        company it is stands behind; of others two words must tell them, with capitals.
        """
        words = _words_of(text)
        found, behind = [], 0
        for place, word in enumerate(words):
            if place < behind:
                continue
            pair = (word.folded, words[place + 1].folded) if place + 1 < len(words) else (word.folded,)
            for core, whose in (*self._by_start.get(pair, ()), *self._by_start.get(pair[:1], ())):
                last = place + len(core)
                if tuple(one.folded for one in words[place:last]) == core and self._is_name(words, place, last):
                    found.append(Named(text[word.at : words[last - 1].end], word.at, whose))
                    behind = last
                    break
        return found

    @staticmethod
    def _is_name(words: list[_Word], place: int, last: int) -> bool:
        if last < len(words) and words[last].folded in FORMS:
            return True
        parts = words[place:last]
        telling = [one for one in parts if one.folded not in _PARTICLES]
        return (
            len(telling) > 1 and parts[0].is_capital and all(one.is_capital for one in telling if len(one.folded) > 3)
        )


def _words_of(text: str) -> list[_Word]:
    return [
        _Word(folded, match.start(), match.end(), match.group()[0].isupper())
        for match in _WORD.finditer(text)
        for folded in normalized(match.group()).split()
    ]


def beginnings(text: str) -> frozenset[str]:
    """With one of these words begins each `normalized` name that `Names` finds in a text."""
    return FORMS.union(word.folded for word in _words_of(text))


def core_of(words: str) -> tuple[str, ...]:
    """The words of a `normalized` name without what kind of company it is."""
    parts = words.split()[:_LONGEST]
    while parts and parts[-1] in FORMS:
        parts.pop()
    while len(parts) > 1 and parts[0] in FORMS:
        parts.pop(0)
    return tuple(parts)
