"""The list of what waits and what is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from payt_mcp.proposals.asking.page_view import badge_of
from payt_mcp.proposals.outcomes import at
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import title_of
from payt_mcp.server.team.pages.frame import HEADING, document
from payt_mcp.server.team.pages.past import PAGE
from payt_mcp.server.team.pages.proposal_view import WAITS, WAITS_FOR_YOU
from payt_mcp.server.team.pages.seen_by import Member
from payt_mcp.server.team.web_sessions import WebSession
from payt_mcp.words.hypertext import NOTHING, Html, one_by_one
from payt_mcp.words.said import say, some
from payt_mcp.words.sentences import spoken
from payt_mcp.words.text import cut

_LONGEST = 140


@dataclass(frozen=True)
class Entry:
    """A proposal in the list, to whoever looks. `name` is that of who proposed it."""

    member: Member
    record: Record
    name: str
    zone: dt.tzinfo


@dataclass(frozen=True)
class Listed:
    """What is listed: what is open by who it waits for, page number `number` (from 1) of what is over, and the ids of
    what was altered, which stands in none of them.
    """

    yours: Sequence[Entry]
    proposed: Sequence[Entry]
    others: Sequence[Entry]
    past: Sequence[Entry]
    past_total: int
    number: int
    altered: Sequence[str]


def approvals_page(html: Html, session: WebSession, listed: Listed) -> str:
    several = len(session.people) > 1
    nothing = say("Nothing waits for you.")
    main = [
        _alarm(html, listed.altered),
        _section(html, say("Waiting for you"), listed.yours, several, nothing=nothing),
        _section(html, say("Proposed by you"), listed.proposed, several),
        _section(html, say("Waiting for others"), listed.others, several),
        _section(html, say("The last 30 days"), listed.past, several, total=listed.past_total),
        _turning(html, listed),
    ]
    return document(html, session, HEADING, one_by_one(main), here="/approvals")


def _alarm(html: Html, altered: Sequence[str]) -> Markup:
    """What somebody with access to the database changed, and what to do."""
    if not altered:
        return NOTHING
    said = say(
        "Altered by something other than this server: {proposals}. It is not shown, cannot be approved, and nothing of "
        "it is sent. Whoever runs this server finds out more with `payt-mcp team export`.",
        proposals=some(altered),
    )
    return html('<ul class="warnings" role="alert"><li class="danger">{}</li></ul>', said)


def _section(
    html: Html, heading: str, entries: Sequence[Entry], several: bool, *, nothing: str = "", total: int | None = None
) -> Markup:
    if not entries and not nothing:
        return NOTHING
    items = one_by_one(_item(html, entry, several) for entry in entries)
    return html(
        '<section><h2>{} <span class="soft">{}</span></h2>{}</section>',
        heading,
        str(len(entries) if total is None else total),
        html('<ul class="proposals">{}</ul>', items) if entries else html('<p class="soft">{}</p>', nothing),
    )


def _item(html: Html, entry: Entry, several: bool) -> Markup:
    record = entry.record
    kind, badge = badge_of(record)
    if record.status is Status.PROPOSED:
        badge = WAITS_FOR_YOU if entry.member.is_waited_for(record) else WAITS
    said = say("{who}, {at}", who=entry.name, at=at(record.created_at, entry.zone))
    return html(
        '<li><a href="/approvals/{}">{}</a> <span class="badge {}">{}</span><p class="soft">{}{}</p></li>',
        record.id,
        cut(spoken(title_of(record), html.language), _LONGEST),
        kind,
        badge,
        said,
        html(" · {}", entry.member.tenant.name) if several else NOTHING,
    )


def _turning(html: Html, listed: Listed) -> Markup:
    """The pages of what is over."""
    last = max(1, -(-listed.past_total // PAGE))
    if last == 1:
        return NOTHING
    places = {say("Newer"): listed.number - 1, say("Older"): listed.number + 1}
    links = (
        html('<a href="/approvals?page={}">{}</a> ', str(to), said) for said, to in places.items() if 1 <= to <= last
    )
    where = say("Page {number} of {last}", number=listed.number, last=last)
    return html('<p class="turning">{}<span class="soft">{}</span></p>', one_by_one(links), where)
