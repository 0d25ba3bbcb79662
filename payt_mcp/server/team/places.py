"""Places in a rate that several processes share: pure, the moments are arguments.

Of each request stands when it has arrived at Payt at the latest: as long as nothing else is known, some time after its
place began; once it is answered, what the answer tells. A place begins where, of all others, at most as many as may
arrive in a window have not arrived a window before. So of more than that number the one with the last place arrives a
window after one of the others, however late each of them was within what it was given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from payt_mcp.payt import pacing

WINDOW = pacing.WINDOW
"""Seconds in which at most so many requests arrive as Payt takes in one."""

LATE = 0.4
"""Seconds after its beginning in which a request with a place goes out, else it needs another one: a busy process does
what it was woken for a while later.
"""

ON_ITS_WAY = 0.25
"""Seconds by which one request is longer on its way than another, where its answer does not tell yet."""

_STEP = dt.timedelta(microseconds=1)


class Arrived(NamedTuple):
    """A request has ended: the `latest` moment of its place, and how many seconds `ago` it arrived at the latest."""

    latest: dt.datetime
    ago: float


@dataclass(frozen=True)
class Place:
    """From when on a request may go out, and when it has arrived at the latest, by which it is known."""

    begins: dt.datetime
    latest: dt.datetime


def lately(known: Iterable[dt.datetime], now: dt.datetime, window: float) -> list[dt.datetime]:
    """Those that may have arrived within the last window, or will, in order."""
    return sorted(latest for latest in known if latest > now - dt.timedelta(seconds=window))


def told(known: Iterable[dt.datetime], now: dt.datetime, arrived: Iterable[Arrived]) -> list[dt.datetime]:
    """The same, with what is known of some by now. One may have arrived later than it should: that counts, too."""
    moments = list(known)
    for one in arrived:
        if one.latest in moments:
            moments.remove(one.latest)
        moments.append(now - dt.timedelta(seconds=one.ago))
    return moments


def next_place(
    others: Sequence[dt.datetime], now: dt.datetime, most: int, window: float, late: float, held: Place | None = None
) -> Place:
    """The first place beside `others`, which are in order: `most` in a window. It can be taken for `late` seconds.
    Whoever has `held` one since before keeps it where that is sooner: those who came later wait behind it.
    """
    begins = max(now, others[-most] + dt.timedelta(seconds=window)) if len(others) >= most else now
    if held is not None and held.begins <= begins:
        return held
    latest = begins + dt.timedelta(seconds=late + ON_ITS_WAY)
    while latest in others:  # each is known by its own
        latest += _STEP
    return Place(begins, latest)
