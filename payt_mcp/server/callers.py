"""Who is asking: here a request becomes a caller. No room below the server knows how many there are.

A server has one caller where it runs over stdin and stdout, and over HTTP with one credential: whoever gets in asks
Payt with it. A server for several people brings callers of its own, and the rest of the house stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import anyio.abc

from payt_mcp.server.session import CallerSession, EmbeddedPayt
from payt_mcp.settings import Settings
from payt_mcp.tools.callers import Callers, Request


class ServedCallers(Callers, Protocol):
    """The callers of a server that runs: they begin and end with it."""

    async def take_up(self) -> None:
        """See to what an earlier process left; runs beside the first requests."""
        ...

    async def finish(self) -> None:
        """What is being sent is finished or recorded, within a bound."""
        ...

    async def aclose(self) -> None:
        """Let go of all that is open."""
        ...


OpenCallers = Callable[[anyio.abc.TaskGroup], ServedCallers]
"""Makes the callers of a server when it starts; the group runs what outlives a request."""


class SoleCaller:
    """Every request comes from the same caller."""

    def __init__(self, session: CallerSession) -> None:
        self._session = session
        self.take_up = session.take_up
        self.finish = session.finish
        self.aclose = session.aclose

    async def caller(self, request: Request) -> CallerSession:  # noqa: ARG002 - whatever it says
        return self._session

    def name(self, request: Request) -> None:  # noqa: ARG002 - there is no other
        return None

    async def may_write(self, request: Request) -> bool:  # noqa: ARG002 - where nothing may be written, no tool is made
        return True

    async def answered(self, request: Request) -> None:
        pass


def sole_caller(
    settings: Settings, *, app: EmbeddedPayt | None = None, browse: Callable[[str], bool] | None = None
) -> OpenCallers:
    """The one caller these settings are for."""

    def opened(group: anyio.abc.TaskGroup) -> SoleCaller:
        session = CallerSession(settings, settings, group, state_dir=settings.state_dir, app=app, browse=browse)
        return SoleCaller(session)

    return opened
