"""Reading JSON as people write it in settings: with comments and trailing commas, and every place remembered.

What Python's `json` reads has lost its place, and libraries that keep comments write the text anew. Settings of other
programs are to stay as they are, byte for byte, so this keeps the offsets that `edits.py` works with.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

_TRIVIA = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)+", re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')
_DEEPEST = 200
BOM = "\ufeff"


class SyntaxTroubleError(ValueError):
    """The text is not JSON, with or without comments; the message says where."""

    def __init__(self, text: str, at: int, what: str) -> None:
        line = text.count("\n", 0, at) + 1
        column = at - text.rfind("\n", 0, at)
        super().__init__(f"line {line}, column {column}: {what}")


@dataclass(frozen=True)
class Member:
    """A name and its value in an object. `start` is where the name begins, `comma` where the comma after it stands."""

    name: str
    start: int
    node: Node
    comma: int | None


@dataclass(frozen=True)
class Node:
    """A value and the place it takes, `text[start:end]`. Only objects have members."""

    start: int
    end: int
    value: Any
    members: tuple[Member, ...] = ()

    @property
    def is_object(self) -> bool:
        return isinstance(self.value, dict)

    def named(self, name: str) -> list[Member]:
        """The members of that name: JSON allows several, and programs differ in which one they take."""
        return [member for member in self.members if member.name == name]

    def repeated(self) -> list[str]:
        """The names that occur more than once."""
        return [name for name, count in Counter(member.name for member in self.members).items() if count > 1]


@dataclass(frozen=True)
class Document:
    """A text and what it says; `root` is None where it holds no value at all. `strict` is JSON to the letter."""

    text: str
    root: Node | None
    strict: bool


def read(text: str) -> Document:
    """Read a text.

    Raises:
        SyntaxTroubleError: it is neither JSON nor JSON with comments and trailing commas.
    """
    reader = _Reader(text)
    at = reader.skip(len(BOM) if text.startswith(BOM) else 0)
    if at == len(text):
        return Document(text, None, reader.strict)
    root = reader.value(at, 0)
    end = reader.skip(root.end)
    if end != len(text):
        raise SyntaxTroubleError(text, end, "something follows after the end of the settings")
    return Document(text, root, reader.strict)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.strict = True

    def skip(self, at: int) -> int:
        """The next place that is neither space nor comment."""
        found = _TRIVIA.match(self._text, at)
        if found is None:
            return at
        if "/" in found[0]:
            self.strict = False
        return found.end()

    def value(self, at: int, depth: int) -> Node:
        if depth > _DEEPEST:
            raise SyntaxTroubleError(self._text, at, f"more than {_DEEPEST} levels")
        opening = self._text[at : at + 1]
        if opening == "{":
            return self._object(at, depth)
        if opening == "[":
            return self._array(at, depth)
        return self._scalar(at)

    def _scalar(self, at: int) -> Node:
        found = _SCALAR.match(self._text, at)
        if found is None:
            raise SyntaxTroubleError(self._text, at, "a value is expected here")
        try:
            return Node(at, found.end(), json.loads(found[0]))
        except ValueError:
            raise SyntaxTroubleError(self._text, at, "this is no number or text of JSON") from None

    def _array(self, start: int, depth: int) -> Node:
        values = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != "]":
            node = self.value(at, depth + 1)
            values.append(node.value)
            at, _ = self._after(node, "]")
        return Node(start, at + 1, values)

    def _object(self, start: int, depth: int) -> Node:
        members = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != "}":
            if self._text[at : at + 1] != '"':
                raise SyntaxTroubleError(self._text, at, "a name in double quotes is expected here")
            name = self._scalar(at)
            colon = self.skip(name.end)
            if self._text[colon : colon + 1] != ":":
                raise SyntaxTroubleError(self._text, colon, "a colon is expected here")
            node = self.value(self.skip(colon + 1), depth + 1)
            begin = at
            at, comma = self._after(node, "}")
            members.append(Member(name.value, begin, node, comma))
        value = {member.name: member.node.value for member in members}
        return Node(start, at + 1, value, tuple(members))

    def _after(self, node: Node, closing: str) -> tuple[int, int | None]:
        """Where the next name or value begins, or the bracket that closes; and the comma on the way."""
        at = self.skip(node.end)
        if self._text[at : at + 1] == closing:
            return at, None
        if self._text[at : at + 1] != ",":
            raise SyntaxTroubleError(self._text, at, f"a comma or {closing} is expected here")
        following = self.skip(at + 1)
        if self._text[following : following + 1] == closing:
            self.strict = False
        return following, at
