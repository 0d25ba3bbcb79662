"""Several readings side by side."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

_A = TypeVar("_A")
_B = TypeVar("_B")


async def together(*readings: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Run all of them; where one fails the others end, and its error comes out as itself and not as a group of one."""
    try:
        async with anyio.create_task_group() as group:
            for reading in readings:
                group.start_soon(reading)
    except BaseExceptionGroup as failures:
        first: BaseException = failures
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


async def both(
    one: Callable[[], Coroutine[Any, Any, _A]], other: Callable[[], Coroutine[Any, Any, _B]]
) -> tuple[_A, _B]:
    """What two readings give that run side by side; see `together`."""
    first: list[_A] = []
    second: list[_B] = []

    async def read_one() -> None:
        first.append(await one())

    async def read_other() -> None:
        second.append(await other())

    await together(read_one, read_other)
    return first[0], second[0]
