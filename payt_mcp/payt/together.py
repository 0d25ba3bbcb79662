"""Several readings side by side."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import anyio


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
