"""Cursors that say nothing: numbers that are no record's id, each standing for a place in one list."""

from typing import Final

_FIRST: Final = 9_700_000_013
_STEP: Final = 7


class Cursors:
    """Remembers which place every given cursor stands for; the same place gets the same cursor again."""

    def __init__(self) -> None:
        self._places: dict[int, tuple[str, int]] = {}
        self._given: dict[tuple[str, int], int] = {}

    def give(self, listing: str, place: int) -> int:
        """The cursor of a place (the order key of the last row of a page) in a listing."""
        key = (listing, place)
        if key not in self._given:
            cursor = _FIRST + _STEP * len(self._given)
            self._given[key] = cursor
            self._places[cursor] = key
        return self._given[key]

    def place(self, listing: str, cursor: int) -> int | None:
        """The place a cursor stands for; None when it was not given for this listing."""
        found = self._places.get(cursor)
        return found[1] if found is not None and found[0] == listing else None
