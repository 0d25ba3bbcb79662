"""Who is asking. The server tells it from the request; what is below is given that caller, and knows of no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mcp.server.context import ServerRequestContext

if TYPE_CHECKING:
    from payt_mcp.books.account import Account
    from payt_mcp.books.completion import Completions
    from payt_mcp.writes.outbox import Outbox

Request = ServerRequestContext[Any, Any]
"""A request as the server received it; over HTTP its `request` has the headers."""


class Caller(Protocol):
    """What is one caller's own. Each part is opened when it is first asked for, and kept."""

    async def account(self) -> Account:
        """Payt, and all that is held in memory of it. Raises NotConfiguredError, SignInError."""
        ...

    async def outbox(self) -> Outbox:
        """Where the writes are kept and carried out. Raises LedgerError, RefusedWriteError."""
        ...

    async def completions(self) -> Completions:
        """What can be typed as an argument."""
        ...


class Callers(Protocol):
    """All who may ask a server. Its lifespan gives this to every request."""

    async def caller(self, request: Request) -> Caller:
        """Whoever makes this request. Raises PaytMcpError where that is nobody."""
        ...

    def name(self, request: Request) -> str | None:
        """What tells this caller from all others; None where there is but one. A question that waits for an answer is
        sealed with it.
        """
        ...

    async def may_write(self, request: Request) -> bool:
        """Whether the tools that write are there for whoever makes this request. Raises PaytMcpError as `caller`."""
        ...

    async def answered(self, request: Request) -> None:
        """A call was answered: what it left for those that follow it can be kept."""
        ...
