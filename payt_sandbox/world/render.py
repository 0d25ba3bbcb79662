"""Rows as the API writes them: the fields asked for, and nothing that comes only on request otherwise."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from payt_sandbox.world.book import Book
from payt_sandbox.world.derived import Derived, Ident
from payt_sandbox.world.shapes import (
    ADMINISTRATION,
    COMPANY,
    DELETED,
    SHAPES,
    Shape,
)
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import money

# The fields asked for, as (name, the same for what is in it) pairs; None in the place of a list: all of it.
Only = tuple[Any, ...]


@dataclass(frozen=True)
class Columns:
    """What to take from a row: (name in the answer, name in the row) pairs by kind of value."""

    plain: tuple[tuple[str, str], ...]
    refs: tuple[tuple[str, str], ...]
    money: tuple[tuple[str, str], ...]
    derived: tuple[tuple[str, Derived, Only | None], ...]


def parse_fields(text: str) -> Only:
    """The `only` list of a `fields` parameter, nested as (name, sub-list) pairs; ValueError when malformed."""
    parsed = json.loads(text)
    if not isinstance(parsed, dict) or not isinstance(parsed.get("only"), list):
        raise ValueError('fields must be {"only": [...]}')  # noqa: TRY004 - as malformed as broken JSON
    return _only(parsed["only"])


def _only(items: list[Any]) -> Only:
    found: list[Any] = []
    for item in items:
        if isinstance(item, str):
            found.append((item, None))
        elif isinstance(item, dict) and all(isinstance(value, list) for value in item.values()):
            found.extend((name, _only(value)) for name, value in item.items())
        else:
            raise ValueError("fields may hold names and objects of lists of names")
    return tuple(found)


@lru_cache(maxsize=256)
def columns_of(kind: str, only: Only | None) -> Columns:
    """The columns for a kind of record (`deleted/<kind>` for the deleted lists); without `only` the default fields."""
    shape = _shape(kind)
    wanted = dict(only) if only is not None else {name: None for name in shape.names if name not in shape.on_request}
    pairs = {name: name for name in (*shape.plain, *shape.refs, *shape.money)} | shape.aliases
    taken = [(name, pairs[name]) for name in wanted if name in pairs]
    return Columns(
        plain=tuple(pair for pair in taken if pair[1] in shape.plain),
        refs=tuple(pair for pair in taken if pair[1] in shape.refs),
        money=tuple(pair for pair in taken if pair[1] in shape.money),
        derived=tuple((name, shape.derived[name], sub) for name, sub in wanted.items() if name in shape.derived),
    )


def _shape(kind: str) -> Shape:
    if kind == "administrations":
        return ADMINISTRATION
    if kind == "companies":
        return COMPANY
    if kind.startswith("deleted/"):
        return DELETED[kind.removeprefix("deleted/")]
    return SHAPES[kind]


def all_columns(kind: str, leave_out: frozenset[str] = frozenset()) -> Columns:
    """Every field of the contract, those on request included."""
    return columns_of(kind, tuple((name, None) for name in _shape(kind).names if name not in leave_out))


def render(
    rows: Iterable[Row], columns: Columns, book: Book, ident: Ident, *, nulls: bool = True
) -> list[dict[str, Any]]:
    """The rows in wire form: amounts as decimal text, ids through `ident`; null fields left out unless `nulls`."""
    answer = []
    names = [name for name, _ in columns.plain]
    sources = [source for _, source in columns.plain]
    for row in rows:
        get = row.get
        out: dict[str, Any] = dict(zip(names, map(get, sources), strict=True))
        for name, source in columns.refs:
            key = get(source)
            out[name] = None if key is None else ident(key)
        for name, source in columns.money:
            cents = get(source)
            out[name] = None if cents is None else money(cents)
        for name, make, sub in columns.derived:
            value = make(book, row, ident)
            out[name] = value if sub is None else _select(value, sub)
        answer.append(out if nulls else _compact(out))
    return answer


def _select(value: Any, only: Only) -> Any:
    if isinstance(value, list):
        return [_select(item, only) for item in value]
    if isinstance(value, dict):
        return {name: value[name] if sub is None else _select(value[name], sub) for name, sub in only if name in value}
    return value


def _compact(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _compact(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_compact(item) for item in value]
    return value


def ident_for(ids: str) -> Callable[[int], str | int]:
    """How an id is written: as text, or as a number."""
    return int if ids == "integer" else str
