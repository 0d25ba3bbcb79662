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
from payt_mcp.words.said import say
from payt_mcp.words.text import LINE_LENGTH, cited
from payt_mcp.writes.lately import changes_of

_LETTER = "message"
_WAIT = {Status.PROPOSED: say("Another proposal waits"), Status.APPROVED: say("Another proposal was approved")}
_UNDER_WAY = {
    Status.SENDING: say("Another proposal is being sent"),
    Status.OUTCOME_UNKNOWN: say("Another proposal may have been sent"),
}

_CARRIED_OUT = (Status.APPLIED, Status.PARTLY_APPLIED, Status.SENT)
_NO_NEWS = (*_WAIT, Status.DECLINED)
"""What becomes of another proposal by a person's word alone."""


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


def ledger_lines(
    records: Sequence[Record], number: str, zone: dt.tzinfo, told: Collection[str] = ()
) -> Iterator[Circumstance]:
    """What is under way or was said no to, and what was done of other kinds; what may be out already comes first. That
    one goes its way which a person was `told` of as waiting stops nothing: the yes to it was a person's too.
    """
    for record in sorted(records, key=lambda one: one.status not in _UNDER_WAY):
        label, when, said = _standing(record, number)
        if not label:
            continue
        key = f"proposal {record.id}"
        stops = record.status is Status.OUTCOME_UNKNOWN or (record.status not in _NO_NEWS and key not in told)
        named = say(
            "{said}, {id}, at {when}",
            said=_cited(said or title_of(record)),
            id=record.id,
            when=at(when, zone),
        )
        yield Circumstance(key, label, named, stops=stops)


def _cited(said: str) -> str:
    """What an outsider may have written a part of, in quotation marks; a sentence stays one."""
    plain = cited(said, LINE_LENGTH)
    return say("“{said}”", said=said) if plain == f"“{said}”" else plain


def _standing(record: Record, number: str) -> tuple[str, dt.datetime, str]:
    """What is said of another proposal, since when that is so, and what it changed of the debtor of this number; ""
    where it says nothing beside what Payt shows.
    """
    if record.status in _UNDER_WAY:
        return _UNDER_WAY[record.status], record.sending_at or record.changed_at, ""
    if record.status in _WAIT:
        return _WAIT[record.status], record.created_at, ""
    if record.status is Status.DECLINED:
        return say("A person declined"), record.changed_at, ""
    if record.kind != _LETTER and record.status in _CARRIED_OUT:
        changes = changes_of(record, number)
        return say("Changed lately") if changes else say("Carried out"), record.changed_at, changes
    return "", record.changed_at, ""
