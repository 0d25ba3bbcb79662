"""Many records put in order, in steps: they are divided among parts that follow each other, and each is put in order by
itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeVar

from payt_mcp.steps import Steps, parted

RecordT = TypeVar("RecordT")

_SIZE = 250
"""Records of a part, more or less: as many as are soon put in order."""

_MOST = 600
"""As many are put in order at once."""

_LOOKED_AT = 8
"""Records of each part that are looked at beforehand, to tell where a part ends."""


def parts_in_order(
    records: Sequence[RecordT],
    place: Callable[[RecordT], Any],
    *,
    roughly: Callable[[RecordT], Any] | None = None,
    sort: Callable[[list[RecordT]], list[RecordT]] | None = None,
) -> Steps[list[list[RecordT]]]:
    """All of them by their `place`, in parts that follow each other and are not empty.

    `sort` does the same for a few. `roughly` is a place that many may have, and that is sooner told: only where too
    many have it, what it leaves open matters.
    """
    sort = sort or (lambda some: sorted(some, key=place))
    found: list[list[RecordT]] = []
    for part in (yield from _divided(records, roughly or place)):
        if roughly is not None and len(part) > _MOST:
            found += yield from parts_in_order(part, place, sort=sort)
        else:
            found.append(sort(part))
            yield
    return found


def _divided(records: Sequence[RecordT], place: Callable[[RecordT], Any]) -> Steps[list[list[RecordT]]]:
    if len(records) <= _MOST:
        return [list(records)] if records else []
    every = max(_SIZE // _LOOKED_AT, 1)
    looked_at = sorted(place(records[at]) for at in range(0, len(records), every))
    ends = looked_at[_LOOKED_AT::_LOOKED_AT]
    parts: list[list[RecordT]] = [[] for _ in range(len(ends) + 1)]
    for some in parted(records):
        for record in some:
            parts[bisect_right(ends, place(record))].append(record)
        yield
    return [part for part in parts if part]


def joined(parts: Steps[list[list[RecordT]]]) -> Steps[list[RecordT]]:
    """The parts as one list."""
    return list(chain.from_iterable((yield from parts)))
