"""A long sequence in some order that stays as it is, and of which the next one is made without its being copied."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Any, TypeVar, overload

_SIZE = 1_000
"""Of a block of twice as many records two are made."""

ItemT = TypeVar("ItemT")
Place = Callable[[ItemT], Any]
"""What tells where in the order a record stands; no two stand at the same place."""


class Blocks(Sequence[ItemT]):
    """Records in blocks, none of them empty. Sequences that follow each other share the blocks in which nothing
    changed: of 100,000 records, to copy the references alone takes longer than to answer from them.
    """

    def __init__(self, blocks: Sequence[Sequence[ItemT]]) -> None:
        self._blocks = blocks
        self._ends = list(accumulate(map(len, blocks)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[ItemT]:
        return chain.from_iterable(self._blocks)

    @overload
    def __getitem__(self, place: int) -> ItemT: ...
    @overload
    def __getitem__(self, place: slice) -> list[ItemT]: ...
    def __getitem__(self, place: int | slice) -> ItemT | list[ItemT]:
        if isinstance(place, slice):
            found = range(len(self))[place]
            return [self[at] for at in found] if found.step != 1 else self._run(found.start, len(found))
        return self._run(range(len(self))[place], 1)[0]

    def exchanged(self, gone: ItemT | None, come: ItemT | None, place: Place[ItemT]) -> Blocks[ItemT]:
        """The same without one record, or with one more, or both."""
        blocks = list(self._blocks)
        if gone is not None:
            number = _block_of(blocks, gone, place)
            left = list(blocks[number])
            del left[bisect_left(left, place(gone), key=place)]
            blocks[number : number + 1] = [left] if left else []
        if come is not None:
            number = min(_block_of(blocks, come, place), len(blocks) - 1)
            grown = list(blocks[number]) if blocks else []
            insort(grown, come, key=place)
            half = len(grown) // 2 if len(grown) >= 2 * _SIZE else len(grown)
            blocks[max(number, 0) : number + 1] = [part for part in (grown[:half], grown[half:]) if part]
        return Blocks(blocks)

    def _run(self, start: int, length: int) -> list[ItemT]:
        number = bisect_right(self._ends, start)
        skipped = start - (self._ends[number - 1] if number else 0)
        return list(islice(chain.from_iterable(self._blocks[number:]), skipped, skipped + length))


def _block_of(blocks: Sequence[Sequence[ItemT]], item: ItemT, place: Place[ItemT]) -> int:
    """The first block that does not end before the place of this record."""
    return bisect_left(blocks, place(item), key=lambda block: place(block[-1]))
