"""What time it is at Payt, and how sure that is. The machine's own clocks are passed in as a `Reading`.

Payt's own advice for deltas is to go by its timestamps and never by the local clock; "today" is its date too. Between
two answers time is carried on by this machine: by whichever of its clocks moved further, because the monotonic one
stands still while a laptop sleeps, and the wall clock can be set back.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

import anyio

OVERLAP = dt.timedelta(hours=1)
"""How far a delta reaches back behind the moment it was fixed at. Stamps are set before rows can be read: an import
stamps its rows as it writes them, and they appear when it is done, together.
"""

_BRIEF_OVERLAP = dt.timedelta(minutes=2)
"""How far a delta reaches back in place of that, for a few minutes after one that brought much: its rows would all be
read again each time.
"""

_APART = dt.timedelta(days=1)
"""How far Payt's stamps may be behind its `Date`: where the greatest one is older, nothing happened since."""

_STAMP = dt.timedelta(milliseconds=1)
"""The least difference between two stamps. Whether `updated_after` includes its own moment, Payt does not say."""

_LONGEST_GAP = dt.timedelta(days=80)
"""Deleted lists reach 90 days back; a delta over more than this could miss a deletion."""

_TOLERANCE = 120.0
"""Seconds two clocks may differ in how much time they say has passed."""


@dataclass(frozen=True)
class Reading:
    """The clocks of this machine at one moment, in seconds: monotonic, and wall (Unix time)."""

    monotonic: float
    wall: float

    @classmethod
    def take(cls) -> Reading:
        return cls(time.monotonic(), time.time())

    def since(self, earlier: Reading) -> float:
        """Seconds passed since an earlier reading."""
        return max(self.monotonic - earlier.monotonic, self.wall - earlier.wall)


async def pause(seconds: float) -> None:
    """Let this much time pass; for what is done in the background, by the same clocks."""
    await anyio.sleep(seconds)


@dataclass(frozen=True)
class ServerTime:
    """A `Date` header of Payt's, and this machine's clocks when it came."""

    moment: dt.datetime
    taken: Reading

    def now(self, reading: Reading) -> dt.datetime:
        return self.moment + dt.timedelta(seconds=max(reading.since(self.taken), 0.0))


@dataclass(frozen=True)
class Watermark:
    """Ask for what changed after `moment`, or after `brief` where that is too much work for now: then what is stamped
    long before it can be read is not in the answer. `fixed` is the server's time it rests on, None where it sends none.
    """

    moment: dt.datetime
    brief: dt.datetime
    fixed: ServerTime | None

    def covers(self, now: ServerTime | None) -> bool:
        """Whether a delta from here can be trusted at server time `now`.

        Not when Payt's clock went backwards or disagrees with both clocks of this machine about how much time has
        passed, and not over more days than deletions are remembered for.
        """
        if self.fixed is None or now is None:
            return self.fixed is now
        passed = (now.moment - self.fixed.moment).total_seconds()
        if passed < -_TOLERANCE or now.moment - self.moment > _LONGEST_GAP:
            return False
        here = (now.taken.monotonic - self.fixed.taken.monotonic, now.taken.wall - self.fixed.taken.wall)
        return any(abs(passed - elapsed) <= _TOLERANCE for elapsed in here)


def watermark(started: ServerTime | None, latest: dt.datetime | None, seconds: float) -> Watermark | None:
    """Where the delta after a reading begins that started at `started` and took `seconds`; `latest` is the greatest
    timestamp seen.

    It is the earlier of the server's time less an overlap and `latest`: stamps may come from a clock that is behind the
    one of the `Date` header. Without a server time it rests on the data: `latest` lies before the end of the reading,
    so what changed during it is stamped later than `latest` less its length. None where neither is known.
    """
    if started is not None:
        moment, brief = started.moment - OVERLAP, started.moment - _BRIEF_OVERLAP
        if latest is not None:
            latest = max(latest, started.moment - _APART)
            moment, brief = min(moment, latest - _STAMP), min(brief, latest + _STAMP)
        return Watermark(moment, brief, started)
    if latest is not None:
        began = latest - dt.timedelta(seconds=seconds)
        return Watermark(began - OVERLAP, began - _BRIEF_OVERLAP, None)
    return None
