"""The states of a proposal, and which may follow which.

proposed ─┬─> approved ─┬─> sending ─┬─> sent | applied | partly_applied | failed
│             │            └─> outcome_unknown ─> any of these, or approved again by a person
└─────────────┴─> declined | expired | superseded

What was approved again after an unknown outcome is not declined, expired or superseded, for it may have been sent: it
goes back to outcome_unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

WAITS = dt.timedelta(days=7)
"""How long a proposal waits for a yes, and how long the same message is not sent a second time."""

VALID = dt.timedelta(minutes=15)
"""How long a yes holds: what was approved is sent within it, or not at all."""

VALID_MINUTES = VALID // dt.timedelta(minutes=1)
"""The same, for sentences."""


class Status(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    APPLIED = "applied"
    PARTLY_APPLIED = "partly_applied"
    FAILED = "failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


_DONE = frozenset({Status.SENT, Status.APPLIED, Status.PARTLY_APPLIED, Status.FAILED})
_DROPPED = frozenset({Status.DECLINED, Status.EXPIRED, Status.SUPERSEDED})

FOLLOWING: Mapping[Status, frozenset[Status]] = {
    Status.PROPOSED: _DROPPED | {Status.APPROVED},
    Status.APPROVED: _DROPPED | {Status.SENDING, Status.OUTCOME_UNKNOWN},
    Status.SENDING: _DONE | {Status.OUTCOME_UNKNOWN},
    Status.OUTCOME_UNKNOWN: _DONE | {Status.APPROVED},
}

WAITING = (Status.PROPOSED, Status.APPROVED)
"""What nothing was done for yet."""

PENDING = (*WAITING, Status.SENDING)
"""What a person may still look at while it is open."""

BEGUN = (
    Status.APPROVED,
    Status.SENDING,
    Status.SENT,
    Status.APPLIED,
    Status.PARTLY_APPLIED,
    Status.OUTCOME_UNKNOWN,
)
"""What a person said yes to, and what may have been done of it."""

DROPPED = tuple(sorted(_DROPPED))
"""States of what was never sent."""

FINISHED = tuple(sorted(_DONE | _DROPPED))
"""States nothing follows."""


def words(status: Status) -> str:
    """A state as a person says it."""
    return status.replace("_", " ")
