"""One attempt at carrying out a proposal: what is read before it, what is sent, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from payt_mcp.proposals.outcomes import of_this_attempt
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import say


@dataclass(frozen=True)
class Done:
    """How a write ended."""

    status: Status
    outcome: Mapping[str, Any] = field(default_factory=dict)
    message_id: str = ""


@dataclass(frozen=True)
class Check:
    """The state at Payt just before sending.

    `changed` says in sentences what is no longer as it was shown, `renewed` is the proposal as it would be now.
    `baseline` are the ids of what looks like the outcome and stood at Payt before; `delivered` is how an earlier
    attempt at this proposal ended after all.
    """

    changed: tuple[str, ...] = ()
    renewed: Draft | None = None
    baseline: tuple[str, ...] = ()
    delivered: Done | None = None


class Writer(Protocol):
    """What the engine needs to know of one kind of write."""

    async def check(self, record: Record) -> Check:
        """Read the state again. Raises UpstreamError; RefusedWriteError where it can never be sent."""

    async def send(self, record: Record) -> Done:
        """Send it, once. Raises NotSentError, OutcomeUnknownError, or another PaytMcpError where it was refused."""

    async def look(self, record: Record) -> Done | None:
        """What became of it, as far as Payt shows; None where it does not."""


def left_by(record: Record, done: Done) -> Done:
    """How an attempt leaves a proposal: where an earlier one may have got through, failing now says nothing of that."""
    if record.sending_at is None or done.status is not Status.FAILED:
        return done
    why = of_this_attempt(str(done.outcome.get("trouble", "")))
    trouble = say("It could not be sent again: {trouble}", trouble=why)
    return Done(Status.OUTCOME_UNKNOWN, {**done.outcome, "trouble": trouble})
