"""Callers who ask for the same at the same moment share one reading of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

import anyio

from payt_mcp import patience

_T = TypeVar("_T")


class _Reading(Generic[_T]):
    def __init__(self) -> None:
        self.over = anyio.Event()
        self.result: _T | None = None


class AtOnce:
    """The readings under way. What one gives is shared and must not be changed."""

    def __init__(self) -> None:
        self._readings: dict[Hashable, _Reading[Any]] = {}

    async def read(self, name: Hashable, read: Callable[[], Awaitable[_T]]) -> _T:
        """What `read` gives, or what a reading of this name that is under way gives. Where that fails or is given up,
        the next caller reads by itself.
        """
        while (other := self._readings.get(name)) is not None:
            with anyio.move_on_after(patience.left()):
                await other.over.wait()
            if other.result is not None:
                found: _T = other.result
                return found
            if not other.over.is_set():
                return await read()
        reading = self._readings[name] = _Reading[_T]()
        try:
            reading.result = await read()
        finally:
            del self._readings[name]
            reading.over.set()
        return reading.result
