"""Lists that an answer can be given without, where the token may not read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from payt_mcp.errors import ForbiddenError


@asynccontextmanager
async def permitted(refused: Callable[[], object]) -> AsyncIterator[None]:
    """Where Payt refuses what is read in here for want of a permission, that is noted by `refused`, and the answer goes
    on without.
    """
    try:
        yield
    except ForbiddenError:
        refused()
