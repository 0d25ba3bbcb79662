"""One entry into a settings file, changed, and out again; everything around it stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from payt_mcp.hosts.jsonc import BOM, Document, Member, Node, read

_SAME_LINE = re.compile(r"[ \t]*(?:/\*[^\r\n]*?\*/[ \t]*)*(?://[^\r\n]*)?")
_REST_IS_BLANK = re.compile(r"[ \t]*(?=\r?\n)")

Entry = Mapping[str, Any]


def added(document: Document, container: str, name: str, entry: Entry) -> str:
    """The text with an entry more, in the object `container` of the root, which is made where it is missing."""
    text, root = document.text, document.root
    if root is None:
        kept = text if not text or text == BOM or text.endswith("\n") else text + _newline(text)
        fresh = json.dumps({container: {name: entry}}, indent=2, ensure_ascii=False) + "\n"
        return kept + fresh.replace("\n", _newline(text))
    held = root.named(container)
    if held:
        return _inserted(text, held[0].node, name, entry)
    return _inserted(text, root, container, {name: entry})


def replaced(document: Document, member: Member, entry: Entry) -> str:
    """The text with another value in the place of one member's."""
    text = document.text
    before, after = text[: member.node.start], text[member.node.end :]
    old = text[member.start : member.node.end]
    if "\n" in old:
        return before + _written(entry, text, _margin(text, member.start)) + after
    return before + _written(entry, text, "", compact=True, tight=": " not in old) + after


def removed(document: Document, owner: Node, member: Member) -> str:
    """The text without one member of an object, its comma and, where nothing else stands on them, its lines.

    Comments around it stay.
    """
    text = document.text
    start, end = _lines_of(text, member)
    cuts = [(start, member.node.end)]
    if end > member.node.end:
        cuts.append((end - 1, end))
    before = [other for other in owner.members if other.start < member.start]
    if member.comma is None and before and before[-1].comma is not None:
        cuts.insert(0, (before[-1].comma, before[-1].comma + 1))
    for first, last in reversed(cuts):
        text = text[:first] + text[last:]
    return text


def _lines_of(text: str, member: Member) -> tuple[int, int]:
    """Where a member begins and ends, its comma included; with the line break before it where it has its lines alone.

    Where something follows on its last line the break stays: it may be what ends a comment.
    """
    end = member.node.end if member.comma is None else member.comma + 1
    line = text.rfind("\n", 0, member.start) + 1
    if line == 0 or text[line : member.start].strip(" \t") or not _REST_IS_BLANK.match(text, end):
        return member.start, end
    return line - (2 if text[:line].endswith("\r\n") else 1), end


def without(text: str, before: str, container: str, name: str) -> bool:
    """Whether `text` is what adding an entry to `before` gives: then taking it out gives `before`.

    How the entry itself is laid out, and what stands in it, does not matter.
    """
    now, then = read(text), read(before)
    entry = entry_of(now, container, name)
    if entry is None or entry_of(then, container, name) is not None:
        return False
    if then.root is not None and not fits(then, container):
        return False
    again = added(then, container, name, entry.node.value)
    there = entry_of(read(again), container, name)
    return there is not None and _around(again, there) == _around(text, entry)


def _around(text: str, member: Member) -> tuple[str, str]:
    return text[: member.node.start], text[member.node.end :]


def fits(document: Document, container: str) -> bool:
    """Whether an entry can stand in it: an object, whose container, if there, is one too and there once."""
    if document.root is None:
        return True
    held = document.root.named(container)
    return document.root.is_object and len(held) < 2 and all(member.node.is_object for member in held)


def entry_of(document: Document, container: str, name: str) -> Member | None:
    """The member of that name in the container, the last where there are several."""
    held = document.root.named(container) if document.root else []
    found = held[-1].node.named(name) if held else []
    return found[-1] if found else None


def _inserted(text: str, owner: Node, name: str, value: Any) -> str:
    if owner.members:
        return _appended(text, owner, name, value)
    margin = _margin(text, owner.start)
    inner = margin + _unit(text)
    newline = _newline(text)
    member = f"{newline}{inner}{_named(name, _written(value, text, inner))}"
    inside = text[owner.start + 1 : owner.end - 1]
    closing = "" if "\n" in inside else newline + margin
    return text[: owner.start + 1] + member + closing + text[owner.start + 1 :]


def _appended(text: str, owner: Node, name: str, value: Any) -> str:
    last = owner.members[-1]
    if "\n" not in text[owner.start : owner.end]:
        tight = ": " not in text[owner.start : owner.end]
        member = _named(name, _written(value, text, "", compact=True, tight=tight), tight=tight)
        comma = "," if tight else ", "
        end = last.node.end if last.comma is None else last.comma + 1
        lead = comma if last.comma is None else comma[1:]
        return text[:end] + lead + member + text[end:]
    inner = _margin(text, last.start)
    member = f"{_newline(text)}{inner}{_named(name, _written(value, text, inner))}"
    if last.comma is not None:
        at = _line_end(text, last.comma + 1)
        return text[:at] + member + "," + text[at:]
    at = _line_end(text, last.node.end)
    return text[: last.node.end] + "," + text[last.node.end : at] + member + text[at:]


def _named(name: str, written: str, *, tight: bool = False) -> str:
    return f"{json.dumps(name)}:{'' if tight else ' '}{written}"


def _written(value: Any, text: str, margin: str, *, compact: bool = False, tight: bool = False) -> str:
    """A value in the manner of the text it goes into, its later lines behind `margin`."""
    if compact:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":") if tight else (", ", ": "))
    lines = json.dumps(value, ensure_ascii=False, indent=_unit(text)).split("\n")
    return f"{_newline(text)}{margin}".join(lines)


def _line_end(text: str, at: int) -> int:
    """Behind the comments that stand on the same line; where one goes on to the next line, right here."""
    found = _SAME_LINE.match(text, at)
    end = found.end() if found else at
    is_end = end == len(text) or text[end] in "\r\n"
    return end if is_end and text[at:end].strip() else at


def _newline(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _unit(text: str) -> str:
    """What the text is indented with: the first indentation there is."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else "  "


def _margin(text: str, at: int) -> str:
    """The blanks its line begins with."""
    line = text[text.rfind("\n", 0, at) + 1 : at].removeprefix(BOM)
    return line[: len(line) - len(line.lstrip(" \t"))]
