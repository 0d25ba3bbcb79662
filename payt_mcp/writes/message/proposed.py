"""What the ledger knows of a debtor: what else waits, was declined, may be out or went out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from payt_mcp.proposals.outcomes import at
from payt_mcp.proposals.preview import Circumstance
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import title_of
from payt_mcp.words.text import LINE_LENGTH, cited
from payt_mcp.writes.lately import changes_of

_LETTER = "message"
_WAIT = {Status.PROPOSED: "Another proposal waits", Status.APPROVED: "Another proposal was approved"}
_UNDER_WAY = {
    Status.SENDING: "Another proposal is being sent",
    Status.OUTCOME_UNKNOWN: "Another proposal may have been sent",
}


@dataclass(frozen=True)
class SentByUs:
    """A letter that this server sent: when, which message it is at Payt ("" where that is not known), its subject."""

    moment: dt.datetime
    message_id: str
    subject: str


def of_debtor(records: Sequence[Record], debtor_id: str, number: str) -> list[Record]:
    """The proposals that are about a debtor, the newest first."""
    theirs = [one for one in records if debtor_id in _debtors(one) or changes_of(one, number)]
    return sorted(theirs, key=lambda one: (one.changed_at, one.id), reverse=True)


def _debtors(record: Record) -> Collection[str]:
    return (record.content or {}).get("debtor_id", ""), *(record.basis or {}).get("debtors", ())


def sent_by_us(records: Sequence[Record]) -> list[SentByUs]:
    """The letters that went out."""
    return [
        SentByUs(one.sending_at or one.changed_at, one.message_id, str((one.content or {}).get("subject", "")))
        for one in records
        if one.kind == _LETTER and one.status is Status.SENT
    ]


def ledger_lines(records: Sequence[Record], number: str, zone: dt.tzinfo) -> Iterator[Circumstance]:
    """What is under way or was said no to, and what was done of other kinds; what may be out already comes first."""
    for record in sorted(records, key=lambda one: one.status not in _UNDER_WAY):
        named = f"{cited(title_of(record), LINE_LENGTH)}, {record.id}"
        if record.status in _UNDER_WAY:
            sent = at(record.sending_at or record.changed_at, zone)
            yield Circumstance(f"proposal {record.id}", _UNDER_WAY[record.status], f"{named}, at {sent}")
        elif record.status in _WAIT:
            since = f"{named}, of {at(record.created_at, zone)}"
            yield Circumstance(f"proposal {record.id}", _WAIT[record.status], since, stops=False)
        elif record.status is Status.DECLINED:
            since = f"{named}, at {at(record.changed_at, zone)}"
            yield Circumstance(f"proposal {record.id}", "A person declined", since, stops=False)
        elif record.kind != _LETTER and record.status in (Status.APPLIED, Status.PARTLY_APPLIED, Status.SENT):
            changes = changes_of(record, number)
            done = f"{cited(changes, LINE_LENGTH)}, {record.id}" if changes else named
            label = "Changed lately" if changes else "Carried out"
            yield Circumstance(f"proposal {record.id}", label, f"{done}, at {at(record.changed_at, zone)}")
