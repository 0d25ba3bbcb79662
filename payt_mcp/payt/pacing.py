"""When the next request may go out, and whether a failed one is tried again. No I/O; the clock is passed in.

Payt allows 10 requests per second per access token and promises no headers when it refuses more.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from math import ceil
from typing import Protocol

WINDOW = 1.02
"""Seconds in which at most `rate` requests arrive, where their answers tell when they can have arrived: Payt's second,
and some for a fastest answer that could have been faster.
"""

ON_ITS_WAY = 0.04
"""Seconds by which the window is longer for a request that has no answer yet: for the jitter of the network."""

BUDGET = 25.0
"""Seconds after which a failing read is given up."""

_REMEMBERED = 8
"""About how many of the last answers tell how long one usually takes."""

_ENOUGH = 5
"""Answers of about one size that tell how long those take at the least."""

_FIRST_BACKOFF = 0.4
_LONGEST_BACKOFF = 8.0
_MOST_ATTEMPTS = 7


class Place(Protocol):
    """One request's place in a rate that is shared."""

    async def leave(self) -> None:
        """The request goes out now; where it is too late for its place, once there is another one. Raises PaytMcpError
        where nobody can tell, and then it may not.
        """

    def over(self, arrived: float) -> None:
        """It has ended, and arrived no later than this moment of the monotonic clock."""


class Gate(Protocol):
    """A rate that is shared with other processes."""

    async def enter(self, *, can_wait: bool) -> Place:
        """Wait until one more request may go out. Raises PaytMcpError where nobody can tell, and then none may."""


@dataclass(eq=False)
class Slot:
    """One request's place in the window. `at` is None until the request is on the wire: Payt counts
    arrivals, and a request that waits for a connection arrives later than it was begun. With `is_answered` it is when
    the request can have arrived at the latest. `place` is that in a rate which is shared.
    """

    at: float | None = None
    is_answered: bool = False
    place: Place | None = None


class Pacer:
    """At most `rate` requests in any window, for one access token."""

    def __init__(self, rate: int, window: float = WINDOW) -> None:
        self._rate = rate
        self._window = window
        self._slots: deque[Slot] = deque()
        self._held_until = 0.0
        self._refusals = 0
        self._fastest = _Fastest()
        self._usual = 0.0

    def wait(self, now: float, *, can_wait: bool = False) -> float:
        """Seconds until a request may begin; 0 when it may now. One that `can_wait` finds half of the places taken."""
        self._forget(now)
        if now < self._held_until:
            return self._held_until - now
        most = max(self._rate // 2, 1) if can_wait else self._rate
        if len(self._slots) < most:
            return 0.0
        ends = sorted(end for end in map(self._ends, self._slots) if end is not None)
        leaves = len(self._slots) - most
        return max(ends[leaves] - now, 0.001) if leaves < len(ends) else 0.01

    def is_quiet(self, now: float) -> bool:
        """Whether the window is empty, and nothing is held back."""
        self._forget(now)
        return not self._slots and now >= self._held_until

    @property
    def side_by_side(self) -> int:
        """How many requests, each followed by another as it is answered, use up the rate."""
        return ceil(self._rate / self._window * self._usual + 1)

    def begin(self, place: Place | None = None) -> Slot:
        """Take a place; only after `wait` said 0."""
        slot = Slot(place=place)
        self._slots.append(slot)
        return slot

    def sent(self, slot: Slot, now: float) -> None:
        """The request of this slot is on the wire."""
        slot.at = now

    def abandon(self, slot: Slot, now: float, *, heard: float | None = None, size: int = 0) -> None:
        """The request ended, with an answer or without. One that never reached the wire counts from now on. `heard` is
        when an answer began, and `size` how many bytes it has.

        An answer that took longer than the fastest one may have been a request that arrived late: its place counts
        from when it would have arrived had the way back been that fast. So where this machine or the network stalls and
        requests pile up on their way, Payt does not get more of them in what it sees as one second.
        """
        slot.is_answered = True
        if slot.at is None:
            slot.at = now
        else:
            took = now - slot.at
            self._usual = took if self._usual == 0 else self._usual + (took - self._usual) / _REMEMBERED
            began = now if heard is None else heard
            slot.at = max(slot.at, began - self._fastest.of(began - slot.at, size))
        if slot.place is not None:
            slot.place.over(slot.at)

    def refused(self, now: float) -> None:
        """Payt answered 429: someone else uses the same token. Hold everything back, longer each time; requests that
        were under way together are refused together, which is one time.
        """
        if now < self._held_until:
            return
        self._refusals += 1
        self._held_until = now + min(2.0 ** (self._refusals - 1), _LONGEST_BACKOFF)

    def accepted(self) -> None:
        self._refusals = 0

    def _ends(self, slot: Slot) -> float | None:
        """When its place is free again; None where that is not known yet."""
        if slot.at is None:
            return None
        return slot.at + self._window + (0.0 if slot.is_answered else ON_ITS_WAY)

    def _forget(self, now: float) -> None:
        ends = ((slot, self._ends(slot)) for slot in self._slots)
        self._slots = deque(slot for slot, end in ends if end is None or end > now)


class _Fastest:
    """How long an answer takes at the least. A long one is made more slowly than a short one, so that those of about
    one size are compared, once there are enough of them to tell.
    """

    def __init__(self) -> None:
        self._of_all = float("inf")
        self._of_size: dict[int, tuple[int, float]] = {}

    def of(self, took: float, size: int) -> float:
        """The fewest seconds that one like this took, which took so many itself."""
        self._of_all = min(self._of_all, took)
        if not size:
            return self._of_all
        seen, fastest = self._of_size.get(size.bit_length(), (0, float("inf")))
        seen, fastest = seen + 1, min(fastest, took)
        self._of_size[size.bit_length()] = (seen, fastest)
        return fastest if seen > _ENOUGH else self._of_all


def retry_after(attempt: int, elapsed: float, rng: random.Random, *, budget: float = BUDGET) -> float | None:
    """Our own backoff, as Payt promises no `Retry-After`: seconds to wait before a read is tried again, or None when it
    is given up.

    `attempt` counts from 1. Exponential, with full jitter over its upper half, so that several
    processes on one token do not come back together.
    """
    if attempt >= _MOST_ATTEMPTS:
        return None
    backoff = min(_FIRST_BACKOFF * 2.0 ** (attempt - 1), _LONGEST_BACKOFF)
    delay = backoff * (0.5 + rng.random() / 2)
    return delay if elapsed + delay < budget else None
