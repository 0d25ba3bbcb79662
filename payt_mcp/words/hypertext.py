"""HTML whose values cannot be anything but text: what is filled in is escaped, unless it was made here itself."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from markupsafe import Markup

from payt_mcp.words.visible import shown, shown_lines

NOTHING = Markup()


def html(template: str, *values: object, **named: object) -> Markup:
    """A template of ours, filled: `html("<p>{}</p>", said)`. A text shows exactly its characters, in one line."""
    return Markup(template).format(*map(_safe, values), **{name: _safe(value) for name, value in named.items()})  # noqa: S704 - the template is ours


def each(template: str, values: Iterable[object]) -> Markup:
    """The template once for each value."""
    return one_by_one(html(template, value) for value in values)


def one_by_one(parts: Iterable[Markup], between: str = "") -> Markup:
    return Markup(between).join(parts)  # noqa: S704 - what stands between is ours


def several_lines(text: str) -> Markup:
    """A text that may have lines of its own, such as the body of a message."""
    return Markup(escape(shown_lines(text)))  # noqa: S704 - escaped


def _safe(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup(escape(shown(str(value))))  # noqa: S704 - escaped
