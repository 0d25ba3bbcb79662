"""How the demo looks: questions, calls, answers and tables that fit 100 columns, in colour only where it is welcome."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

WIDTH = 98
_LABEL = 11
_INDENT = 4
_BAR = 30
_STYLES = {"bold": "1", "dim": "2", "you": "1;36", "assistant": "1;32", "refused": "1;31"}


@dataclass(frozen=True)
class Column:
    """A field of the rows, its heading, and whether it is a number (right-aligned)."""

    field: str
    heading: str
    number: bool = False
    most: int = 34


@dataclass
class Screen:
    """A terminal, or a file that stands in for one; `colour` and `drawing` say what it can show. Two empty lines never
    follow each other.
    """

    out: TextIO
    colour: bool = False
    drawing: bool = True
    _is_blank: bool = field(default=True, repr=False)

    @classmethod
    def on(cls, out: TextIO, environ: Mapping[str, str]) -> Screen:
        """The screen for a stream: colours on a terminal that is not told otherwise (NO_COLOR, TERM=dumb)."""
        terminal = out.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        return cls(out, colour=terminal, drawing="utf" in (out.encoding or "").lower())

    def line(self, text: str = "") -> None:
        if self._is_blank and not text:
            return
        shown = text if self.drawing else _encodable(text, self.out.encoding)
        self.out.write(shown.rstrip() + "\n")
        self.out.flush()
        self._is_blank = not text

    def paragraph(self, text: str, *, indent: str = "") -> None:
        for part in textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, **_WRAP):
            self.line(part)

    def heading(self, text: str) -> None:
        rule = "─" if self.drawing else "-"
        self.line()
        self.line(f"{self.styled('bold', f'{rule * 2} {text}')} {self.styled('dim', rule * (WIDTH - 4 - width(text)))}")

    def you(self, text: str) -> None:
        self._said("You", "you", text)

    def assistant(self, text: str) -> None:
        self._said("Assistant", "assistant", text)

    def more(self, text: str) -> None:
        """Another paragraph of the one who spoke last."""
        self.line()
        self._said("", "bold", text)

    def refused(self, text: str) -> None:
        self._said("Refused", "refused", text)

    def note(self, text: str) -> None:
        self._said("Note", "dim", text)

    def call(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """The call as code: `search_invoices(status="overdue", limit=5)`."""
        named = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
        self._said("Tool", "dim", f"{tool}({named})")

    def table(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> None:
        """Rows under headings; columns without any value are left out, cells that are too long are cut."""
        used = [column for column in columns if any(row.get(column.field) not in (None, "", []) for row in rows)]
        cells = [[fitted(cell(row.get(column.field)), column.most) for column in used] for row in rows]
        lines = [[column.heading for column in used], *cells]
        widths = [max(width(line[place]) for line in lines) for place in range(len(used))]
        # A very wide table is moved to the left.
        indent = " " * min(_INDENT, max(0, WIDTH - sum(widths) - 2 * (len(used) - 1)))
        self.line()
        for number, line in enumerate(lines):
            joined = _joined(line, used, widths)
            self.line(indent + (self.styled("dim", joined) if number == 0 else joined))
        self.line()

    def bar(self, part: float) -> str:
        """A share of the whole, from 0 to 1, as a bar."""
        return ("█" if self.drawing else "#") * round(part * _BAR)

    def quotation(self, head: str, text: str) -> None:
        """What somebody outside wrote: every line begins with `> `, as the tools give it."""
        self.line(" " * _LABEL + self.styled("dim", head))
        for line in text.splitlines():
            quoted = line.removeprefix("> ")
            for part in textwrap.wrap(quoted, WIDTH - _LABEL - 2, **_WRAP) or [""]:
                self.line(f"{' ' * _LABEL}> {part}")
        self.line()

    def styled(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour else text

    def _said(self, who: str, style: str, text: str) -> None:
        lines = textwrap.wrap(text, WIDTH - _LABEL, **_WRAP)
        for place, part in enumerate(lines or [""]):
            label = self.styled(style, who) + " " * (_LABEL - len(who)) if place == 0 else " " * _LABEL
            self.line(label + (self.styled("dim", part) if style == "dim" else part))


_WRAP: dict[str, Any] = {"break_long_words": True, "break_on_hyphens": False}


def _encodable(text: str, encoding: str | None) -> str:
    """What a stream of that encoding can show of a text."""
    known = encoding or "ascii"
    return text.encode(known, "replace").decode(known)


def width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fitted(text: str, most: int) -> str:
    """The text, cut to `most` columns."""
    if width(text) <= most:
        return text
    while width(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def cell(value: Any) -> str:
    """A value in a table: flags in words, joined."""
    if isinstance(value, list | tuple):
        return ", ".join(cell(part).replace("_", " ") for part in value)
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _joined(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    padded = []
    for text, column, wide in zip(cells, columns, widths, strict=True):
        space = " " * (wide - width(text))
        padded.append(space + text if column.number else text + space)
    return "  ".join(padded).rstrip()
