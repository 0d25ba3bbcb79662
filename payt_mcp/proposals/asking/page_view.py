"""The approval page as HTML: made of templates that escape whatever is put into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
    sources_words,
)
from payt_mcp.proposals.asking.script_words import script_words
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
from payt_mcp.words.hypertext import NOTHING, Html, one_by_one, several_lines
from payt_mcp.words.languages import Language
from payt_mcp.words.said import capital, count, say, term

Token = Callable[[Record], str]

_BADGES = {
    Status.PROPOSED: ("wait", say("waiting for you")),
    Status.APPROVED: ("wait", say("approved, about to be sent")),
    Status.SENDING: ("wait", say("being sent")),
    Status.SENT: ("good", say("sent")),
    Status.APPLIED: ("good", say("done")),
    Status.PARTLY_APPLIED: ("bad", say("partly done")),
    Status.FAILED: ("bad", say("not sent")),
    Status.OUTCOME_UNKNOWN: ("bad", say("may have been sent")),
    Status.DECLINED: ("", say("rejected")),
    Status.EXPIRED: ("", say("expired")),
    Status.SUPERSEDED: ("", say("replaced: something changed")),
}
_ANEW = say("Put away what is decided")
"""Until then every card stays where it is."""

_INVENTED = say("Invented data: this is a proposal to the built-in sandbox, and reaches nobody.")


@dataclass(frozen=True)
class Cards:
    """What the page is about: the proposals as HTML, how many wait, and what is wrong with all of it."""

    html: Markup = NOTHING
    waiting: int = 0
    alert: str = ""
    index: Markup = NOTHING


def cards(
    records: Sequence[Record], troubles: Mapping[str, str], token: Token, zone: dt.tzinfo, language: Language = "en"
) -> Cards:
    """The proposals."""
    html = Html(language)
    waiting = sum(record.status is Status.PROPOSED for record in records)
    drawn = one_by_one(
        card(html, record, troubles.get(record.id, ""), zone, _form(html, record, token)) for record in records
    )
    return Cards(drawn, waiting, index=index(html, records, token) if len(records) > 1 else NOTHING)


def page(cards: Cards, alert: str, state: str, *, alone: bool = False, language: Language = "en") -> str:
    """The whole page. `alert` is what went wrong with the last click; `state` is another when there is news. `alone`:
    it is about one proposal of several.
    """
    html = Html(language)
    nothing = html('<p class="soft" id="nothing">{}</p>', say("Nothing is waiting. You can close this page."))
    title = say("Nothing waiting")
    if cards.waiting:
        title = say("{proposals} waiting", proposals=count(cards.waiting, "proposal"))
    if alert or cards.alert:
        title = say("Not done")
    whole = html(
        '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title} - {heading}</title>"
        '<link rel="stylesheet" href="page.css"><script src="rest.js" defer></script>'
        '<script src="page.js" defer></script></head>'
        '<body data-changes="{state}" data-words="{words}"><header><h1>{heading}</h1><p id="live">{live}</p>'
        '</header><main aria-live="polite">{alerts}{cards}</main>'
        '<footer><div id="index">{index}</div>'
        '<a href="./">{back}</a></footer></body></html>',
        language=language,
        title=title,
        heading=say("Payt approvals"),
        live=say("An assistant proposed what is below. Nothing reaches Payt before you approve it here."),
        words=script_words(language),
        state=state,
        alerts=_alerts(html, alert, cards.alert),
        cards=cards.html or (NOTHING if cards.alert else nothing),
        index=cards.index,
        back=say("Back to what waits") if alone else _ANEW,
    )
    return str(whole)


def _alerts(html: Html, *alerts: str) -> Markup:
    items = html.each('<li class="danger">{}</li>', filter(None, dict.fromkeys(alerts)))
    return html('<ul class="warnings" id="alert" role="alert">{}</ul>', items) if items else NOTHING


def card(
    html: Html,
    record: Record,
    trouble: str,
    zone: dt.tzinfo,
    form: Markup,
    *,
    waits: str = "",
    beside: Markup = NOTHING,
) -> Markup:
    """A proposal, and the `form` by which it is decided where it is still open. `waits` is said of one that waits in
    the place of our own words, and `beside` what is known of it besides.
    """
    kind, badge = badge_of(record)
    preview = preview_of(record)
    is_open = record.status in (Status.PROPOSED, Status.OUTCOME_UNKNOWN)
    detail = _detail(html, preview) if preview else NOTHING
    form = form if is_open else NOTHING
    if record.status in (Status.PROPOSED, Status.APPROVED, Status.SENDING):
        detail += form
    else:  # folded, so that it has room in the place that the proposal had
        detail = html("{}<details><summary>{}</summary>{}</details>", form, say("What was proposed"), detail)
    return html(
        '<article id="card-{id}" aria-labelledby="t-{id}"><div class="top"><h2 id="t-{id}">{title}</h2>'
        '<span class="badge {kind}">{badge}</span></div>{invented}{said}{beside}{detail}'
        '<p class="soft">{proposed}</p></article>',
        id=record.id,
        title=preview.title if preview else say("The text of this proposal has been purged"),
        kind=kind,
        badge=waits if waits and record.status is Status.PROPOSED else badge,
        invented=html('<p class="foreign">{}</p>', _INVENTED) if is_embedded(record) else NOTHING,
        said=_said(html, record, trouble, zone),
        beside=beside,
        detail=detail,
        proposed=say("{id}, proposed {at}", id=record.id, at=at(record.created_at, zone)),
    )


def badge_of(record: Record) -> tuple[str, str]:
    """How a state looks in a list, and what it is called."""
    kind, badge = _BADGES[record.status]
    return kind, say("not {done}", done=words_of(record).done) if record.status is Status.FAILED else badge


def _said(html: Html, record: Record, trouble: str, zone: dt.tzinfo) -> Markup:
    outcome = "" if record.status is Status.PROPOSED else outcome_words(record, zone)
    more = [record.outcome["trouble"]] if record.outcome.get("trouble") else []
    if record.status is Status.DECLINED and record.outcome.get("why"):
        more.append(say("The reason given: {why}", why=record.outcome["why"]))
    more += [say("{key}: {note}", key=key, note=note) for key, note in record.outcome.get("records", {}).items()]
    told = trouble if record.status in (Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN) else ""
    return (
        html.each('<p class="big">{}</p>', filter(None, [outcome]))
        + html.each('<p class="soft">{}</p>', filter(None, more))
        + html.each('<p class="foreign">{}</p>', filter(None, [told]))
    )


def _detail(html: Html, preview: Preview) -> Markup:
    """All of it: dangers first, and plain remarks last, but that no long list of records stands before them."""
    because = html('<p class="big">{}</p>', because_words(preview)) if preview.because else NOTHING
    says_from = any(isinstance(section, Letter) for section in preview.sections)
    where = NOTHING if says_from else _list(html, [(say("In"), preview.sender)])
    lists = [section for section in preview.sections if isinstance(section, Records)]
    sections = one_by_one(_section(html, section) for section in preview.sections if section not in lists)
    rows = one_by_one(_section(html, section) for section in lists)
    return because + _warnings(html, preview.dangers) + where + sections + _warnings(html, preview.remarks) + rows


def _warnings(html: Html, warnings: Sequence[Warned]) -> Markup:
    items = one_by_one(
        html('<li class="{}">{}</li>', "danger" if warned.danger else "look", warned.text) for warned in warnings
    )
    return html('<ul class="warnings" role="alert">{}</ul>', items) if items else NOTHING


def _section(html: Html, section: Section) -> Markup:  # noqa: PLR0911 - one for each section there is
    match section:
        case Facts():
            return _list(html, ((label, _fact(html, said)) for label, said in section.entries))
        case Beside():
            return _list(
                html,
                ((label, html('<div class="soft">{}</div>', _fact(html, said))) for label, said in section.entries),
            )
        case Situation():
            return _situation(html, section)
        case Letter():
            return _letter(html, section)
        case Mails():
            return _summed(html, "big", mails_words(section), list(map(mail_words, section.entries)))
        case Effects():
            return one_by_one(_summed(html, "", effect.said, effect.items) for effect in section.entries)
        case Records():
            return _records(html, section)
        case Sources():
            return _sources(html, section)
        case _:
            assert_never(section)


def _situation(html: Html, section: Situation) -> Markup:
    rows = [(entry.label, circumstance_words(entry)) for entry in section.shown]
    more = html('<p class="soft">{}</p>', more_words(section)) if section.left_out else NOTHING
    return html("<h3>{}</h3>{}{}", SITUATION, _list(html, rows), more)


def _list(html: Html, facts: Iterable[tuple[str, str]]) -> Markup:
    """Labels, and what they say."""
    return html("<dl>{}</dl>", one_by_one(html("<dt>{}</dt><dd>{}</dd>", label, said) for label, said in facts))


def _summed(html: Html, look: str, said: str, items: Sequence[str]) -> Markup:
    """A paragraph, and all that it sums up."""
    colon = ":" if items else ""
    listed = html("<ul>{}</ul>", html.each("<li>{}</li>", items)) if items else NOTHING
    return html("{}{}{}</p>{}", html('<p class="{}">', look) if look else html("<p>"), said, colon, listed)


def _sources(html: Html, section: Sources) -> Markup:
    """One line, and on demand each thing that the text says with where it stands."""
    listed = one_by_one(html('<li class="{}">{}</li>', one.verdict, said_words(one)) for one in section.entries)
    return html('<details class="sources"><summary>{}</summary><ul>{}</ul></details>', sources_words(section), listed)


def _letter(html: Html, letter: Letter) -> Markup:
    rows = [(FIELD_WORDS[entry.field], _recipient(html, entry)) for entry in letter.recipients]
    return _list(html, [*rows, *envelope(letter)]) + _body(html, letter.body)


def _body(html: Html, text: str) -> Markup:
    return html('<div class="body">{}</div>', several_lines(text))


def _recipient(html: Html, entry: SentTo) -> Markup:
    if entry.source:
        return html('{} <span class="soft">({})</span>', entry.email, source_words(entry))
    return html('<span class="foreign">{} ({})</span>', entry.email, source_words(entry))


def _records(html: Html, section: Records) -> Markup:
    head = html.each("<th>{}</th>", (section.noun, section.owner, say("What"), say("Changes")))
    rows = one_by_one(_row(html, row) for row in section.rows)
    return html('<div class="scroll"><table><tr>{}</tr>{}</table></div>', head, rows)


def _fact(html: Html, said: str) -> str:
    return _body(html, said) if "\n" in said else said


def _row(html: Html, row: Row) -> Markup:
    changes = (change_words(change, "→") for change in row.changes)
    said = one_by_one((html("{}", line) for line in (*changes, *row.notes)), "<br>")
    return html("<tr>{}</tr>", html.each("<td>{}</td>", (row.key, row.about, term(row.action), said)))


def _form(html: Html, record: Record, token: Token) -> Markup:
    hidden = {"id": record.id, "token": token(record)}
    return html('<form method="post" action="decide">{}{}</form>', fields(html, hidden), buttons(html, record))


def fields(html: Html, hidden: Mapping[str, str]) -> Markup:
    """What goes along with a form."""
    return one_by_one(html('<input type="hidden" name="{}" value="{}">', *one) for one in hidden.items())


def buttons(html: Html, record: Record, but: Collection[str] = ()) -> Markup:
    """A button for each thing that may be done about a proposal, `but` for some."""
    return one_by_one(
        html(
            '<button id="{action}-{id}" class="{style}" name="action" value="{action}" data-told="{told}">{label}'
            "</button>",
            id=record.id,
            action=action,
            style=style,
            told=told,
            label=label,
        )
        for action, label, style, told in _choices(record, deed_words(preview_of(record), words_of(record)))
        if action not in but
    )


def _choices(record: Record, deed: str) -> list[tuple[str, str, str, str]]:
    """What may be clicked: the action, its label, its look, and what is told of the click."""
    words = words_of(record)
    if record.status is not Status.OUTCOME_UNKNOWN:
        return [
            ("approve", say("Approve and {deed}", deed=deed), "yes", say("Approved, {deed}", deed=deed)),
            ("reject", say("Reject"), "", say("Rejected, not to {deed}", deed=deed)),
        ]
    choices = [
        ("look", say("Look again at Payt"), "yes", say("Looking again")),
        ("again", capital(say("{step} again", step=words.step)), "", say("Approved once more, {deed}", deed=deed)),
    ]
    if words.person_knows:
        done = say("It was {done}", done=words.done)
        choices.append(("done", done, "", say("Closed: it was {done}", done=words.done)))
    undone = say("It was not {done}", done=words.done)
    return [*choices, ("close", undone, "", say("Closed: it was not {done}", done=words.done))]
