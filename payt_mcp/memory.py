"""What is no longer used of this process's memory, and goes back to the system."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

from anyio.to_thread import run_sync


async def give_back() -> None:
    """Have the C library give back what was freed. glibc keeps it wherever something above it is still in use: after a
    long reading some 25 MB in which the answers stood. Other libraries need not be told.
    """
    trim = _trim()
    if trim is not None:
        await run_sync(trim, 0)


@cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - not before something long was read

    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
