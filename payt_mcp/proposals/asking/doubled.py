"""One call of a write that comes twice at the same moment, as some hosts send it: done once, and both are told.

The later one waits for the first and is told what became of it. Where the first is broken off, the later takes its
place; where it takes too long, the later says how things stand, and asks nobody a second time. Calls that come twice to
two servers are not known here: of those the ledger lets one through.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import anyio
from mcp.types import CallToolResult, InputRequiredResult, TextContent

from payt_mcp import patience

_MOMENT = 10.0
"""Seconds for which a question counts as being put that a client took away with it: no server sees whether it is."""

_PATIENCE = 25.0
_KEPT = 60.0
"""Seconds after which nobody waits for such a question any more."""

_BOTH = "The same call came twice at the same moment: both are one, and this is the answer to both."

Answered = CallToolResult | InputRequiredResult

_beside: ContextVar[bool] = ContextVar("payt_mcp_beside", default=False)


def is_beside_another() -> bool:
    """Whether the user is being asked already, through another call of the same."""
    return _beside.get()


def name_of(caller: str | None, tool: str, arguments: Mapping[str, Any]) -> Hashable:
    """What two calls have in common that are one."""
    return caller, tool, json.dumps(arguments, sort_keys=True, default=repr)


class _Call:
    """A call under way. `asked_at` is when its client went away with a question (monotonic seconds), None before."""

    def __init__(self) -> None:
        self.over = anyio.Event()
        self.result: CallToolResult | None = None
        self.asked_at: float | None = None

    def is_within(self, seconds: float) -> bool:
        return self.asked_at is None or time.monotonic() - self.asked_at < seconds

    def end(self, result: CallToolResult | None) -> None:
        self.result = result
        self.over.set()


class Doubled:
    """The calls of one server that are under way."""

    def __init__(self) -> None:
        self._calls: dict[Hashable, _Call] = {}

    async def once(self, name: Hashable, run: Callable[[], Awaitable[Answered]], *, resumed: bool) -> Answered:
        """Answer a call, or tell it what became of the one that it comes beside. `resumed` is one that brings the
        user's answer.
        """
        while not resumed and (other := self._calls.get(name)) is not None and other.is_within(_MOMENT):
            with anyio.move_on_after(min(_PATIENCE, patience.left())):
                await other.over.wait()
            if other.result is not None:
                return _for_both(other.result)
            if not other.over.is_set():
                with _beside_another():
                    return await run()
        return await self._first(name, run)

    async def _first(self, name: Hashable, run: Callable[[], Awaitable[Answered]]) -> Answered:
        self._forget()
        call = self._calls.setdefault(name, _Call())  # a question put anew is that of those who wait for the old one
        call.asked_at, result = None, None
        try:
            result = await run()
        finally:
            if isinstance(result, InputRequiredResult):
                call.asked_at = time.monotonic()
            else:
                if self._calls.get(name) is call:
                    del self._calls[name]
                call.end(result)
        return result

    def _forget(self) -> None:
        """Questions that nobody came back from."""
        for name, call in list(self._calls.items()):
            if not call.is_within(_KEPT):
                del self._calls[name]
                call.end(None)


@contextmanager
def _beside_another() -> Iterator[None]:
    token = _beside.set(True)
    try:
        yield
    finally:
        _beside.reset(token)


def _for_both(result: CallToolResult) -> CallToolResult:
    """The answer to the first as the second is given it."""
    told = result.structured_content
    if result.is_error or not told or "summary" not in told:
        return result
    summary = f"{told['summary']} {_BOTH}"
    content = [
        TextContent(type="text", text=block.text.replace(told["summary"], summary, 1))
        if isinstance(block, TextContent)
        else block
        for block in result.content
    ]
    return result.model_copy(update={"content": content, "structured_content": {**told, "summary": summary}})
