"""When a list of Payt's is read whole, and when only what changed of it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading, Watermark, watermark

_REREAD_AFTER = 24 * 3600.0
"""Seconds after which everything is read anew: Payt has no list of deleted debtors."""

_LONG_AGO = dt.timedelta(days=36_500)


class Following:
    """Follows a list: the first time it is read whole, then by deltas from where the reading before began."""

    def __init__(self, client: PaytClient) -> None:
        self._client = client
        self._watermark: Watermark | None = None
        self._read_whole: Reading | None = None

    async def read(
        self,
        whole: Callable[[], Awaitable[None]],
        changes: Callable[[dt.datetime], Awaitable[None]],
        stamps: Callable[[], list[dt.datetime]],
    ) -> None:
        """Bring what is held up to date.

        `whole` reads everything and `changes` what changed after a moment; `stamps` are the moments of what is held
        now. Raises what they raise, and then nothing is taken to have been read.
        """
        began, started, as_of = Reading.take(), self._client.server_time, self._client.now()
        mark = None if self._is_due(began) else self._watermark
        if mark is None:
            await whole()
            self._read_whole = began
        else:
            await changes(mark.moment)
            if not mark.covers(self._client.server_time):
                self._watermark = None
                return await self.read(whole, changes, stamps)
        latest = None if started else _latest(stamps(), as_of)
        self._watermark = watermark(started, latest, Reading.take().since(began))
        return None

    def _is_due(self, now: Reading) -> bool:
        """Whether everything must be read."""
        if self._watermark is None or self._read_whole is None:
            return True
        return now.since(self._read_whole) > _REREAD_AFTER or not self._watermark.covers(self._client.server_time)


def _latest(stamps: list[dt.datetime], as_of: dt.datetime) -> dt.datetime | None:
    """The greatest stamp; one out of time is left out, because a delta after 9999-12-31 would find nothing for ever."""
    earliest, latest = as_of - _LONG_AGO, as_of + dt.timedelta(days=1)
    return max((moment for moment in stamps if earliest < moment < latest), default=None)
