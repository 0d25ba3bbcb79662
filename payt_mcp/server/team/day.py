"""What a company wrote today, reckoned from its record of writes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from payt_mcp.policy.team import Day
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import BEGUN, Status


def begins(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of today, where the administration is."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def is_message(kind: str) -> bool:
    return kind == "message"


def amount_of(text: str) -> Decimal:
    return abs(Decimal(text)) if text else Decimal(0)


def written(records: list[Record], since: dt.datetime, currency: str, *, before: Record | None = None) -> Day:
    """What was sent since a moment, or may have been, and what was approved and will be: all of it, or what was
    approved `before` this one. Amounts are those in the currency.
    """
    day = Day()
    for record in records:
        if record.status not in BEGUN or (before is not None and not _is_before(record, before)):
            continue
        at = record.approved_at if record.status is Status.APPROVED else record.sending_at
        if at is not None and at >= since:
            amount = amount_of(record.amount) if record.currency == currency else Decimal(0)
            day = day.plus(is_message=is_message(record.kind), amount=amount)
    return day


def _is_before(record: Record, other: Record) -> bool:
    """What is approved first goes first, whichever replica gets to it: so two of them never share the last place."""
    if record.id == other.id:
        return False
    if record.status is not Status.APPROVED:
        return True
    first, second = record.approved_at or record.changed_at, other.approved_at or other.changed_at
    return (first, record.id) < (second, other.id)
