"""HTML whose values cannot be anything but text: what is filled in is escaped, unless it was made here itself."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from markupsafe import Markup

from payt_mcp.words.languages import Language
from payt_mcp.words.sentences import spoken
from payt_mcp.words.visible import shown, shown_lines

NOTHING = Markup()


class Html:
    """Templates of ours, filled: `html("<p>{}</p>", said)`. A text shows exactly its characters, in one line; sentences
    of ours are in the language.
    """

    def __init__(self, language: Language = "en") -> None:
        self.language = language

    def __call__(self, template: str, *values: object, **named: object) -> Markup:
        filled = {name: self._safe(value) for name, value in named.items()}
        return Markup(template).format(*map(self._safe, values), **filled)  # noqa: S704 - the template is ours

    def each(self, template: str, values: Iterable[object]) -> Markup:
        """The template once for each value."""
        return one_by_one(self(template, value) for value in values)

    def _safe(self, value: object) -> Markup:
        if isinstance(value, Markup):
            return value
        return _escaped(shown(spoken(value, self.language) if isinstance(value, str) else str(value)))


def one_by_one(parts: Iterable[Markup], between: str = "") -> Markup:
    return Markup(between).join(parts)  # noqa: S704 - what stands between is ours


def several_lines(text: str) -> Markup:
    """A text that may have lines of its own, such as the body of a message."""
    return _escaped(shown_lines(text))


def _escaped(text: str) -> Markup:
    return Markup(escape(text))  # noqa: S704 - escaped
