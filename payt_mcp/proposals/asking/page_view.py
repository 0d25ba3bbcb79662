"""The approval page as HTML: made of templates that escape whatever is put into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from markupsafe import Markup

from payt_mcp.proposals.asking.page_index import index
from payt_mcp.proposals.asking.preview_text import (
    FIELD_WORDS,
    SITUATION,
    because_words,
    change_words,
    circumstance_words,
    deed_words,
    envelope,
    mail_words,
    mails_words,
    more_words,
    said_words,
    source_words,
)
from payt_mcp.proposals.outcomes import at, outcome_words
from payt_mcp.proposals.preview import (
    Beside,
    Effects,
    Facts,
    Letter,
    Mails,
    Preview,
    Records,
    Row,
    Section,
    SentTo,
    Situation,
    Sources,
    Warned,
)
from payt_mcp.proposals.records import Record, is_embedded
from payt_mcp.proposals.states import Status
from payt_mcp.proposals.stored import preview_of, words_of
from payt_mcp.words.hypertext import NOTHING, each, html, one_by_one, several_lines
from payt_mcp.words.text import count

Token = Callable[[Record], str]

_BADGES = {
    Status.PROPOSED: ("wait", "waiting for you"),
    Status.APPROVED: ("wait", "approved, about to be sent"),
    Status.SENDING: ("wait", "being sent"),
    Status.SENT: ("good", "sent"),
    Status.APPLIED: ("good", "done"),
    Status.PARTLY_APPLIED: ("bad", "partly done"),
    Status.FAILED: ("bad", "not sent"),
    Status.OUTCOME_UNKNOWN: ("bad", "may have been sent"),
    Status.DECLINED: ("", "rejected"),
    Status.EXPIRED: ("", "expired"),
    Status.SUPERSEDED: ("", "replaced: something changed"),
}
_ANEW = "Put away what is decided"
"""Until then every card stays where it is."""

_INVENTED = html(
    '<p class="foreign">Invented data: this is a proposal to the built-in sandbox, and reaches nobody.</p>'
)


@dataclass(frozen=True)
class Cards:
    """What the page is about: the proposals as HTML, how many wait, and what is wrong with all of it."""

    html: Markup = NOTHING
    waiting: int = 0
    alert: str = ""
    index: Markup = NOTHING


def cards(records: Sequence[Record], troubles: Mapping[str, str], token: Token, zone: dt.tzinfo) -> Cards:
    """The proposals."""
    waiting = sum(record.status is Status.PROPOSED for record in records)
    drawn = one_by_one(_card(record, troubles.get(record.id, ""), token, zone) for record in records)
    return Cards(drawn, waiting, index=index(records, token) if len(records) > 1 else NOTHING)


def page(cards: Cards, alert: str, state: str, *, alone: bool = False) -> str:
    """The whole page. `alert` is what went wrong with the last click; `state` is another when there is news. `alone`:
    it is about one proposal of several.
    """
    nothing = html('<p class="soft" id="nothing">Nothing is waiting. You can close this page.</p>')
    title = f"{count(cards.waiting, 'proposal')} waiting" if cards.waiting else "Nothing waiting"
    if alert or cards.alert:
        title = "Not done"
    whole = html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title} - Payt approvals</title>"
        '<link rel="stylesheet" href="page.css"><script src="rest.js" defer></script>'
        '<script src="page.js" defer></script></head>'
        '<body data-changes="{state}"><header><h1>Payt approvals</h1>'
        '<p id="live">An assistant proposed what is below. Nothing reaches Payt before you approve it here.</p>'
        '</header><main aria-live="polite">{alerts}{cards}</main>'
        '<footer><div id="index">{index}</div>'
        '<a href="./">{back}</a></footer></body></html>',
        title=title,
        state=state,
        alerts=_alerts(alert, cards.alert),
        cards=cards.html or (NOTHING if cards.alert else nothing),
        index=cards.index,
        back="Back to what waits" if alone else _ANEW,
    )
    return str(whole)


def _alerts(*alerts: str) -> Markup:
    items = each('<li class="danger">{}</li>', filter(None, dict.fromkeys(alerts)))
    return html('<ul class="warnings" id="alert" role="alert">{}</ul>', items) if items else NOTHING


def _card(record: Record, trouble: str, token: Token, zone: dt.tzinfo) -> Markup:
    kind, badge = _BADGES[record.status]
    if record.status is Status.FAILED:
        badge = f"not {words_of(record).done}"
    preview = preview_of(record)
    is_open = record.status in (Status.PROPOSED, Status.OUTCOME_UNKNOWN)
    detail = _detail(preview) if preview else NOTHING
    form = _form(record, token, deed_words(preview, words_of(record))) if is_open else NOTHING
    if record.status in (Status.PROPOSED, Status.APPROVED, Status.SENDING):
        detail += form
    else:  # folded, so that it has room in the place that the proposal had
        detail = html("{}<details><summary>What was proposed</summary>{}</details>", form, detail)
    return html(
        '<article id="card-{id}" aria-labelledby="t-{id}"><div class="top"><h2 id="t-{id}">{title}</h2>'
        '<span class="badge {kind}">{badge}</span></div>{invented}{said}{detail}'
        '<p class="soft">{id}, proposed {at}</p></article>',
        id=record.id,
        title=preview.title if preview else "The text of this proposal has been purged",
        kind=kind,
        badge=badge,
        invented=_INVENTED if is_embedded(record) else NOTHING,
        said=_said(record, trouble, zone),
        detail=detail,
        at=at(record.created_at, zone),
    )


def _said(record: Record, trouble: str, zone: dt.tzinfo) -> Markup:
    outcome = "" if record.status is Status.PROPOSED else outcome_words(record, zone)
    more = [str(record.outcome["trouble"])] if record.outcome.get("trouble") else []
    more += [f"{key}: {note}" for key, note in record.outcome.get("records", {}).items()]
    told = trouble if record.status in (Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN) else ""
    return (
        each('<p class="big">{}</p>', filter(None, [outcome]))
        + each('<p class="soft">{}</p>', filter(None, more))
        + each('<p class="foreign">{}</p>', filter(None, [told]))
    )


def _detail(preview: Preview) -> Markup:
    """All of it: dangers first, and plain remarks last, but that no long list of records stands before them."""
    because = html('<p class="big">{}</p>', because_words(preview)) if preview.because else NOTHING
    says_from = any(isinstance(section, Letter) for section in preview.sections)
    where = NOTHING if says_from else html("<dl><dt>In</dt><dd>{}</dd></dl>", preview.sender)
    lists = [section for section in preview.sections if isinstance(section, Records)]
    sections = one_by_one(_section(section) for section in preview.sections if section not in lists)
    rows = one_by_one(map(_section, lists))
    return because + _warnings(preview.dangers) + where + sections + _warnings(preview.remarks) + rows


def _warnings(warnings: Sequence[Warned]) -> Markup:
    items = one_by_one(
        html('<li class="{}">{}</li>', "danger" if warned.danger else "look", warned.text) for warned in warnings
    )
    return html('<ul class="warnings" role="alert">{}</ul>', items) if items else NOTHING


def _section(section: Section) -> Markup:  # noqa: PLR0911 - one for each section there is
    match section:
        case Facts():
            return _list((label, _fact(said)) for label, said in section.entries)
        case Beside():
            return _list((label, html('<div class="soft">{}</div>', _fact(said))) for label, said in section.entries)
        case Situation():
            return _situation(section)
        case Letter():
            return _letter(section)
        case Mails():
            return _summed("big", mails_words(section), list(map(mail_words, section.entries)))
        case Effects():
            return one_by_one(_summed("", effect.said, effect.items) for effect in section.entries)
        case Records():
            return _records(section)
        case Sources():
            return _sources(section)
        case _:
            assert_never(section)


def _situation(section: Situation) -> Markup:
    rows = [(entry.label, circumstance_words(entry)) for entry in section.shown]
    more = html('<p class="soft">{}</p>', more_words(section)) if section.left_out else NOTHING
    return html("<h3>{}</h3>{}{}", SITUATION, _list(rows), more)


def _list(facts: Iterable[tuple[str, str]]) -> Markup:
    """Labels, and what they say."""
    return html("<dl>{}</dl>", one_by_one(html("<dt>{}</dt><dd>{}</dd>", label, said) for label, said in facts))


def _summed(look: str, said: str, items: Sequence[str]) -> Markup:
    """A paragraph, and all that it sums up."""
    colon = ":" if items else ""
    listed = html("<ul>{}</ul>", each("<li>{}</li>", items)) if items else NOTHING
    return html("{}{}{}</p>{}", html('<p class="{}">', look) if look else html("<p>"), said, colon, listed)


def _sources(section: Sources) -> Markup:
    """One line, and on demand each thing that the text says with where it stands."""
    listed = one_by_one(html('<li class="{}">{}</li>', one.verdict, said_words(one)) for one in section.entries)
    return html(
        '<details class="sources"><summary>{}</summary><ul>{}</ul></details>', f"Sources: {section.summary}.", listed
    )


def _letter(letter: Letter) -> Markup:
    rows = [(FIELD_WORDS[entry.field], _recipient(entry)) for entry in letter.recipients]
    return _list([*rows, *envelope(letter)]) + _body(letter.body)


def _body(text: str) -> Markup:
    return html('<div class="body">{}</div>', several_lines(text))


def _recipient(entry: SentTo) -> Markup:
    if entry.source:
        return html('{} <span class="soft">({})</span>', entry.email, source_words(entry))
    return html('<span class="foreign">{} ({})</span>', entry.email, source_words(entry))


def _records(section: Records) -> Markup:
    head = each("<th>{}</th>", (section.noun, section.owner, "What", "Changes"))
    return html('<div class="scroll"><table><tr>{}</tr>{}</table></div>', head, one_by_one(map(_row, section.rows)))


def _fact(said: str) -> str:
    return _body(said) if "\n" in said else said


def _row(row: Row) -> Markup:
    changes = (change_words(change, "→") for change in row.changes)
    said = one_by_one((html("{}", line) for line in (*changes, *row.notes)), "<br>")
    return html("<tr>{}</tr>", each("<td>{}</td>", (row.key, row.about, row.action, said)))


def _form(record: Record, token: Token, deed: str) -> Markup:
    hidden = one_by_one(
        html('<input type="hidden" name="{}" value="{}">', name, value)
        for name, value in (("id", record.id), ("token", token(record)))
    )
    buttons = one_by_one(
        html(
            '<button id="{action}-{id}" class="{style}" name="action" value="{action}" data-told="{told}">{label}'
            "</button>",
            id=record.id,
            action=action,
            style=style,
            told=told,
            label=label,
        )
        for action, label, style, told in _choices(record, deed)
    )
    return html('<form method="post" action="decide">{}{}</form>', hidden, buttons)


def _choices(record: Record, deed: str) -> list[tuple[str, str, str, str]]:
    """What may be clicked: the action, its label, its look, and what is told of the click."""
    words = words_of(record)
    if record.status is not Status.OUTCOME_UNKNOWN:
        return [
            ("approve", f"Approve and {deed}", "yes", f"Approved, {deed}"),
            ("reject", "Reject", "", f"Rejected, not to {deed}"),
        ]
    choices = [
        ("look", "Look again at Payt", "yes", "Looking again"),
        ("again", f"{words.step.capitalize()} again", "", f"Approved once more, {deed}"),
    ]
    if words.person_knows:
        choices.append(("done", f"It was {words.done}", "", f"Closed: it was {words.done}"))
    return [*choices, ("close", f"It was not {words.done}", "", f"Closed: it was not {words.done}")]
