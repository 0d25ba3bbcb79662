"""One question to several administrations: each answers from its own books, and nothing is added up across them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from payt_mcp.books.scope import Scope, administration_name
from payt_mcp.errors import UnknownRecordError
from payt_mcp.payt.together import together

_BETWEEN = "\n"
"""No id of an administration holds one."""

ResultT = TypeVar("ResultT")


class Answered(NamedTuple, Generic[ResultT]):
    """What one administration answered."""

    scope: Scope
    result: ResultT


async def ask_each(
    scopes: Sequence[Scope], ask: Callable[[Scope], Awaitable[ResultT]]
) -> tuple[list[Answered[ResultT]], list[str]]:
    """The same asked of each, side by side. One that does not know somebody who is named is left out, and a note says
    so; where none does, and whatever else goes wrong, is raised.
    """
    found: dict[str, ResultT] = {}
    unknown: dict[str, UnknownRecordError] = {}

    async def one(scope: Scope) -> None:
        try:
            found[scope.id] = await ask(scope)
        except UnknownRecordError as error:
            unknown[scope.id] = error

    await together(*(partial(one, scope) for scope in scopes))
    if not found:
        raise next(iter(unknown.values()))
    notes = [f"Nothing of {administration_name(scope)}: {unknown[scope.id]}" for scope in scopes if scope.id in unknown]
    return [Answered(scope, found[scope.id]) for scope in scopes if scope.id in found], notes


def pinned(scopes: Sequence[Scope], scope: Scope, key: str) -> str:
    """The id of a record in a listing of these administrations: among several, that of its administration is in it."""
    return pinned_among_several(scope, key) if len(scopes) > 1 else key


def pinned_among_several(scope: Scope, key: str) -> str:
    return f"{scope.id}{_BETWEEN}{key}"


def ids_of(scopes: Sequence[Scope], scope: Scope, ids: Iterable[str]) -> list[str]:
    """The records of one administration among the ids of a listing."""
    if len(scopes) == 1:
        return list(ids)
    begin = f"{scope.id}{_BETWEEN}"
    return [key.removeprefix(begin) for key in ids if key.startswith(begin)]
