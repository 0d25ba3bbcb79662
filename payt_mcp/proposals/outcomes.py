"""How a proposal stands, in sentences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from payt_mcp.errors import OutcomeUnknownError
from payt_mcp.policy.approval import Yes
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import words_of
from payt_mcp.words.said import say
from payt_mcp.words.sentences import Moment, template
from payt_mcp.words.text import NAME_LENGTH, clean

_SENTENCES = {
    Status.PROPOSED: template("Waiting for a person's yes; nothing was sent."),
    Status.APPROVED: template("Approved; not sent yet."),
    Status.SENDING: template("Being sent."),
    Status.APPLIED: template("Carried out at {changed}."),
    Status.PARTLY_APPLIED: template("Carried out in part at {changed}."),
    Status.FAILED: template("It was not carried out."),
    Status.OUTCOME_UNKNOWN: template(
        "May have been sent at {sending}; {looked}. It is not sent again unless a person says so."
    ),
    Status.DECLINED: template("A person said no; nothing was sent."),
    Status.EXPIRED: template("The time for it is over; nothing was sent."),
    Status.SUPERSEDED: template("Nothing was sent, because {why}."),
}
_AGAIN = template("Approved to be sent again; it may have been sent at {sending} already.")
_NOTHING = re.compile(r"(No record, no write: |; )?\bnothing was (sent|changed)[^.]*\.", re.IGNORECASE)


CLOSED: Mapping[str, Any] = MappingProxyType({"closed": "by a person"})
"""The outcome of what a person who looked at Payt closed."""

_CHANNELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "elicitation": ("you", "in the assistant"),
        "app": ("you", "on the page in the assistant"),
        "page": ("somebody", "on the approval page"),
        "terminal": ("somebody", "in a terminal"),
        "code": ("with a code", "by whoever confirmed it in the assistant"),
    }
)
"""Who says yes in which way where nobody is named, and how that way is called."""

_CLOSED = template("A person closed it at {changed}: it was {closed}.")


def outcome_words(record: Record, zone: dt.tzinfo) -> str:
    """One sentence; times are in `zone`."""
    words = words_of(record)
    sentence = _CLOSED if record.outcome.get("closed") else _SENTENCES.get(record.status, words.ended)
    if record.status is Status.APPROVED and record.sending_at is not None:
        sentence = _AGAIN
    said = {
        "sending": at(record.sending_at or record.changed_at, zone),
        "changed": at(record.changed_at, zone),
        "message": record.message_id,
        "looked": words.unseen,
        "closed": say("not {done}", done=words.done) if record.status is Status.FAILED else words.done,
        "why": record.outcome.get("why", say("something changed")),
    }
    return say(sentence, **said)


def approved_words(record: Record, zone: dt.tzinfo) -> str:
    """Who said yes to it, how, and at which time of the day in `zone`: "anouk, on the approval page, 14:02". With the
    date, where that is not the one it ended on; "" where no yes is on record.
    """
    last = record.yeses[-1].attempt if record.yeses else None
    ended_on = record.changed_at.astimezone(zone).date()
    said = [
        f"{_who(yes)}, {_at_time(yes.at.astimezone(zone), ended_on)}"
        for yes in record.yeses
        if yes.digest == record.digest and yes.attempt == last
    ]
    return " and ".join(said)


def _who(yes: Yes) -> str:
    who, way = _CHANNELS.get(yes.channel, ("somebody", f"through {clean(yes.channel, NAME_LENGTH)}"))
    named = clean(yes.approver, NAME_LENGTH) if yes.channel != "code" else ""
    return f"{named or who}, {way}"


def _at_time(moment: dt.datetime, ended_on: dt.date) -> str:
    return f"{moment:%H:%M}" if moment.date() == ended_on else f"{moment:%Y-%m-%d %H:%M}"


def of_this_attempt(text: str) -> str:
    """A trouble without its closing words that nothing was sent: of what was tried before, they say nothing."""
    return _NOTHING.sub("", text).strip() if _NOTHING.search(text) else text


def at(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`2026-11-21 14:03 CET`"""
    there = moment.astimezone(zone)
    return Moment.of(there, f"{there:%Y-%m-%d %H:%M %Z}")


def sent_before(other: Record, *, is_own: bool) -> str:
    """Why what is the same as another is not sent. Of a colleague's nothing is told but when it went out."""
    when = at(other.sending_at or other.changed_at, dt.UTC)
    if is_own:
        return say("the same was sent at {when}", when=when)
    return say("the same was sent by a colleague at {when}", when=when)


def unusable(error: OutcomeUnknownError) -> str:
    return say("Payt gave no usable answer: {trouble}.", trouble=error.trouble)
