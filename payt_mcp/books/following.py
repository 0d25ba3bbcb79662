"""When a list of Payt's is read whole, and when only what changed of it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Sequence

from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading, Watermark, watermark
from payt_mcp.payt.wire import PER_PAGE

_REREAD_AFTER = 24 * 3600.0
"""Seconds after which everything is read anew."""

_REACH_AGAIN = 300.0
"""Seconds for which a delta reaches back no further than it must, after one that went all the way brought more than a
page: after a large import every answer would read all of it again.
"""

_LONG_AGO = dt.timedelta(days=36_500)

Stamps = Sequence[dt.datetime | None]
"""When each record that was read had last changed, as it says itself."""


class Following:
    """Follows a list: the first time it is read whole, then by deltas from where the reading before began."""

    def __init__(self, client: PaytClient) -> None:
        self._client = client
        self._watermark: Watermark | None = None
        self._read_whole: Reading | None = None
        self._latest: dt.datetime | None = None
        self._heavy: Reading | None = None

    @property
    def mark(self) -> dt.datetime | None:
        """What is stamped later is in the next delta."""
        return None if self._watermark is None else self._watermark.moment

    def forget(self) -> None:
        """Read everything the next time."""
        self._watermark = None

    async def read(
        self, whole: Callable[[], Awaitable[Stamps]], changes: Callable[[dt.datetime], Awaitable[Stamps]]
    ) -> None:
        """Bring what is held up to date.

        `whole` reads everything and `changes` what changed after a moment; both give the stamps of what they read.
        Raises what they raise, and then nothing is taken to have been read.
        """
        began, started, as_of = Reading.take(), self._client.server_time, self._client.now()
        mark = None if self._is_due(began) else self._watermark
        if mark is None:
            stamps = await whole()
            self._read_whole, self._latest, self._heavy = began, None, None
        else:
            stamps = await self._read_changes(changes, mark, began)
            if not mark.covers(self._client.server_time):
                self._watermark = None
                return await self.read(whole, changes)
        self._latest = _latest((*stamps, self._latest), as_of)
        self._watermark = watermark(started, self._latest, Reading.take().since(began))
        return None

    async def _read_changes(
        self, changes: Callable[[dt.datetime], Awaitable[Stamps]], mark: Watermark, began: Reading
    ) -> Stamps:
        if self._heavy is not None and began.since(self._heavy) < _REACH_AGAIN:
            return await changes(mark.brief)
        stamps = await changes(mark.moment)
        self._heavy = began if len(stamps) > PER_PAGE else None
        return stamps

    def _is_due(self, now: Reading) -> bool:
        """Whether everything must be read."""
        if self._watermark is None or self._read_whole is None:
            return True
        return now.since(self._read_whole) > _REREAD_AFTER or not self._watermark.covers(self._client.server_time)


def _latest(stamps: Iterable[dt.datetime | None], as_of: dt.datetime) -> dt.datetime | None:
    """The greatest stamp; one out of time is left out, because a delta after 9999-12-31 would find nothing for ever."""
    earliest, latest = as_of - _LONG_AGO, as_of + dt.timedelta(days=1)
    return max((moment for moment in stamps if moment is not None and earliest < moment < latest), default=None)
