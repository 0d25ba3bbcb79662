"""Open items in memory, shared by people whose rights at Payt are equal, within the memory a replica may take.

Who reads them is checked before, each time: an account lists what its own credential reaches, at most five minutes old.
Least recently used ones go first where there is no room, and those nobody asked for a while; none that is in use.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

import anyio
import anyio.abc

from payt_mcp.books.held import Held
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.lent import LentClient
from payt_mcp.payt.models import Administration

IDLE = 15 * 60.0
"""Seconds after which what nobody asked for is let go of."""

IN_USE = 60.0
"""Seconds for which what was asked for may be used by a call."""

_MEGABYTE = 1024 * 1024
_PAUSE = 15.0


class SharedBooks:
    """What one replica holds of all administrations.

    Args:
        group: runs the readings.
        freshness: seconds that books may be old.
        most: bytes, as `Held.bytes` reckons them. What is in use may be more.
    """

    def __init__(
        self,
        group: anyio.abc.TaskGroup,
        *,
        freshness: int,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._group = group
        self._freshness = freshness
        self._most = most
        self._clock = clock
        self._held: OrderedDict[Hashable, tuple[Held, LentClient]] = OrderedDict()

    @property
    def bytes(self) -> int:
        return sum(held.bytes for held, _ in self._held.values())

    def __len__(self) -> int:
        return len(self._held)

    def of(self, sharers: Hashable, administration: Administration, client: PaytClient) -> Held:
        """What is held of an administration for all who are `sharers`; `client` stands for it from now on, too."""
        key = (sharers, administration.id)
        held, lent = self._held.get(key, (None, None))
        if held is None or lent is None or not lent.is_lent:
            self._let_go(key)
            self.make_room()
            lent = LentClient()
            held = Held(lent, administration, self._group, freshness=self._freshness)
            self._held[key] = (held, lent)
        lent.lend(client)
        held.used = self._clock()
        self._held.move_to_end(key)
        return held

    def withdraw(self, client: PaytClient) -> None:
        """Nothing is read with this client any more; what nobody else stands for is let go of."""
        for key, (_, lent) in list(self._held.items()):
            lent.withdraw(client)
            if not lent.is_lent:
                self._let_go(key)

    def make_room(self) -> None:
        """Let go of what is idle, and of what was used longest ago as long as there is too much."""
        now, taken = self._clock(), self.bytes
        for key, (held, _) in list(self._held.items()):
            idle = now - held.used
            if held.books.is_reading or idle < IN_USE:
                continue
            if idle >= IDLE or taken > self._most:
                taken -= held.bytes
                self._let_go(key)

    async def keep_room(self) -> None:
        """Do so every now and then, as long as this runs: books grow after they were asked for."""
        while True:
            await anyio.sleep(_PAUSE)
            self.make_room()

    def _let_go(self, key: Hashable) -> None:
        held, _ = self._held.pop(key, (None, None))
        if held is not None:
            held.stop()


def megabytes(number: int) -> int:
    return number * _MEGABYTE
