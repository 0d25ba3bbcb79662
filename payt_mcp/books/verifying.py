"""The books held against Payt row by row, in the background: what no delta brings is found within the hour.

A delta brings what is stamped after the one before. A row that becomes readable long after its stamp is in none, and
neither is a debtor that was deleted. So the lists are gone through page by page, all of them within an hour, with at
most a fiftieth of the requests that the rate allows. It begins when the books are used a second time, and rests when
nobody has asked them for two hours; whoever asks then sets it going again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from anyio.lowlevel import checkpoint

from payt_mcp.books.again import IDS_A_REQUEST, Shelves
from payt_mcp.books.shelf import Shelf, chunked
from payt_mcp.books.walk import Walk
from payt_mcp.errors import PaytMcpError
from payt_mcp.payt import clock, wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import Reading
from payt_mcp.steps import in_turns

logger = logging.getLogger("payt_mcp")

ROUND = 2_700.0
"""Seconds in which every row is looked at once."""

SHARE = 0.02
"""Of the requests that the rate allows, the part that is spent on this."""

RESTS_AFTER = 7_200.0
"""Seconds without a question after which nothing is verified."""

_FIRST_AFTER = 60.0
"""Seconds after the books are in use before anything is verified: a process that answers one question is gone by then.
"""

_QUIET_FOR = 1.0
_MOST_QUIET = 30
_LONGEST_PAUSE = 600.0


@dataclass(frozen=True)
class Difference:
    """A record that the books had otherwise than Payt: what they held of it before and hold now (None: nothing).
    `is_late` says that no delta would have brought it.
    """

    resource: str
    before: Any | None
    after: Any | None
    is_late: bool


@dataclass
class _Round:
    """What became of one time through all lists."""

    rows: int = 0
    requests: int = 0
    differences: int = 0
    late: int = 0


class Verifier:
    """Goes through the lists of one administration, again and again.

    Args:
        found: is told of the differences of each page, which are taken over by then.
    """

    def __init__(
        self, client: PaytClient, administration_id: str, shelves: Shelves, found: Callable[[list[Difference]], None]
    ) -> None:
        self._client = client
        self._administration_id = administration_id
        self._shelves = shelves
        self._found = found
        self._asked = Reading.take()
        self._round = _Round()
        self._failures = 0
        self.is_running = False
        self.is_over = False

    def asked(self) -> None:
        """Somebody asks the books."""
        self._asked = Reading.take()

    async def run(self) -> None:
        """Until nobody asks any more, or `is_over`."""
        self.is_running = True
        self._places = self._rounds()
        try:
            await self._go_on()
            await clock.pause(max(_FIRST_AFTER, self._pause(1)))
            while not self.is_over and Reading.take().since(self._asked) <= RESTS_AFTER:
                began = Reading.take()
                await self._wait_for_quiet()
                spent = await self._slice_or_failure()
                await clock.pause(max(self._pause(spent) - Reading.take().since(began), _QUIET_FOR))
        finally:
            self.is_running = False

    def _pause(self, spent: int) -> float:
        """Seconds until the next page: for all of them to fit into a round, and no more requests than their share."""
        if self._failures:
            return min(_QUIET_FOR * 10 * 2.0**self._failures, _LONGEST_PAUSE)
        pages = sum(len(shelf.ids()) // wire.PER_PAGE + 1 for shelf in self._shelves.values())
        in_time = ROUND / pages / (1 if self._walk.in_order else 2)
        return max(in_time, spent / (SHARE * self._client.rate), _QUIET_FOR)

    async def _wait_for_quiet(self) -> None:
        """Let an answer that is being read for go first."""
        for _ in range(min(_MOST_QUIET, int(self._pause(1) / 2))):
            if self._client.is_quiet and self._shelf.turn is not None:
                return
            await clock.pause(_QUIET_FOR)

    async def _slice_or_failure(self) -> int:
        before = self._round.requests
        try:
            await self._slice(self._shelf, self._walk)
            self._failures = 0
        except PaytMcpError as error:
            self._failures += 1
            logger.info("the books could not be verified: %s", type(error).__name__)
            await self._go_on()  # a list that cannot be read does not keep the others from it
        except Exception:  # the edge of a background task: what is held stays as it is
            self._failures += 1
            logger.exception("verifying the books broke off")
            await self._go_on()
        return max(self._round.requests - before, 1)

    async def _slice(self, shelf: Shelf, walk: Walk) -> None:
        """One page: read, held against what is held, taken over. Where the books are read meanwhile it is asked for
        again, because what it says may be older.
        """
        turn, mark, deleted_mark = shelf.turn, shelf.mark, shelf.deleted_mark
        if turn is None:
            return
        query = shelf.query(self._administration_id, **shelf.walked)
        page = await self._page(query.with_params(cursor=walk.cursor) if walk.cursor else query, shelf)
        records = [record async for record in self._records(page, shelf)]
        ids = [record.id for record in records]
        step = walk.look(ids, page.cursor)
        if not step.is_in_order:
            self._walk = await in_turns(Walk.begun(shelf.ids(), in_order=False))
            return
        missing = [key for key in step.missing if shelf.held(key) is not None]
        others = await self._by_id(shelf, missing)
        gone = set(missing) - {record.id for record in others}
        expected = await self._deleted(shelf, deleted_mark) if gone and deleted_mark else set()
        if shelf.turn != turn:
            return

        def is_late(record: Any) -> bool:
            return mark is None or record.updated_at is None or record.updated_at <= mark

        found = [*_taken(shelf, [*records, *others], is_late), *_dropped(shelf, sorted(gone), expected)]
        self._note(len(records), found)
        if not walk.go(ids, step):
            await self._go_on()

    async def _page(self, query: wire.Query, shelf: Shelf) -> wire.Page:
        self._round.requests += 1
        return await self._client.page(query, shelf.name)

    async def _records(self, page: wire.Page, shelf: Shelf) -> AsyncIterator[Any]:
        for rows in wire.parts(page.rows):
            for row in rows:
                yield wire.read_row(shelf.model, row, shelf.name, self._client.now())
            await checkpoint()

    async def _by_id(self, shelf: Shelf, ids: Sequence[str]) -> list[Any]:
        """What became of these: paid, or gone."""
        found = []
        for chunk in chunked(ids, IDS_A_REQUEST):
            page = await self._page(shelf.query(self._administration_id, ids=",".join(chunk)), shelf)
            found += [wire.read_row(shelf.model, row, shelf.name, self._client.now()) for row in page.rows]
        return found

    async def _deleted(self, shelf: Shelf, mark: Any) -> set[str]:
        """The ids of what was deleted since, which the next delta would say too."""
        if not shelf.lists_deleted:
            return set()
        after = {"deleted_after": wire.stamp(mark)}
        page = await self._page(wire.listing(f"{shelf.resource}/deleted", self._administration_id, **after), shelf)
        return {str(row.get("id")) for row in page.rows}

    def _note(self, rows: int, found: list[Difference]) -> None:
        self._round.rows += rows
        self._round.differences += len(found)
        self._round.late += sum(one.is_late for one in found)
        if found:
            self._found(found)

    async def _go_on(self) -> None:
        shelf = next(self._places)
        self._shelf, self._walk = shelf, await in_turns(Walk.begun(shelf.ids()))

    def _rounds(self) -> Iterator[Shelf]:
        """The lists one after the other; after each time through all of them the log says what was found."""
        while True:
            yield from self._shelves.values()
            one, self._round = self._round, _Round()
            said = {name: getattr(one, name) for name in ("rows", "requests", "differences", "late")}
            logger.log(logging.WARNING if one.late else logging.INFO, "the books were verified", extra=said)


def _taken(shelf: Shelf, records: Sequence[Any], is_late: Callable[[Any], bool]) -> Iterator[Difference]:
    for record in records:
        before = shelf.held(record.id)
        shelf.take(record)
        after = shelf.held(record.id)
        if before is not after:
            yield Difference(shelf.resource, before, after, is_late(record))


def _dropped(shelf: Shelf, ids: Sequence[str], expected: set[str]) -> Iterator[Difference]:
    for key in ids:
        before = shelf.held(key)
        shelf.drop(key)
        if before is not None:
            yield Difference(shelf.resource, before, None, key not in expected)
