"""What a right letter is accused of, which is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from payt_mcp.scanning.figures import figures_in
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.others import foreign_in
from payt_mcp.writes.message.sources import sources_of
from tests.letters.books import books, others
from tests.letters.writing import letter


@dataclass(frozen=True)
class Accusation:
    seed: int
    said: str
    danger: bool
    text: str


def accused(language: str, seed: int) -> list[Accusation]:
    """By one letter, made from a seed."""
    random = Random(f"{language}{seed}")
    of = books(random)
    subject, body = letter(random, language, of)
    text = f"{subject}\n{body}"
    found = [one.warned for one in sources_of(Letter("", subject, body, []), of.facts)]
    said = [Accusation(seed, one.text, one.danger, text) for one in found if one]
    place, own = others()
    figures = figures_in(text, {one.number for one in of.entries})
    return said + [
        Accusation(seed, f"{one.kind} {one.said} of {one.whose}", True, text) for one in foreign_in(figures, place, own)
    ]
