"""The approval page as HTML. Every text from elsewhere goes through `text`; nothing else is put into the page."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

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
from payt_mcp.words.text import count
from payt_mcp.words.visible import shown, shown_lines

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

_INVENTED = '<p class="foreign">Invented data: this is a proposal to the built-in sandbox, and reaches nobody.</p>'


@dataclass(frozen=True)
class Cards:
    """What the page is about: the proposals as HTML, how many wait, and what is wrong with all of it."""

    html: str = ""
    waiting: int = 0
    alert: str = ""
    index: str = ""


def cards(records: Sequence[Record], troubles: Mapping[str, str], token: Token, zone: dt.tzinfo) -> Cards:
    """The proposals."""
    waiting = sum(record.status is Status.PROPOSED for record in records)
    drawn = "".join(_card(record, troubles.get(record.id, ""), token, zone) for record in records)
    return Cards(drawn, waiting, index=index(records, token) if len(records) > 1 else "")


def page(cards: Cards, alert: str, state: str, *, alone: bool = False) -> str:
    """The whole page. `alert` is what went wrong with the last click; `state` is another when there is news. `alone`:
    it is about one proposal of several.
    """
    nothing = "" if cards.alert else '<p class="soft" id="nothing">Nothing is waiting. You can close this page.</p>'
    title = f"{count(cards.waiting, 'proposal')} waiting" if cards.waiting else "Nothing waiting"
    if alert or cards.alert:
        title = "Not done"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)} - Payt approvals</title>"
        '<link rel="stylesheet" href="page.css"><script src="rest.js" defer></script>'
        '<script src="page.js" defer></script></head>'
        f'<body data-changes="{text(state)}"><header><h1>Payt approvals</h1>'
        '<p id="live">An assistant proposed what is below. Nothing reaches Payt before you approve it here.</p>'
        f'</header><main aria-live="polite">{_alerts(alert, cards.alert)}{cards.html or nothing}</main>'
        f'<footer><div id="index">{cards.index}</div>'
        f'<a href="./">{"Back to what waits" if alone else _ANEW}</a></footer></body></html>'
    )


def _alerts(*alerts: str) -> str:
    items = "".join(f'<li class="danger">{text(alert)}</li>' for alert in dict.fromkeys(alerts) if alert)
    return f'<ul class="warnings" id="alert" role="alert">{items}</ul>' if items else ""


def text(value: Any) -> str:
    """Any text as HTML, in one line, that shows exactly its characters."""
    return html.escape(shown(str(value)), quote=True)


def _card(record: Record, trouble: str, token: Token, zone: dt.tzinfo) -> str:
    kind, badge = _BADGES[record.status]
    if record.status is Status.FAILED:
        badge = f"not {words_of(record).done}"
    preview = preview_of(record)
    title = preview.title if preview else "The text of this proposal has been purged"
    is_open = record.status in (Status.PROPOSED, Status.OUTCOME_UNKNOWN)
    invented = _INVENTED if is_embedded(record) else ""
    detail = _detail(preview) if preview else ""
    form = _form(record, token, deed_words(preview, words_of(record))) if is_open else ""
    if record.status in (Status.PROPOSED, Status.APPROVED, Status.SENDING):
        detail += form
    else:  # folded, so that it has room in the place that the proposal had
        detail = f"{form}<details><summary>What was proposed</summary>{detail}</details>"
    return (
        f'<article id="card-{record.id}" aria-labelledby="t-{record.id}"><div class="top">'
        f'<h2 id="t-{record.id}">{text(title)}</h2>'
        f'<span class="badge {kind}">{badge}</span></div>'
        f"{invented}{_said(record, trouble, zone)}{detail}"
        f'<p class="soft">{record.id}, proposed {at(record.created_at, zone)}</p></article>'
    )


def _said(record: Record, trouble: str, zone: dt.tzinfo) -> str:
    lines = ["" if record.status is Status.PROPOSED else outcome_words(record, zone)]
    lines += [str(record.outcome["trouble"])] if record.outcome.get("trouble") else []
    lines += [f"{key}: {note}" for key, note in record.outcome.get("records", {}).items()]
    told = trouble if record.status in (Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN) else ""
    return "".join(
        f'<p class="{"big" if at == 0 else "soft"}">{text(line)}</p>' for at, line in enumerate(lines) if line
    ) + (f'<p class="foreign">{text(told)}</p>' if told else "")


def _detail(preview: Preview) -> str:
    """All of it: dangers first, and plain remarks last, but that no long list of records stands before them."""
    because = f'<p class="big">{text(because_words(preview))}</p>' if preview.because else ""
    says_from = any(isinstance(section, Letter) for section in preview.sections)
    where = "" if says_from else f"<dl><dt>In</dt><dd>{text(preview.sender)}</dd></dl>"
    lists = [section for section in preview.sections if isinstance(section, Records)]
    sections = "".join(_section(section) for section in preview.sections if section not in lists)
    rows = "".join(map(_section, lists))
    return f"{because}{_warnings(preview.dangers)}{where}{sections}{_warnings(preview.remarks)}{rows}"


def _warnings(warnings: Sequence[Warned]) -> str:
    items = "".join(
        f'<li class="{"danger" if warned.danger else "look"}">{text(warned.text)}</li>' for warned in warnings
    )
    return f'<ul class="warnings" role="alert">{items}</ul>' if items else ""


def _section(section: Section) -> str:  # noqa: PLR0911 - one for each section there is
    match section:
        case Facts():
            return _list((label, _fact(said)) for label, said in section.entries)
        case Beside():
            return _list((label, f'<div class="soft">{_fact(said)}</div>') for label, said in section.entries)
        case Situation():
            return _situation(section)
        case Letter():
            return _letter(section)
        case Mails():
            return f'<p class="big">{_mails(section)}'
        case Effects():
            return "".join(f"<p>{_summed(effect.said, effect.items)}" for effect in section.entries)
        case Records():
            return _records(section)
        case Sources():
            return _sources(section)
        case _:
            assert_never(section)


def _situation(section: Situation) -> str:
    rows = [(entry.label, text(circumstance_words(entry))) for entry in section.shown]
    more = f'<p class="soft">{text(more_words(section))}</p>' if section.left_out else ""
    return f"<h3>{text(SITUATION)}</h3>{_list(rows)}{more}"


def _list(facts: Iterable[tuple[str, str]]) -> str:
    """Labels, and what they say as HTML."""
    return "<dl>" + "".join(f"<dt>{text(label)}</dt><dd>{said}</dd>" for label, said in facts) + "</dl>"


def _summed(said: str, items: Sequence[str]) -> str:
    """The rest of a paragraph, and all that it sums up."""
    listed = "".join(f"<li>{text(item)}</li>" for item in items)
    return f"{text(said)}:</p><ul>{listed}</ul>" if listed else f"{text(said)}</p>"


def _mails(section: Mails) -> str:
    return _summed(mails_words(section), list(map(mail_words, section.entries)))


def _sources(section: Sources) -> str:
    """One line, and on demand each thing that the text says with where it stands."""
    listed = "".join(f'<li class="{one.verdict}">{text(said_words(one))}</li>' for one in section.entries)
    return (
        f'<details class="sources"><summary>{text(f"Sources: {section.summary}.")}</summary><ul>{listed}</ul></details>'
    )


def _letter(letter: Letter) -> str:
    rows = [(FIELD_WORDS[entry.field], _recipient(entry)) for entry in letter.recipients]
    rows += [(label, text(said)) for label, said in envelope(letter)]
    return f'{_list(rows)}<div class="body">{html.escape(shown_lines(letter.body), quote=True)}</div>'


def _recipient(entry: SentTo) -> str:
    if entry.source:
        return f'{text(entry.email)} <span class="soft">({text(source_words(entry))})</span>'
    return f'<span class="foreign">{text(entry.email)} ({text(source_words(entry))})</span>'


def _records(section: Records) -> str:
    head = "".join(f"<th>{text(name)}</th>" for name in (section.noun, section.owner, "What", "Changes"))
    rows = "".join(map(_row, section.rows))
    return f'<div class="scroll"><table><tr>{head}</tr>{rows}</table></div>'


def _fact(said: str) -> str:
    if "\n" not in said:
        return text(said)
    return f'<div class="body">{html.escape(shown_lines(said), quote=True)}</div>'


def _row(row: Row) -> str:
    changes = (change_words(change, "→") for change in row.changes)
    said = "<br>".join(text(line) for line in (*changes, *row.notes))
    cells = (text(row.key), text(row.about), text(row.action), said)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _form(record: Record, token: Token, deed: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{text(value)}">'
        for name, value in (("id", record.id), ("token", token(record)))
    )
    buttons = "".join(
        f'<button id="{action}-{record.id}" class="{style}" name="action" value="{action}" '
        f'data-told="{text(told)}">{text(label)}</button>'
        for action, label, style, told in _choices(record, deed)
    )
    return f'<form method="post" action="decide">{hidden}{buttons}</form>'


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
