"""Long work in steps, between which others on the event loop have their turn.

Rooms that know of no loop write such work as a generator: it yields after every step of a millisecond or so, and
returns what came of it.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import TypeAlias, TypeVar

from anyio.lowlevel import checkpoint

ResultT = TypeVar("ResultT")
ItemT = TypeVar("ItemT")

Steps: TypeAlias = Generator[None, None, ResultT]

A_STEP = 250
"""Records that are looked at in one step."""

_A_TURN = 0.001
"""Seconds of this thread's own time after which others have theirs."""


def parted(items: Iterable[ItemT], size: int = 0) -> Iterator[list[ItemT]]:
    """As many at a time as make a step, or as are said, to the end."""
    rest, size = iter(items), size or A_STEP
    return iter(lambda: list(islice(rest, size)), [])


def at_once(steps: Steps[ResultT]) -> ResultT:
    """What comes of it, without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: ResultT = end.value
            return found


async def in_turns(steps: Steps[ResultT]) -> ResultT:
    """What comes of it; others have their turn before it, and whenever it has taken long enough."""
    await checkpoint()
    until = time.thread_time() + _A_TURN
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: ResultT = end.value
            return found
        if time.thread_time() > until:
            await checkpoint()
            until = time.thread_time() + _A_TURN
