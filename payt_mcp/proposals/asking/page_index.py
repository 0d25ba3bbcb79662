"""A day's proposals in the order a person goes through them, and the list that says where each is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status, words
from payt_mcp.proposals.stored import title_of
from payt_mcp.words.hypertext import Html, one_by_one
from payt_mcp.words.said import say, term
from payt_mcp.words.sentences import spoken
from payt_mcp.words.text import cut

_MOST = 40
"""As many as one form may carry."""


def arranged(records: Sequence[Record], first: str) -> list[Record]:
    """What opened the page stands first, and what is about one debtor together; what ended stays behind what waits."""
    opener = next((record for record in records if record.id == first), None)
    lead = _about(opener) if opener else ""
    debtors = list(dict.fromkeys(map(_about, records)))

    def place(record: Record) -> tuple[bool, bool, bool, int]:
        about = _about(record)
        return (_has_ended(record), record.id != first, about != lead or not about, debtors.index(about))

    return sorted(records, key=place)


def index(html: Html, records: Sequence[Record], token: Callable[[Record], str]) -> Markup:
    """A link to each proposal, and a box to reject several of those that wait."""
    waiting = sum(record.status is Status.PROPOSED for record in records)
    return html(
        "<details><summary>{}</summary>"
        '<form id="several" method="post" action="decide"><ul>{}</ul>'
        '<button name="action" value="reject" id="reject-several">{}</button></form></details>',
        say("All {all}, {waiting} waiting", all=len(records), waiting=waiting),
        one_by_one(_item(html, record, token if at < _MOST else None) for at, record in enumerate(records)),
        say("Reject those ticked"),
    )


def _item(html: Html, record: Record, token: Callable[[Record], str] | None) -> Markup:
    title = cut(spoken(title_of(record), html.language), 100)
    link = html('<a href="#card-{}">{}</a>', record.id, title)
    if record.status is not Status.PROPOSED or token is None:
        return html("<li>{} <span>{}</span></li>", link, term(words(record.status)))
    box = html(
        '<input type="checkbox" name="pick" value="{} {}" aria-label="{}">',
        record.id,
        token(record),
        say("Reject: {title}", title=title),
    )
    return html("<li><label>{}</label>{}</li>", box, link)


def _has_ended(record: Record) -> bool:
    return record.status not in (Status.PROPOSED, Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN)


def _about(record: Record) -> str:
    return str((record.preview or {}).get("about", ""))
