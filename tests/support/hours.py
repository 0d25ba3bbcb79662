"""Hours that pass in a test within a moment: here, at Payt, and for whoever waits for them in the background."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field

import anyio
import pytest

from payt_mcp.payt import clock
from payt_mcp.payt.clock import Reading
from payt_sandbox import World


@dataclass
class _Sleeper:
    until: float
    task: asyncio.Task[object] | None = field(default_factory=asyncio.current_task)
    woken: anyio.Event = field(default_factory=anyio.Event)


class Hours:
    """The clocks of this machine and of Payt stand still until `let_pass` moves them.

    Whoever was woken is awaited until they wait again or end, `patience` real seconds at most.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, world: World, *, patience: float = 60.0) -> None:
        began, moment = Reading.take(), dt.datetime.now(dt.UTC)
        self.passed = 0.0
        self._patience = patience
        self._asleep: list[_Sleeper] = []
        self._awake: set[asyncio.Task[object] | None] = set()
        monkeypatch.setattr(Reading, "take", lambda: Reading(began.monotonic + self.passed, began.wall + self.passed))
        monkeypatch.setattr(clock, "pause", self._pause)
        world.clock = lambda: moment + dt.timedelta(seconds=self.passed)

    async def let_pass(self, seconds: float) -> None:
        """Everybody who waits is woken at their time, one after the other, and does what they have to."""
        until = self.passed + seconds
        await self._quiet()
        while due := [one for one in self._asleep if one.until <= until]:
            first = min(due, key=lambda one: one.until)
            self._asleep.remove(first)
            self.passed = max(self.passed, first.until)
            self._awake.add(first.task)
            first.woken.set()
            await self._quiet()
        self.passed = until

    async def _pause(self, seconds: float) -> None:
        sleeper = _Sleeper(self.passed + seconds)
        self._awake.discard(sleeper.task)
        self._asleep.append(sleeper)
        await sleeper.woken.wait()

    async def _quiet(self) -> None:
        """Until those who were woken wait again or have ended."""
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(self._patience):
            while any(task is not None and not task.done() for task in self._awake):  # noqa: ASYNC110 - no event tells
                await anyio.sleep(0.001)
        self._awake.clear()
