"""When a list of Payt's is read whole, and when only what changed of it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading, Watermark, watermark
from payt_mcp.payt.wire import PER_PAGE

_REREAD_AFTER = 24 * 3600.0

_REACH_AGAIN = 300.0
"""Seconds for which a delta reaches back no further than it must, after one that went all the way brought more than a
page: after a large import every answer would read all of it again.
"""

_LONG_AGO = dt.timedelta(days=36_500)

Stamps = Sequence[dt.datetime | None]
"""When each record that was read had last changed, as it says itself."""


@dataclass(frozen=True)
class Place:
    """How far a list has been read: where the next delta begins, when all of it was read last, the greatest stamp seen,
    and when a delta that reached all the way back brought more than a page.
    """

    watermark: Watermark | None = None
    read_whole: Reading | None = None
    latest: dt.datetime | None = None
    heavy: Reading | None = None

    @property
    def mark(self) -> dt.datetime | None:
        """What is stamped later is in the next delta."""
        return None if self.watermark is None else self.watermark.moment


class Following:
    """Follows a list: the first time it is read whole, then by deltas from where the reading before began.

    `place` is how far that is. Whoever holds what was read sets it, once that is taken over: a delta on top of a
    reading that was thrown away would look whole. After `reread_after` seconds all is read anew.
    """

    def __init__(self, client: PaytClient, reread_after: float = _REREAD_AFTER) -> None:
        self._client = client
        self._reread_after = reread_after
        self.place = Place()

    async def read(
        self, whole: Callable[[], Awaitable[Stamps]], changes: Callable[[dt.datetime], Awaitable[Stamps]]
    ) -> Place:
        """Read what is missing, and say how far that is.

        `whole` reads everything and `changes` what changed after a moment; both give the stamps of what they read.
        Raises what they raise.
        """
        began, started, as_of = Reading.take(), self._client.server_time, self._client.now()
        before = Place() if self._is_due(began) else self.place
        mark, read_whole, heavy = before.watermark, before.read_whole, before.heavy
        if mark is None:
            stamps, read_whole = await whole(), began
        elif heavy is not None and began.since(heavy) < _REACH_AGAIN:
            stamps = await changes(mark.brief)
        else:
            stamps = await changes(mark.moment)
            heavy = began if len(stamps) > PER_PAGE else None
        if mark is not None and not mark.covers(self._client.server_time):
            self.place = Place()
            return await self.read(whole, changes)
        latest = _latest((*stamps, before.latest), as_of)
        return Place(watermark(started, latest, Reading.take().since(began)), read_whole, latest, heavy)

    def _is_due(self, now: Reading) -> bool:
        """Whether everything must be read."""
        mark, read_whole = self.place.watermark, self.place.read_whole
        if mark is None or read_whole is None:
            return True
        return now.since(read_whole) > self._reread_after or not mark.covers(self._client.server_time)


def _latest(stamps: Iterable[dt.datetime | None], as_of: dt.datetime) -> dt.datetime | None:
    """The greatest stamp; one out of time is left out, because a delta after 9999-12-31 would find nothing for ever."""
    earliest, latest = as_of - _LONG_AGO, as_of + dt.timedelta(days=1)
    moments = [moment for moment in stamps if moment is not None]
    greatest = max(moments, default=None)
    if greatest is not None and not earliest < greatest < latest:
        return max((moment for moment in moments if earliest < moment < latest), default=None)
    return greatest
