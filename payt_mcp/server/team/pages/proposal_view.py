"""The page of one proposal: who proposed it, what it would do, whose yes it has and needs, and the buttons."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from payt_mcp.policy.approval import Needs
from payt_mcp.proposals.asking.page_view import buttons, card, fields
from payt_mcp.proposals.outcomes import at
from payt_mcp.proposals.records import Event, Record
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import title_of
from payt_mcp.server.team.pages.frame import HEADING, document
from payt_mcp.server.team.pages.seen_by import Member, yeses_of
from payt_mcp.server.team.web_sessions import WebSession
from payt_mcp.words.hypertext import NOTHING, Html
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken
from payt_mcp.words.text import NAME_LENGTH, clean

WAITS_FOR_YOU = say("waiting for you")
WAITS = say("waiting")
MOST_REASON = 300
"""Characters of the reason that somebody gives with a no."""

_SOMEBODY = say("somebody who is not here any more")


@dataclass(frozen=True)
class Told:
    """What is known of a proposal beside its record. `names` are those of people, by id."""

    needs: Needs
    names: Mapping[str, str]
    client: str
    zone: dt.tzinfo
    trouble: str = ""


def client_of(history: Iterable[Event]) -> str:
    """The program through which a proposal came, as it called itself."""
    first = next(iter(history), None)
    return clean(str(json.loads(first.who).get("client", "")), NAME_LENGTH) if first else ""


def token(session: WebSession, record: Record) -> str:
    """What only the form of exactly this proposal, in this state, in this session carries."""
    said = f"{record.id}\n{record.digest}\n{record.status}\n{record.sending_at}"
    return hmac.new(session.csrf.encode(), said.encode(), hashlib.sha256).hexdigest()


def proposal_page(html: Html, session: WebSession, member: Member, record: Record, told: Told, changes: str) -> str:
    drawn = card(
        html,
        record,
        told.trouble,
        told.zone,
        _form(html, session, member, record),
        waits=WAITS_FOR_YOU if member.is_waited_for(record) else WAITS,
        beside=_beside(html, member, record, told),
    )
    back = html('<footer><div id="index"></div><a href="/approvals">{}</a></footer>', say("All proposals"))
    return document(
        html,
        session,
        spoken(title_of(record), html.language),
        drawn,
        heading=HEADING,
        live=say("An assistant proposed what is below. Nothing reaches Payt before you approve it here."),
        follows={"look": f"/approvals/{record.id}/changes", "changes": changes},
        footer=back,
    )


def _beside(html: Html, member: Member, record: Record, told: Told) -> Markup:
    rows = [(say("Proposed by"), _name(told, record.proposer)), (say("Through"), told.client or say("not known"))]
    rows.append((say("Company"), member.tenant.name))
    if record.status in (Status.PROPOSED, Status.APPROVED, Status.OUTCOME_UNKNOWN):
        rows.append((say("Needs"), told.needs.reason))
    rows += [
        (say("Yes"), say("{who}, {at}", who=_name(told, yes.approver), at=at(yes.at, told.zone)))
        for yes in yeses_of(record)
    ]
    facts = Markup("").join(html("<dt>{}</dt><dd>{}</dd>", *row) for row in rows)
    return html("<dl>{}</dl>{}", facts, _standing(html, member, record, told.needs))


def _standing(html: Html, member: Member, record: Record, needs: Needs) -> Markup:
    """Why somebody finds no button to approve, or what their yes waits for."""
    if record.status not in (Status.PROPOSED, Status.OUTCOME_UNKNOWN):
        return NOTHING
    if member.has_agreed(record):
        missing = needs.people - len({yes.approver for yes in yeses_of(record)})
        return html(
            '<p class="big">{}</p>', say("You said yes. It waits for the yes of {missing} more.", missing=missing)
        )
    why_not = member.why_not(record)
    return html('<p class="big">{}</p>', why_not) if why_not else NOTHING


def _name(told: Told, person_id: str) -> str:
    return told.names.get(person_id) or _SOMEBODY


def _form(html: Html, session: WebSession, member: Member, record: Record) -> Markup:
    hidden = {"csrf": session.csrf, "token": token(session, record)}
    reason = html(
        # Of several lines: the Enter key in a field of one would press the first button, which is the yes.
        '<label class="why">{} <textarea name="why" rows="1" maxlength="{}"></textarea></label>',
        say("Reason, if you reject it (the assistant is told)"),
        MOST_REASON,
    )
    return html(
        '<form method="post" action="/approvals/{}">{}{}{}</form>',
        record.id,
        fields(html, hidden),
        buttons(html, record, member.barred(record)),
        reason if record.status is Status.PROPOSED else NOTHING,
    )
