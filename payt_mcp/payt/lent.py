"""A client that several people lend: what is read with it is there for all of them while one of them may read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from payt_mcp.errors import ForbiddenError, SignInError, SignInReplacedError, UnauthorizedError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.clock import ServerTime
from payt_mcp.payt.wire import EntityT, Page, Query

_T = TypeVar("_T")


class LentClient(PaytClient):
    """Reads with the client of the one who lent it first; whose credential Payt refuses lends it no more."""

    def __init__(self) -> None:  # it opens nothing of its own
        self._lenders: list[PaytClient] = []

    def lend(self, client: PaytClient) -> None:
        if client not in self._lenders:
            self._lenders.append(client)

    def withdraw(self, client: PaytClient) -> None:
        if client in self._lenders:
            self._lenders.remove(client)

    @property
    def is_lent(self) -> bool:
        """Whether anybody lends it whose credential is in force."""
        self._lenders = [one for one in self._lenders if one.tokens.login() is not None]
        return bool(self._lenders)

    @property
    def rate(self) -> int:  # type: ignore[override]  # a client of its own has it as an attribute
        return self._first.rate if self._lenders else 1

    @property
    def is_quiet(self) -> bool:
        return not self._lenders or self._first.is_quiet

    @property
    def reads(self) -> tuple[int, int]:
        return self._first.reads if self._lenders else (0, 0)

    @property
    def server_time(self) -> ServerTime | None:  # type: ignore[override]  # as above
        return self._first.server_time if self._lenders else None

    def now(self) -> datetime:
        return self._first.now() if self._lenders else datetime.now(UTC)

    async def aclose(self) -> None:
        """Who lent it closes it."""

    async def entity(self, model: type[EntityT], query: Query, what: str) -> EntityT:
        return await self._of_first(lambda client: client.entity(model, query, what))

    async def page(self, query: Query, what: str) -> Page:
        return await self._of_first(lambda client: client.page(query, what))

    async def _of_first(self, read: Callable[[PaytClient], Awaitable[_T]]) -> _T:
        while self.is_lent:
            client = self._first
            try:
                return await read(client)
            except (UnauthorizedError, ForbiddenError, SignInError) as error:
                if isinstance(error, ForbiddenError) and error.permission is not None:
                    raise  # of nobody who shares it: their credentials have equal permissions
                self.withdraw(client)
                if not self._lenders:
                    raise
        raise SignInReplacedError

    @property
    def _first(self) -> PaytClient:
        return self._lenders[0]
