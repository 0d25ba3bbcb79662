"""A long reading that goes on in the background, and those who wait for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import anyio

from payt_mcp.errors import StillLoadingError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Progress = Callable[[float, str], Awaitable[None]]


class Loading(ABC):
    """One reading under way; `failure` is what it ended with."""

    def __init__(self) -> None:
        self.done = anyio.Event()
        self.failure: Exception | None = None

    @property
    @abstractmethod
    def rows(self) -> int:
        """How many there are so far."""

    @property
    @abstractmethod
    def under_way(self) -> str:
        """What is read and how far it is, for whoever watches."""

    @property
    @abstractmethod
    def unfinished(self) -> str:
        """The same for whoever is told to ask again, and when."""

    async def wait(self, progress: Progress | None, until: float) -> None:
        """Wait for the end of the reading, or until that moment of the event loop's clock.

        Raises StillLoadingError then, and what the reading failed with.
        """
        with anyio.CancelScope(deadline=until):
            while not self.done.is_set():
                with anyio.move_on_after(1.0):
                    await self.done.wait()
                if progress is not None and not self.done.is_set():
                    await progress(float(self.rows), self.under_way)
        if not self.done.is_set():
            raise StillLoadingError(self.unfinished)
        if self.failure is not None:
            raise self.failure
