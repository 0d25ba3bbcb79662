"""Answers of calls that ran out of time, for the same call once more. Nothing is kept of a call that was answered."""

from __future__ import annotations

import time
from typing import Any

from payt_mcp.patience import Patience
from payt_mcp.payt.wire import Query

KEPT_SECONDS = 180.0
"""How old such an answer may become: a call that needs two rounds more, at 40 seconds each, still profits."""

_MOST = 200


class KeptAnswers:
    """Raw answers by question."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[float, Any]] = {}

    def take(self, query: Query, call: Patience) -> Any | None:
        """The answer to this question that an earlier call has read; it is given once."""
        came, answer = self._kept.pop(_key(query), (0.0, None))
        age = time.monotonic() - came
        if answer is None or age > KEPT_SECONDS:
            return None
        call.answers[_key(query)] = came, answer
        call.oldest = max(call.oldest, age)
        return answer

    def note(self, query: Query, answer: Any, call: Patience) -> None:
        call.answers[_key(query)] = time.monotonic(), answer

    def keep(self, call: Patience) -> None:
        """The time of this call ran out."""
        now = time.monotonic()
        young = {key: one for key, one in self._kept.items() if now - one[0] <= KEPT_SECONDS}
        self._kept = dict(list((young | call.answers).items())[-_MOST:])

    def forget(self) -> None:
        """Something is written: what was read before does not count any more."""
        self._kept = {}


def _key(query: Query) -> tuple[Any, ...]:
    return query.path, *sorted(query.params.items())
