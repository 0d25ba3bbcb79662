"""When a list of Payt's is read whole, and when only what changed of it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading, Watermark, watermark

_REREAD_AFTER = 24 * 3600.0
"""Seconds after which everything is read anew: Payt has no list of deleted debtors."""

_LONG_AGO = dt.timedelta(days=36_500)


@dataclass(frozen=True)
class Place:
    """How far a list has been read: where the next delta begins, and when all of it was read last."""

    watermark: Watermark | None = None
    read_whole: Reading | None = None


class Following:
    """Follows a list: the first time it is read whole, then by deltas from where the reading before began.

    `place` is how far that is. Whoever holds what was read sets it, once that is taken over: a delta on top of a
    reading that was thrown away would look whole.
    """

    def __init__(self, client: PaytClient) -> None:
        self._client = client
        self.place = Place()

    async def read(
        self,
        whole: Callable[[], Awaitable[None]],
        changes: Callable[[dt.datetime], Awaitable[None]],
        stamps: Callable[[], list[dt.datetime]],
    ) -> Place:
        """Read what is missing, and say how far that is.

        `whole` reads everything and `changes` what changed after a moment; `stamps` are the moments of what has been
        read then. Raises what they raise.
        """
        began, started, as_of = Reading.take(), self._client.server_time, self._client.now()
        mark, read_whole = None if self._is_due(began) else self.place.watermark, self.place.read_whole
        if mark is None:
            await whole()
            read_whole = began
        else:
            await changes(mark.moment)
            if not mark.covers(self._client.server_time):
                self.place = Place()
                return await self.read(whole, changes, stamps)
        latest = None if started else _latest(stamps(), as_of)
        return Place(watermark(started, latest, Reading.take().since(began)), read_whole)

    def _is_due(self, now: Reading) -> bool:
        """Whether everything must be read."""
        mark, read_whole = self.place.watermark, self.place.read_whole
        if mark is None or read_whole is None:
            return True
        return now.since(read_whole) > _REREAD_AFTER or not mark.covers(self._client.server_time)


def _latest(stamps: list[dt.datetime], as_of: dt.datetime) -> dt.datetime | None:
    """The greatest stamp; one out of time is left out, because a delta after 9999-12-31 would find nothing for ever."""
    earliest, latest = as_of - _LONG_AGO, as_of + dt.timedelta(days=1)
    return max((moment for moment in stamps if earliest < moment < latest), default=None)
