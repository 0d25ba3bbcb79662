"""Reading a whole list as fast as the rate allows: several requests in flight, where the list can be divided."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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

_LONG = 10
"""Pages after whose reading memory is given back."""

Rows = list[dict[str, Any]]


async def read_all(client: PaytClient, query: Query, what: str, take: Callable[[Rows], None]) -> None:
    """Read every row of a list and hand each page to `take`; a row can be handed over more than once.

    A page is handed over in parts, and others get their turn between them: to make sense of 500 rows takes long enough
    to be felt. The list must be one without an `order`. Raises UpstreamError, after which nothing may be concluded from
    what was handed over.
    """
    query = query.with_params(per_page=str(PER_PAGE))
    pages = 0

    async def hand_over(page: Page) -> None:
        nonlocal pages
        pages += 1
        for part in parts(page.rows):
            take(part)
            await checkpoint()

    try:
        await _Scan(client, query, what, hand_over).run()
    except UntrustedListError:
        async for page in client.pages(query, what):
            await hand_over(page)
    if pages >= _LONG:
        await memory.give_back()


class _Scan:
    def __init__(
        self, client: PaytClient, query: Query, what: str, hand_over: Callable[[Page], Awaitable[None]]
    ) -> None:
        self._client = client
        self._query = query
        self._what = what
        self._hand_over = hand_over
        self._plan = Plan(PER_PAGE)
        self._changed = anyio.Event()
        self._failure: PaytMcpError | UntrustedListError | None = None

    async def run(self) -> None:
        page = await self._client.page(self._query, self._what)
        await self._hand_over(page)
        if page.cursor is None:
            return
        self._plan.start(_ids(page, self._what), page.cursor)
        async with anyio.create_task_group() as group:
            for _ in range(_IN_FLIGHT_THAT_WAITS if self._query.can_wait else IN_FLIGHT):
                group.start_soon(self._work, group)
        if self._failure is not None:
            raise self._failure

    async def _work(self, group: anyio.abc.TaskGroup) -> None:
        try:
            await self._loop()
        except (PaytMcpError, UntrustedListError) as failure:
            # Kept and raised by `run`: a task group would wrap it together with what it cancels.
            self._failure = self._failure or failure
            group.cancel_scope.cancel()

    async def _loop(self) -> None:
        while not self._plan.is_done:
            ask = self._plan.next_ask(room=self._client.has_room)
            if ask is None:
                await self._changed.wait()
                continue
            page = await self._fetch(ask)
            self._plan.answered(ask, _ids(page, self._what), page.cursor)
            self._changed.set()
            self._changed = anyio.Event()
            await self._hand_over(page)

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
