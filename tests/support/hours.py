"""Hours that pass in a test within a moment: here, at Payt, and for whoever waits for them in the background."""

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
    woken: anyio.Event = field(default_factory=anyio.Event)


class Hours:
    """The clocks of this machine and of Payt stand still until `let_pass` moves them.

    Whoever was woken and does not wait again within `patience` real seconds is taken to have ended.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, world: World, *, patience: float = 60.0) -> None:
        began, moment = Reading.take(), dt.datetime.now(dt.UTC)
        self.passed = 0.0
        self._patience = patience
        self._asleep: list[_Sleeper] = []
        self._awake = 0
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
            self._awake += 1
            first.woken.set()
            await self._quiet()
        self.passed = until

    async def _pause(self, seconds: float) -> None:
        self._awake = max(self._awake - 1, 0)
        sleeper = _Sleeper(self.passed + seconds)
        self._asleep.append(sleeper)
        await sleeper.woken.wait()

    async def _quiet(self) -> None:
        """Until those who were woken wait again; one that does not has ended."""
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(self._patience):
            while self._awake:  # noqa: ASYNC110 - the end of a task is no event
                await anyio.sleep(0.001)
        self._awake = 0
