"""What may follow what in the ledger: pure rules over what stands in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from payt_mcp.proposals.outcomes import of_this_attempt
from payt_mcp.proposals.records import CURRENCY, Draft, Record, stamp, to_json, without_addresses
from payt_mcp.proposals.states import DROPPED, PENDING, VALID, VALID_MINUTES, WAITS, Status
from payt_mcp.words.said import say, without_stop

DATES = ("created_at", "changed_at", "approved_at", "sending_at", "code_until")
"""The moments a record has."""

_UNDER_WAY = (Status.SENDING, Status.OUTCOME_UNKNOWN)
_DONE_ONCE = (Status.SENT, Status.APPLIED)
_DROPS = {
    Status.DECLINED: say("A person decided that it is not sent again"),
    Status.EXPIRED: say("It was not sent again within {minutes} minutes of the yes", minutes=VALID_MINUTES),
    Status.SUPERSEDED: say("It was not sent again"),
}


def may_be_out(record: Record) -> bool:
    """Whether it is being sent, or may have been: until it is settled, the same is not sent by another proposal."""
    return record.status in _UNDER_WAY or _is_approved_again(record)


def same(draft: Draft, known: Iterable[Record], now: dt.datetime) -> Record | None:
    """The one among the proposals of the same content, newest first, that a draft is not proposed anew beside."""
    for record in known:
        if may_be_out(record) or (record.status in PENDING and record.scope == draft.scope):
            return record
        if draft.once and _went_out(record, now):
            return record
    return None


def in_the_way(record: Record, others: Iterable[Record]) -> Record | None:
    """The one among the others of its letter that is under way, where two of them could not be told apart at Payt."""
    return next((other for other in others if record.once and may_be_out(other)), None)


def sent_lately(record: Record, others: Iterable[Record], now: dt.datetime) -> Record | None:
    """Another of the same content that was sent within the time in which it is not sent a second time."""
    return next((other for other in others if record.once and _went_out(other, now) and other.id != record.id), None)


def overtaken(record: Record, others: Iterable[tuple[Record, int]], began: int) -> bool:
    """Whether another of its letter was done after the event `began`, when the state at Payt was read for this one.
    Each of the others comes with the number of its last event.
    """
    return record.once and any(other.status in _DONE_ONCE and last > began for other, last in others)


def may_be_claimed(record: Record, now: dt.datetime) -> bool:
    """Whether there is a yes to it that still holds."""
    return record.status is Status.APPROVED and record.approved_at is not None and record.approved_at > now - VALID


def ended(record: Record, status: Status, outcome: Mapping[str, Any]) -> tuple[Status, Mapping[str, Any]]:
    """How a proposal stands when it ends so. What may have been sent once, and was to be sent again and is not, stays
    unknown.
    """
    if status not in DROPPED or not _is_approved_again(record):
        return status, outcome
    why = without_stop(of_this_attempt(str(outcome.get("why", ""))))
    dropped = _DROPS[status]
    trouble = say("{dropped}, because {why}.", dropped=dropped, why=why) if why else say("{dropped}.", dropped=dropped)
    return Status.OUTCOME_UNKNOWN, {"trouble": trouble}


def forgotten(record: Record) -> dict[str, str | None]:
    """The columns of a proposal without its letter and its addresses. The currency of its amount stays: without it the
    amount would be missing in what was written that day.
    """
    basis = to_json({CURRENCY: record.currency}) if record.currency else None
    return {"content": None, "preview": None, "basis": basis, "outcome": to_json(without_addresses(record.outcome))}


def redated(record: Record, now: dt.datetime, sane: str) -> tuple[dict[str, str], dict[str, str]]:
    """The dates of a record that lie ahead, and what they become: now. What may have been sent is looked for from
    `sane`, the last event before the clock was wrong: the attempt cannot be older.
    """
    stands = {name: getattr(record, name) for name in DATES}
    wrong = {name: stamp(moment) for name, moment in stands.items() if moment is not None and moment > now}
    columns = dict.fromkeys(wrong, stamp(now))
    if "sending_at" in wrong and record.status in _UNDER_WAY:
        columns["sending_at"] = sane
    return wrong, columns


def _went_out(record: Record, now: dt.datetime) -> bool:
    return record.status is Status.SENT and record.changed_at > now - WAITS


def _is_approved_again(record: Record) -> bool:
    return record.status is Status.APPROVED and record.sending_at is not None
