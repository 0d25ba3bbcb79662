"""What a company wrote today, reckoned from its record of writes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from payt_mcp.policy.team import Day
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import BEGUN, VALID, Status


def lately(ledger: LedgerContract, zone: dt.tzinfo) -> tuple[dt.datetime, list[Record]]:
    """When today began, where the administration is, and the proposals that may count in it: what was approved before
    midnight is sent after it. Raises LedgerError.
    """
    since = ledger.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return since, ledger.recent(since - VALID)


def is_message(kind: str) -> bool:
    return kind == "message"


def amount_of(text: str) -> Decimal:
    return abs(Decimal(text)) if text else Decimal(0)


def written(records: list[Record], since: dt.datetime, currency: str, *, before: Record | None = None) -> Day:
    """What was sent since a moment, or may have been, and what is approved and will be, whenever it was: all of it, or
    what was approved `before` this one. Amounts are those in the currency.
    """
    day = Day()
    for record in records:
        if record.status not in BEGUN or (before is not None and not _is_before(record, before)):
            continue
        is_coming = record.status is Status.APPROVED
        if is_coming or (record.sending_at is not None and record.sending_at >= since):
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
