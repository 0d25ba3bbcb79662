"""How long a search keeps the event loop from everybody else, and what it takes of this thread, at 100,000 open items.

The server and its client are in this process, the embedded Payt in another. A task that does nothing but give way tells
how much processor time of the thread goes by between two of its turns: what else the machine is busy with is in no
figure. Looking for garbage is put off until after each call, and told by itself; that rows are verified in the
background, a page a minute, is put off too.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mcp.client import Client

from benchmarks.figures import Row, markdown, spread
from benchmarks.processes import SECOND, Payt
from payt_mcp.books import verifying
from payt_mcp.server.server import build_server
from payt_mcp.settings import Settings

INVOICES = 100_000
_AGAIN = 3
_MOST_MS = 5.0
_LATER = 86_400.0

ASKED: Mapping[str, Mapping[str, Any]] = {
    "all that is open": {},
    "the largest first": {"sort": "-open_amount"},
    "overdue, by days": {"status": "overdue", "sort": "-days_overdue"},
    "a word of a few (1 in 40)": {"query": "bouw"},
    "a word of many (1 in 6)": {"query": "b.v."},
    "two words": {"query": "van de"},
    "a word that nothing has": {"query": "jansenn groothandell"},
    "1,000.00 or more": {"min_amount": "1000"},
    "paused ones": {"attention": ["paused"]},
    "not reminded since a day": {"not_reminded_since": "2026-01-01"},
    "grouped by debtor": {"group_by": "debtor"},
    "grouped by month": {"group_by": "month"},
}

_BEFORE = {
    "all that is open": "531, 8, 333",
    "the largest first": "368, 8, 360",
    "overdue, by days": "218, 217, 258",
    "a word of a few (1 in 40)": "76, 32, 69",
    "a word of many (1 in 6)": "112, 107, 105",
    "two words": "213, 200, 224",
    "a word that nothing has": "113, 106, 110",
    "1,000.00 or more": "198, 306, 317",
    "paused ones": "2,403, 1,873, 2,394",
    "not reminded since a day": "401, 244, 266",
    "grouped by debtor": "435, 451, 551",
    "grouped by month": "571, 576, 574",
}
"""At commit 97a1d81 on 2026-11-29, while others used the machine: milliseconds the first time, after a change, and of
the longest hold.
"""


@dataclass(frozen=True)
class Held:
    """Seconds of one question's own time, the first time and after changes, and the longest of its holds."""

    what: str
    first: float
    changed: Sequence[float]
    longest: float


def measured(invoices: int = INVOICES) -> tuple[list[Held], float]:
    """For each question; and the seconds of looking for garbage in all there is."""
    return asyncio.run(_measured(invoices))


def rows(found: Sequence[Held], invoices: int = INVOICES) -> list[Row]:
    longest = max(found, key=lambda one: one.longest)
    said = f"{longest.longest * 1000:.1f} ms ({longest.what})"
    what = f"longest hold of the event loop by a search, {invoices:,} open items"
    return [Row(what, f"<= {_MOST_MS:.0f} ms", said, longest.longest * 1000 <= _MOST_MS)]


def table(found: tuple[Sequence[Held], float], invoices: int = INVOICES) -> str:
    """Before, at 100,000, and now side by side."""
    held, garbage = found
    lines = [
        (
            one.what,
            _BEFORE.get(one.what, "-"),
            f"{one.first * 1000:.0f}",
            spread([seconds * 1000 for seconds in one.changed]),
            f"{one.longest * 1000:.1f}",
        )
        for one in held
    ]
    heads = (
        f"`search_invoices` at {invoices:,}: own ms",
        "before: first, after a change, longest hold",
        "now: first",
        "after a change",
        "longest hold",
    )
    return f"{markdown(heads, lines)}\n\nLooking for garbage in all there is, once: {garbage * 1000:.0f} ms."


async def _measured(invoices: int) -> tuple[list[Held], float]:
    verifying._FIRST_AFTER = _LATER  # noqa: SLF001 - see above
    with Payt(invoices) as payt:
        settings = Settings.from_env({**payt.settings, "PAYT_FRESHNESS_SECONDS": "3600", "PAYT_READ_ONLY": "1"})
        async with Client(build_server(settings)) as client:
            await _warmed(client)
            changes = itertools.count()

            async def change() -> None:
                await asyncio.sleep(SECOND)  # what the server asked for has left room by then
                number = payt.change_an_invoice(f"B{next(changes)}")
                await client.call_tool("get_invoice", {"invoice": number})  # the books take what is read for it

            found = [await _held(client, change, what, arguments) for what, arguments in ASKED.items()]
            began = time.thread_time()
            gc.collect()
            return found, time.thread_time() - began


async def _warmed(client: Client) -> None:
    """The books are read, and whatever is loaded once is."""
    while (await client.call_tool("find_debtors", {"limit": 1})).is_error:
        pass  # still loading
    await client.call_tool("search_invoices", {"query": "anything", "limit": 1, "administration_id": "all"})


async def _held(client: Client, change: Callable[[], Awaitable[None]], what: str, arguments: Mapping[str, Any]) -> Held:
    async def ask() -> None:
        result = await client.call_tool("search_invoices", dict(arguments))
        if result.is_error:
            raise RuntimeError(f"{arguments}: {result.content}")

    own, holds = [], []
    for again in range(_AGAIN + 1):
        if again:
            await change()
        seconds, longest = await _timed(ask)
        own.append(seconds)
        holds.append(longest)
    return Held(what, own[0], own[1:], max(holds))


async def _timed(ask: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Own seconds of a call, and the longest between two turns of somebody else."""
    longest = 0.0

    async def give_way() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    gc.collect()
    gc.disable()
    task = asyncio.create_task(give_way())
    await asyncio.sleep(0)
    try:
        began = time.thread_time()
        await ask()
        return time.thread_time() - began, longest
    finally:
        gc.enable()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
