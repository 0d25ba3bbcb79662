"""How a proposal stands, in sentences."""

from __future__ import annotations

import datetime as dt
import re

from payt_mcp.guard.records import Record
from payt_mcp.guard.states import Status

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


def outcome_words(record: Record, zone: dt.tzinfo) -> str:
    """One sentence; times are in `zone`."""
    sentence = _SENTENCES[record.status]
    if record.status is Status.APPROVED and record.sending_at is not None:
        sentence = _AGAIN
    elif record.status is Status.SENT and record.kind == "comment":
        sentence = _COMMENTED
    return sentence.format(
        sending=at(record.sending_at or record.changed_at, zone),
        changed=at(record.changed_at, zone),
        message=record.message_id,
        looked=_LOOKED.get(record.kind, _UNSEEN),
        why=record.outcome.get("why", "something changed"),
    )


def of_this_attempt(text: str) -> str:
    """A trouble without its closing words that nothing was sent: of what was tried before, they say nothing."""
    return _NOTHING.sub("", text).strip()


def at(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`2026-11-21 14:03`"""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
