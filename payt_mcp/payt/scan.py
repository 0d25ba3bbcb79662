"""Reading a whole list as fast as the rate allows: several requests in flight, where the list can be divided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import anyio
from anyio.lowlevel import checkpoint

from payt_mcp import memory
from payt_mcp.errors import GarbledError, PaytMcpError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.keyset import Ask, Plan, UntrustedListError
from payt_mcp.payt.wire import PER_PAGE, Page, Query, parts

IN_FLIGHT = 8
"""Requests under way together: enough for 10 a second at answers of 700 ms."""

_IN_FLIGHT_THAT_WAITS = 3

_LOOKED_AHEAD = 2.0
"""Seconds for which nothing is guessed while it is being asked where a list ends."""

_LONG = 10
"""Pages after whose reading memory is given back."""

Rows = list[dict[str, Any]]

EndsNear = Callable[[], Awaitable[list[int]]]
"""Some ids of about where a list ends; none where nobody knows. Raises UpstreamError."""


async def read_all(
    client: PaytClient,
    query: Query,
    what: str,
    take: Callable[[Rows], None],
    *,
    ends_near: EndsNear | None = None,
    beside: list[Plan] | None = None,
) -> None:
    """Read every row of a list and hand each page to `take`; a row can be handed over more than once.

    `ends_near` says about where a long list ends, so that it is divided sooner and at better places. Of lists that are
    read `beside` each other the one that has most left is divided.

    A page is handed over in parts, and others get their turn between them: to make sense of 500 rows takes long enough
    to be felt. The list must be one without an `order`. Raises UpstreamError, after which nothing may be concluded from
    what was handed over.
    """
    query = query.with_params(per_page=str(PER_PAGE))
    pages, turn = 0, anyio.Lock()

    async def hand_over(page: Page) -> None:
        nonlocal pages
        pages += 1
        async with turn:  # one after the other: a request on its way out waits for one of them at a time
            for part in parts(page.rows):
                take(part)
                await checkpoint()

    try:
        await _Scan(client, query, what, hand_over, ends_near, [] if beside is None else beside).run()
    except UntrustedListError:
        async for page in client.pages(query, what):
            await hand_over(page)
    if pages >= _LONG:
        await memory.give_back()


class _Scan:
    def __init__(
        self,
        client: PaytClient,
        query: Query,
        what: str,
        hand_over: Callable[[Page], Awaitable[None]],
        ends_near: EndsNear | None,
        beside: list[Plan],
    ) -> None:
        self._client = client
        self._query = query
        self._what = what
        self._hand_over = hand_over
        self._ends_near = ends_near
        self._plan = Plan(PER_PAGE)
        self._beside = beside
        self._looking = anyio.CancelScope()
        self._changed = anyio.Event()
        self._failure: PaytMcpError | UntrustedListError | None = None

    async def run(self) -> None:
        self._beside.append(self._plan)
        try:
            await self._read()
        finally:
            self._beside.remove(self._plan)

    async def _read(self) -> None:
        page = await self._client.page(self._query, self._what)
        if page.cursor is None:
            await self._hand_over(page)
            return
        self._plan.start(_ids(page, self._what), page.cursor)
        async with anyio.create_task_group() as group:
            group.start_soon(self._work, group, partial(self._hand_over, page))
            if self._ends_near is not None:
                group.start_soon(self._look_ahead, self._ends_near)
            for _ in range(_IN_FLIGHT_THAT_WAITS if self._query.can_wait else IN_FLIGHT):
                group.start_soon(self._work, group, self._loop)
        if self._failure is not None:
            raise self._failure

    async def _work(self, group: anyio.abc.TaskGroup, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except (PaytMcpError, UntrustedListError) as failure:
            # Kept and raised by `run`: a task group would wrap it together with what it cancels.
            self._failure = self._failure or failure
            group.cancel_scope.cancel()

    async def _look_ahead(self, ends_near: EndsNear) -> None:
        """Nothing rests on what it says: what goes wrong here is left to the pages, and so is what takes long."""
        self._looking.deadline = anyio.current_time() + _LOOKED_AHEAD
        with self._looking, suppress(PaytMcpError):
            ids = await ends_near()
            if ids:
                self._plan.ends_near(ids)
        self._ends_near = None
        self._has_changed()

    async def _loop(self) -> None:
        while not self._plan.is_done:
            under_way, beside = self._client.reads
            ask = self._plan.next_ask(room=under_way < beside and self._is_divided, beside=beside)
            if ask is None:
                await self._changed.wait()
                continue
            page = await self._fetch(ask)
            self._plan.answered(ask, _ids(page, self._what), page.cursor)
            self._has_changed()
            await self._hand_over(page)
        self._looking.cancel()

    @property
    def _is_divided(self) -> bool:
        """Whether a guess is best made in this list: where it ends is not just being asked, and none has more left."""
        return self._ends_near is None and self._plan.longest >= max(plan.longest for plan in self._beside)

    def _has_changed(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def _fetch(self, ask: Ask) -> Page:
        cursor = ask.cursor
        return await self._client.page(self._query.with_params(cursor=cursor) if cursor else self._query, self._what)


def _ids(page: Page, what: str) -> list[int]:
    ids = []
    for row in page.rows:
        value = row.get("id")
        if value is None:
            raise GarbledError(f"the list of {what} holds a row without an id")
        try:
            ids.append(int(value))
        except (TypeError, ValueError):
            raise UntrustedListError from None
    return ids
