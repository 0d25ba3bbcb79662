"""The approval page as HTML. Every text from elsewhere goes through `text`; nothing else is put into the page."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from payt_mcp.proposals.asking.preview_text import (
    change_words,
    heading,
    shown,
    shown_lines,
    size,
)
from payt_mcp.proposals.outcomes import at, only_a_person_knows, outcome_words
from payt_mcp.proposals.records import Record, is_embedded
from payt_mcp.proposals.states import Status
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
_INVENTED = '<p class="foreign">Invented data: this is a proposal to the built-in sandbox, and reaches nobody.</p>'


@dataclass(frozen=True)
class Cards:
    """What the page is about: the proposals as HTML, how many wait, and what is wrong with all of it."""

    html: str = ""
    waiting: int = 0
    alert: str = ""


def cards(records: Sequence[Record], troubles: Mapping[str, str], token: Token, zone: dt.tzinfo) -> Cards:
    """The proposals."""
    waiting = sum(record.status is Status.PROPOSED for record in records)
    return Cards("".join(_card(record, troubles.get(record.id, ""), token, zone) for record in records), waiting)


def page(cards: Cards, alert: str, state: str) -> str:
    """The whole page. `alert` is what went wrong with the last click; `state` is another when there is news."""
    nothing = "" if cards.alert else '<p class="soft">Nothing is waiting. You can close this page.</p>'
    title = f"{count(cards.waiting, 'proposal')} waiting" if cards.waiting else "Nothing waiting"
    if alert or cards.alert:
        title = "Not done"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)} - Payt approvals</title>"
        '<link rel="stylesheet" href="page.css"><script src="page.js" defer></script></head>'
        f'<body data-changes="{text(state)}"><header><h1>Payt approvals</h1>'
        '<p id="live">An assistant proposed what is below. Nothing reaches Payt before you approve it here.</p>'
        f'</header><main aria-live="polite">{_alerts(alert, cards.alert)}{cards.html or nothing}</main></body></html>'
    )


def _alerts(*alerts: str) -> str:
    items = "".join(f'<li class="danger">{text(alert)}</li>' for alert in dict.fromkeys(alerts) if alert)
    return f'<ul class="warnings" id="alert" role="alert">{items}</ul>' if items else ""


def text(value: Any) -> str:
    """Any text as HTML, in one line, that shows exactly its characters."""
    return html.escape(shown(str(value)), quote=True)


def _card(record: Record, trouble: str, token: Token, zone: dt.tzinfo) -> str:
    kind, badge = _BADGES[record.status]
    if record.status is Status.FAILED and record.kind != "message":
        badge = "not carried out"
    preview = record.preview or {"title": "The text of this proposal has been purged", "warnings": [], "kind": ""}
    is_open = record.status in (Status.PROPOSED, Status.OUTCOME_UNKNOWN)
    invented = _INVENTED if is_embedded(record) else ""
    detail = _detail(preview)
    if record.status not in (Status.PROPOSED, Status.APPROVED, Status.SENDING, Status.OUTCOME_UNKNOWN):
        detail = f"<details><summary>What was proposed</summary>{detail}</details>"
    return (
        f'<article aria-labelledby="t-{record.id}"><div class="top">'
        f'<h2 id="t-{record.id}">{text(preview["title"])}</h2>'
        f'<span class="badge {kind}">{badge}</span></div>'
        f"{invented}{_said(record, trouble, zone)}{detail}{_form(record, token) if is_open else ''}"
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


def _detail(preview: Mapping[str, Any]) -> str:
    because = "; ".join(preview.get("because", ()))
    parts = [f'<p class="big">Proposed anew, because {text(because)}.</p>' if because else "", _warnings(preview)]
    parts += [_message(preview)] if preview["kind"] == "message" else []
    parts += [_invoices(preview)] if preview["kind"] == "invoices" else []
    parts += [_action(preview)] if "facts" in preview else []
    return "".join(parts)


def _warnings(preview: Mapping[str, Any]) -> str:
    items = "".join(
        f'<li class="{"danger" if warned["danger"] else "look"}">{text(warned["text"])}</li>'
        for warned in preview["warnings"]
    )
    return f'<ul class="warnings" role="alert">{items}</ul>' if items else ""


def _message(preview: Mapping[str, Any]) -> str:
    rows = [(label, text(said)) for label, said in heading(preview)]
    rows += [(entry["field"].capitalize(), _recipient(entry)) for entry in preview["recipients"]]
    rows += [("Subject", text(preview["subject"]))]
    rows += [("Attached", f"{text(entry['name'])} ({size(entry['size'])})") for entry in preview["attachments"]]
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    body = html.escape(shown_lines(preview["body"]), quote=True)
    return f'<dl>{facts}</dl><div class="body">{body}</div>'


def _recipient(entry: Mapping[str, str]) -> str:
    if entry["source"]:
        return f'{text(entry["email"])} <span class="soft">{text(entry["source"])}</span>'
    return f'<span class="foreign">{text(entry["email"])} - not on file, given by the assistant</span>'


def _invoices(preview: Mapping[str, Any]) -> str:
    mails = preview["mails"]
    said = (
        f'<p class="big">E-mailed by Payt, {count(len(mails), "invoice")}:</p><ul>'
        + "".join(f"<li>{text(mail['invoice'])} to {text(mail['to'])}</li>" for mail in mails)
        + "</ul>"
        if mails
        else '<p class="big">Payt will e-mail no invoice.</p>'
    )
    counts = ", ".join(f"{number} {kind}" for kind, number in preview["counts"].items())
    money = "".join(f"<li>{text(row['currency'])}: {text(row['text'])}</li>" for row in preview["money"])
    booked = "".join(f"<li>{text(row['invoice'])}: {text(row['amount'])}</li>" for row in preview["payments"])
    payments = f"<p>Payments Payt will book by itself:</p><ul>{booked}</ul>" if booked else ""
    lists = "".join(f"<p>{text(name)}: {text(', '.join(numbers))}</p>" for name, numbers in preview["lists"].items())
    rows = "".join(_row(row) for row in preview["rows"])
    head = "<tr><th>Invoice</th><th>Debtor</th><th>What</th><th>Changes</th></tr>"
    return (
        f"{said}<p>In {text(preview['from'])}: {text(counts)}</p><ul>{money}</ul>{payments}{lists}"
        f'<div class="scroll"><table>{head}{rows}</table></div>'
    )


def _action(preview: Mapping[str, Any]) -> str:
    facts = "".join(f"<dt>{text(label)}</dt><dd>{_fact(said)}</dd>" for label, said in preview["facts"])
    beside = "".join(f'<dt>{text(label)}</dt><dd class="soft">{_fact(said)}</dd>' for label, said in preview["beside"])
    rows = "".join(_row(row) for row in preview["rows"])
    head = "<tr><th>Record</th><th>About</th><th>What</th><th>Changes</th></tr>"
    counts = ", ".join(f"{number} {kind}" for kind, number in preview["counts"].items())
    table = f'<p>{text(counts)}</p><div class="scroll"><table>{head}{rows}</table></div>' if rows else ""
    return f"<dl><dt>In</dt><dd>{text(preview['from'])}</dd>{facts}{beside}</dl>{table}"


def _fact(said: str) -> str:
    if "\n" not in said:
        return text(said)
    return f'<div class="body">{html.escape(shown_lines(said), quote=True)}</div>'


def _row(row: Mapping[str, Any]) -> str:
    changes = [change_words(change) for change in row["changes"]]
    said = "<br>".join(text(line) for line in [*changes, *row["notes"]])
    key, about = row.get("key", row.get("invoice")), row.get("about", row.get("debtor"))
    cells = (text(key), text(about), text(row["action"]), said)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _form(record: Record, token: Token) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{text(value)}">'
        for name, value in (("id", record.id), ("token", token(record)))
    )
    choices = [("approve", "Approve and send", "yes"), ("reject", "Reject", "")]
    if record.kind != "message":
        choices[0] = ("approve", "Approve and carry out", "yes")
    if record.status is Status.OUTCOME_UNKNOWN:
        choices = [("look", "Look again at Payt", "yes"), ("again", "Send again", ""), ("close", "It was not sent", "")]
        if only_a_person_knows(record):
            choices[1:] = [("done", "It was carried out", ""), ("close", "It was not carried out", "")]
            choices.insert(1, ("again", "Carry out again", ""))
    buttons = "".join(
        f'<button id="{action}-{record.id}" class="{style}" name="action" value="{action}">{label}</button>'
        for action, label, style in choices
    )
    return f'<form method="post" action="decide">{hidden}{buttons}</form>'
