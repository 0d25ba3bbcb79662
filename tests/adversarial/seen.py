"""A preview as a person reads it in a question or a terminal: what is marked, and how far down it stands.

The letter itself, its subject included, says nothing against itself: only what stands beside it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.adversarial.case import Expect, Level
from tests.adversarial.kinds import KINDS

FAR_DOWN_WARNINGS, FAR_DOWN_CHARACTERS = 6, 1_500
_MARKS = (("!!", Level.RED), ("!", Level.WARNED))
_OF_THE_LETTER = re.compile(r"\s*\|( |$)|(Subject|Comment|Message):")
_SIGNS = re.compile(r"[^\w|]|_")
_STRICTNESS = {Level.SHOWN: 0, Level.WARNED: 1, Level.RED: 2}


@dataclass(frozen=True)
class Entry:
    """A thing that is said, over as many lines as it takes; `after` counts the marked ones before it."""

    level: Level
    text: str
    after: int
    at: int

    @property
    def is_far_down(self) -> bool:
        return self.after >= FAR_DOWN_WARNINGS or self.at > FAR_DOWN_CHARACTERS

    def says(self, expect: Expect) -> bool:
        plain = _plain(self.text)
        named = all(any(_plain(way) in plain for way in name.split("|")) for name in expect.names)
        return named and (not expect.kind or KINDS[expect.kind].search(self.text) is not None)


def entries(preview: str) -> list[Entry]:
    """What a preview says beside the letter; lines set in deeper belong to the marked one above them."""
    found: list[Entry] = []
    marked = 0
    for at, line in _lines(preview):
        level, text = _marked(line)
        goes_on = bool(found) and found[-1].level is not Level.SHOWN and line.startswith("    ")
        if level is Level.SHOWN and goes_on:
            before = found[-1]
            found[-1] = Entry(before.level, f"{before.text}\n{text}", before.after, before.at)
            continue
        found.append(Entry(level, text, marked, at))
        marked += level is not Level.SHOWN
    return found


def told(preview: str, expect: Expect) -> Entry | None:
    """Where a person is told what a case asks for, the first place if there are several; None where nowhere."""
    fits = [entry for entry in entries(preview) if _STRICTNESS[entry.level] >= _STRICTNESS[expect.level]]
    return next((entry for entry in fits if entry.says(expect)), None)


def accusations(preview: str) -> list[Entry]:
    return [entry for entry in entries(preview) if entry.level is not Level.SHOWN]


def _plain(text: str) -> str:
    """Letters and digits alone: an amount or an account is the same however it is written."""
    return _SIGNS.sub("", text).lower()


def _lines(preview: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in preview.split("\n"):
        if line.strip() and not _OF_THE_LETTER.match(line):
            yield at, line
        at += len(line) + 1


def _marked(line: str) -> tuple[Level, str]:
    text = line.strip()
    for mark, level in _MARKS:
        if text.startswith(f"{mark} "):
            return level, text.removeprefix(mark).strip()
    return Level.SHOWN, text
