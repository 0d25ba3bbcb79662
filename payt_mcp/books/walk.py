"""One list gone through page by page and held against what the books have of it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payt_mcp.receivables.in_order import joined, parts_in_order
from payt_mcp.steps import Steps, parted


@dataclass(frozen=True)
class Step:
    """What one page says: the ids that should have been on it and were not, and where the next page begins (None: this
    was the last). `is_in_order` is False where the list turns out not to come in the order of its ids.
    """

    missing: list[str]
    cursor: str | None
    position: int
    is_in_order: bool = True


class Walk:
    """From the first page of a list to its last; made by `begun`.

    Where a list comes in the order of its ids, what is missing is known with each page. Where it does not, it is known
    at the end.
    """

    def __init__(self, awaited: Sequence[str], *, in_order: bool) -> None:
        self.in_order = in_order
        self.cursor: str | None = None
        # Their numbers are not kept: a walk takes most of an hour, and there are 100,000 of them.
        self._awaited = awaited
        self._next = 0
        self._position = -1
        self._seen: set[str] = set()

    @classmethod
    def begun(cls, expected: Sequence[str], *, in_order: bool = True) -> Steps[Walk]:
        """Of the ids that are held as it begins."""
        for some in parted(expected):
            in_order = in_order and all(_number(key) is not None for key in some)
            yield
        return cls((yield from joined(parts_in_order(expected, _place))), in_order=in_order)

    def look(self, ids: Sequence[str], cursor: str | None) -> Step:
        """What a page with these ids says; nothing is taken to have happened before `go`."""
        if not self.in_order:
            seen = self._seen | set(ids)
            missing = [] if cursor else [key for key in self._awaited if key not in seen]
            return Step(missing, cursor, -1)
        position, here = self._position, set(ids)
        for key in ids:
            number = _number(key)
            if number is None or number <= position:
                return Step([], None, position, is_in_order=False)
            position = number
        awaited = self._awaited[self._next : self._until(position, to_the_end=cursor is None)]
        return Step([key for key in awaited if key not in here], cursor, position)

    def go(self, ids: Sequence[str], step: Step) -> bool:
        """Go on from there; False at the end."""
        if self.in_order:
            self._position = step.position
            self._next = self._until(step.position, to_the_end=step.cursor is None)
        else:
            self._seen.update(ids)
        is_over = step.cursor is None or step.cursor == self.cursor
        self.cursor = step.cursor
        return not is_over

    def _until(self, position: int, *, to_the_end: bool) -> int:
        place = self._next
        while place < len(self._awaited) and (to_the_end or _place(self._awaited[place])[0] <= position):
            place += 1
        return place


def _place(key: str) -> tuple[int, str]:
    return _number(key) or 0, key


def _number(key: str) -> int | None:
    return int(key) if key.isascii() and key.isdigit() else None
