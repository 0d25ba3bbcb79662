"""A text in parts of which each says one thing: sentences, their halves, the rows of a list under its heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_END = re.compile(
    r"\n|(?<=[^\W\d_]{3})[.!?](?=\s)|(?<=\d)[.!?](?=\s+[A-Z\u00c0-\u00dd])|(?<=[)\]\u20ac%])[.!?](?=\s)|[;?!](?=\s)"
    r"|,? (?=(?:maar|but|however|aber|jedoch|mais|terwijl|while|whereas|w\u00e4hrend|tandis)\b)"
)
_MOST_WORDS, _MOST_WORDS_OF_A_HEAD, _MOST_WORDS_OF_A_SENTENCE = 6, 4, 2
_WORD = re.compile(r"[^\W\d_]{3,}")
_BULLET = re.compile(r"\s*(?:[-*\u2022\u2013|]|\d{1,2}[.)]\s)")


@dataclass(frozen=True)
class Clause:
    """A part of a text; `heading` is what stands over the list that it is a row of, "" elsewhere."""

    text: str
    at: int
    heading: str = ""

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    @property
    def said(self) -> str:
        """What it says, its heading first."""
        return f"{self.heading} {self.text}"


def clauses_of(text: str, unbroken: Sequence[tuple[int, int]] = ()) -> list[Clause]:
    """In their order. Within what is `unbroken`, such as `31. Oktober`, none ends."""
    ends, behind = [], 0
    spans = iter(sorted(unbroken))
    span = next(spans, None)
    for match in _END.finditer(text):
        while span and span[1] <= match.start():
            span = next(spans, None)
        if span and span[0] <= match.start() < span[1]:
            continue
        ends.append(match.end())
    found, heading = [], ""
    for end in (*ends, len(text)):
        part = text[behind:end]
        if part.strip():
            row = bool(heading) and text[behind - 1 : behind] == "\n" and _is_row(part)
            found.append(Clause(part, behind, heading if row else ""))
            if part.rstrip().endswith(":"):
                heading = part.strip()
            elif not row:
                heading = ""
        behind = end
    return found


def _is_row(part: str) -> bool:
    """A line that begins with a sign of its own, has figures and few words, or is the head of a table."""
    if _BULLET.match(part):
        return True
    words, ends = len(_WORD.findall(part)), part.rstrip()[-1] in ".!?,"
    if any(sign.isdigit() for sign in part):
        return words <= (_MOST_WORDS_OF_A_SENTENCE if ends else _MOST_WORDS)
    return words <= _MOST_WORDS_OF_A_HEAD and not ends
