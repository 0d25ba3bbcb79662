"""How a proposal stands, in sentences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.words.field_names import NOT_READ_BACK, field_words, listed

_SENTENCES = {
    Status.PROPOSED: "Waiting for a person's yes; nothing was sent.",
    Status.APPROVED: "Approved; not sent yet.",
    Status.SENDING: "Being sent.",
    Status.SENT: "Sent at {sending}; it is message {message} at Payt.",
    Status.APPLIED: "Carried out at {changed}.",
    Status.PARTLY_APPLIED: "Carried out in part at {changed}.",
    Status.FAILED: "It was not carried out.",
    Status.OUTCOME_UNKNOWN: "May have been sent at {sending}; {looked}. It is not sent again unless a person says so.",
    Status.DECLINED: "A person said no; nothing was sent.",
    Status.EXPIRED: "The time for it is over; nothing was sent.",
    Status.SUPERSEDED: "Nothing was sent, because {why}.",
}
_AGAIN = "Approved to be sent again; it may have been sent at {sending} already."
_NOTHING = re.compile(r"(No record, no write: |; )?\bnothing was (sent|changed)[^.]*\.", re.IGNORECASE)
_LOOKED = {"message": "not on the timeline yet", "comment": "not among the comments of the task yet"}
_UNSEEN = "not to be seen at Payt yet"
_COMMENTED = "Made at {sending}."
"""Payt does not answer which comment it is."""


CLOSED: Mapping[str, Any] = MappingProxyType({"closed": "by a person"})
"""The outcome of what a person who looked at Payt closed."""

_CLOSED = "A person closed it at {changed}: it was {closed}."
_ON_A_TIMELINE = frozenset({"message", "comment"})
"""Payt shows for certain what became of these, and when."""


def only_a_person_knows(record: Record) -> bool:
    """Whether a person may also say that it was carried out: Payt may never show that to us."""
    return record.kind not in _ON_A_TIMELINE


def _closed_as(record: Record) -> str:
    done = "sent" if record.kind in _ON_A_TIMELINE else "carried out"
    return f"not {done}" if record.status is Status.FAILED else done


def _looked(record: Record) -> str:
    rows = (record.content or {}).get("invoices", ()) if record.kind == "invoices" else ()
    unseen = [field_words(name) for name in NOT_READ_BACK if any(name in row for row in rows)]
    if unseen:
        return f"Payt does not show whether {listed(unseen)} arrived, so only a person who looks there can close it"
    return _LOOKED.get(record.kind, _UNSEEN)


def outcome_words(record: Record, zone: dt.tzinfo) -> str:
    """One sentence; times are in `zone`."""
    sentence = _CLOSED if record.outcome.get("closed") else _SENTENCES[record.status]
    if record.status is Status.APPROVED and record.sending_at is not None:
        sentence = _AGAIN
    elif record.status is Status.SENT and record.kind == "comment":
        sentence = _COMMENTED
    return sentence.format(
        sending=at(record.sending_at or record.changed_at, zone),
        changed=at(record.changed_at, zone),
        message=record.message_id,
        looked=_looked(record),
        closed=_closed_as(record),
        why=record.outcome.get("why", "something changed"),
    )


def of_this_attempt(text: str) -> str:
    """A trouble without its closing words that nothing was sent: of what was tried before, they say nothing."""
    return _NOTHING.sub("", text).strip()


def at(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`2026-11-21 14:03`"""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
