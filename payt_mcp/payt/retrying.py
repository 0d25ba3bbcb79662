"""Asking until there is an answer: again where that may help, within the time of the question and of the call. How long
is waited in between, `pacing.py` says.
"""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio

from payt_mcp import patience
from payt_mcp.errors import GarbledError, SlowPaytError, UnavailableError
from payt_mcp.payt.kept_answers import KeptAnswers
from payt_mcp.payt.pacing import retry_after
from payt_mcp.payt.signin.grants import GrantTrouble
from payt_mcp.payt.troubles import Trouble
from payt_mcp.payt.wire import Query, RetryableStatus

_T = TypeVar("_T")
_Once = Callable[[], Awaitable[Any]]

_MOST_GARBLED = 3
"""Unreadable answers to one question before it is given up: a cut connection passes, another contract does not."""


class Reading:
    """The reads of one client. `budget` are the seconds after which a failing one is given up."""

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._rng = random.Random()  # noqa: S311 - jitter, not a secret
        self._kept = KeptAnswers()

    def forget(self) -> None:
        """Something is written: what was read before does not count any more."""
        self._kept.forget()

    async def read(self, query: Query, what: str, once: _Once, decide: Callable[[Any], _T]) -> _T:
        """What `decide` makes of the answer that `once` gives, within the time that the present call has left.

        Raises:
            SlowPaytError: that time is over; what the call has read is kept for the same call once more.
            UpstreamError: there is no answer `decide` accepts.
        """
        call = patience.current()
        if call is None:
            return (await self._persist(once, decide))[1]
        call.kept_by(self, self._kept.keep)
        kept = self._kept.take(query, call)
        if kept is not None:
            return decide(kept)
        with anyio.move_on_after(call.left()):
            answer, decided = await self._persist(once, decide)
            self._kept.note(query, answer, call)
            return decided
        call.keep()
        raise SlowPaytError(what, len(call.answers))

    async def _persist(self, once: _Once, decide: Callable[[Any], _T]) -> tuple[Any, _T]:
        began = time.monotonic()
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = await once()
                return answer, decide(answer)
            except (RetryableStatus, GrantTrouble, Trouble, GarbledError) as failed:
                failure: Exception = failed
            if isinstance(failure, Trouble | GrantTrouble) and failure.error is not None:
                raise failure.error from None
            elapsed = time.monotonic() - began
            delay = retry_after(attempt, elapsed, self._rng, budget=self._budget)
            if isinstance(failure, GarbledError) and (delay is None or attempt >= _MOST_GARBLED):
                raise failure
            if delay is None:
                raise UnavailableError(said(failure), attempts=attempt, seconds=elapsed) from None
            await anyio.sleep(delay)


def said(failure: Exception) -> str:
    """The failure in words, without what a library or a server put into its message."""
    if isinstance(failure, RetryableStatus):
        return "it allows no more requests now (429)" if failure.status == 429 else str(failure)
    if isinstance(failure, GrantTrouble):
        return f"the sign-in could not be renewed, {failure.trouble}"
    return failure.said if isinstance(failure, Trouble) else "its answer could not be read"
