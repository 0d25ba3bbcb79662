"""How long one call may wait for Payt before it says where it stands: hosts give a call up after about a minute.

The server begins a `Patience` for every call; whoever waits in it asks `left()`. What runs in the background has none.
A write on its way is never cut: it runs in the background, and the call only waits for it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import anyio.abc

CALL_SECONDS = 40.0
"""What all the waiting in one call may come to: less than the 45 seconds in which it must have answered."""


class Patience:
    """What is left of one call's time, and what it has read so far.

    `answers` are raw answers of Payt's by what was asked, and when each came (monotonic seconds): should the time run
    out, the same call goes on from them. `oldest` is the age in seconds of the oldest one taken over in that way.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = time.monotonic()
        self._until = self._begun + seconds
        self.answers: dict[Any, tuple[float, Any]] = {}
        self.oldest = 0.0
        self._keepers: dict[int, Callable[[Patience], None]] = {}

    def left(self) -> float:
        return max(self._until - time.monotonic(), 0.0)

    def age(self) -> float:
        return time.monotonic() - self._begun

    def kept_by(self, whose: object, keep: Callable[[Patience], None]) -> None:
        """Who keeps what this call has read for the call that follows it."""
        self._keepers[id(whose)] = keep

    def keep(self) -> None:
        for keep in self._keepers.values():
            keep(self)

    @property
    def is_slow(self) -> bool:
        """Whether another such call could run out of time."""
        return bool(self.oldest) or self.left() < self._seconds / 2

    def renew(self) -> None:
        self._until = time.monotonic() + self._seconds


_current: ContextVar[Patience | None] = ContextVar("payt_mcp_patience", default=None)


@contextmanager
def begun(seconds: float | None = None) -> Iterator[Patience]:
    """One call, from here to its answer."""
    patience = Patience(CALL_SECONDS if seconds is None else seconds)
    token = _current.set(patience)
    try:
        yield patience
    finally:
        _current.reset(token)


def current() -> Patience | None:
    return _current.get()


def left() -> float:
    """Seconds the present call may still wait; no end where there is no call."""
    patience = _current.get()
    return math.inf if patience is None else patience.left()


def age() -> float:
    """Seconds since the present call came; none where there is no call."""
    patience = _current.get()
    return 0.0 if patience is None else patience.age()


def renew() -> None:
    """A person has answered: what they took for it is not held against the call."""
    patience = _current.get()
    if patience is not None:
        patience.renew()


def note() -> list[str]:
    """What a reader must know of an answer that took over readings of a call before."""
    patience = _current.get()
    if patience is None or not patience.oldest:
        return []
    return [f"Payt answers slowly: part of this was read up to {math.ceil(patience.oldest)} seconds before."]


class _Background:
    """A task group as far as its users here need it: nothing begun in it runs out of the time of the call that began
    it, because a task takes over the context it is begun in.
    """

    def __init__(self, group: anyio.abc.TaskGroup) -> None:
        self._group = group
        self.cancel_scope = group.cancel_scope

    def start_soon(self, func: Callable[..., Any], *args: Any, name: object = None) -> None:
        token = _current.set(None)
        try:
            self._group.start_soon(func, *args, name=name)
        finally:
            _current.reset(token)


def background(group: anyio.abc.TaskGroup) -> anyio.abc.TaskGroup:
    """The group for what outlives a call."""
    return cast("anyio.abc.TaskGroup", _Background(group))
