"""When an engine looks at its ledger, and what it asks before it carries something out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import anyio

from payt_mcp.proposals.records import Record

_SLOW_POLL = 15.0


@dataclass(frozen=True)
class Bar:
    """Why what was approved is not carried out now; `is_over`: nor later."""

    why: str
    is_over: bool = False


class TurnTaking(Protocol):
    """Which process sees to a proposal that is approved: the others leave it alone, and do not ask Payt the same.

    It only saves requests, and who may send is decided by the ledger: whoever has the turn and dies loses it.
    """

    async def take(self, key: str) -> bool:
        """Whether this process sees to a proposal from now on. Raises PaytMcpError where nobody can tell."""

    async def let_go(self, key: str) -> None:
        """Any process may see to it from now on, and those that wait for it are told. Never raises."""


@dataclass(frozen=True)
class Rounds:
    """How one engine goes about it.

    Attributes:
        poll: seconds between looks at the ledger for what another process or a person recorded.
        woken: returns when another process has recorded something, also if that was before it was asked; then the poll
            stands behind it, for what is to be tried again.
        turns: asked before anything else is done about a proposal; without them each process sees to it. Those of one
            person have none: there is seldom a second one, it looks up to a second later, and one that stands still
            must not keep a letter from it.
        bar: asked before something that was approved is carried out; gives None where nothing speaks against it.
        closes_ledger: whether the ledger ends with the engine.
    """

    poll: float = 1.0
    woken: Callable[[], Awaitable[object]] | None = None
    turns: TurnTaking | None = None
    bar: Callable[[Record], Awaitable[Bar | None]] | None = None
    closes_ledger: bool = True

    async def until_next(self, *, is_idle: bool) -> None:
        """Wait for news. Where they are told, and nothing is open, there is no need to look for them."""
        if self.woken is None:
            await anyio.sleep(self.poll)
            return
        with anyio.move_on_after(_SLOW_POLL if is_idle else self.poll):
            await self.woken()


ROUNDS = Rounds()
