"""Which texts of a preview are sentences of ours: kept beside them, so that who reads the ledger can say them anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from payt_mcp.words.sentences import Said, restored

_T = TypeVar("_T")


SAID = "said"
"""Where it is kept, in what is JSON."""


def kept_with_said(part: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of texts as JSON, and beside them which are sentences of ours."""
    said = dict(said_in(part))
    return {**part, SAID: said} if said else dict(part)


def read_with_said(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """As `kept_with_said` made it."""
    plain = {name: part for name, part in kept.items() if name != SAID}
    return with_said(plain, kept[SAID]) if isinstance(kept.get(SAID), Mapping) else plain


def said_in(part: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """The sentences in a tree of dataclasses, mappings and tuples, each with where it stands: `warnings.0.text`."""
    if isinstance(part, str):  # nearly all there is: what it is otherwise takes long to find out
        if isinstance(part, Said):
            yield path, part.kept()
    elif isinstance(part, tuple | Mapping) or is_dataclass(part):
        for name, inner in _inside(part):
            yield from said_in(inner, _below(path, name))


def with_said(part: _T, said: Mapping[str, Any], path: str = "") -> _T:
    """The tree with its sentences. What does not read as the text in its place was altered, and stays that text."""
    made: Any = part
    if isinstance(part, str):
        made = _sentence(part, said[path]) if path in said else part
    elif isinstance(part, tuple):
        made = tuple(with_said(inner, said, _below(path, at)) for at, inner in _inside(part))
    elif isinstance(part, Mapping):
        made = {name: with_said(inner, said, _below(path, name)) for name, inner in part.items()}
    elif is_dataclass(part) and not isinstance(part, type):
        made = replace(part, **{name: with_said(inner, said, _below(path, name)) for name, inner in _inside(part)})
    found: _T = made
    return found


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _inside(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, Mapping):
        yield from part.items()
    elif isinstance(part, tuple):
        yield from ((str(at), inner) for at, inner in enumerate(part))
    else:
        yield from ((one.name, getattr(part, one.name)) for one in fields(part))


def _sentence(text: str, kept: Any) -> str:
    try:
        sentence = restored(kept)
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, AttributeError):
        return text
    return sentence if sentence == text else text
