"""Messages and mail as the craft reads them: when one was sent, and why one came back."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from payt_mcp.words.said import joined, say, term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from payt_mcp.payt.models import Message, Notification

EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
"""Where Payt gives no moment: before all others."""

BRIEF = (
    "id", "debtor_id", "invoice_id", "credit_case_id", "sender_type", "sent_at", "received_at", "updated_at", "subject",
)  # fmt: skip
"""What must be asked of Payt to tell when a message was sent, by whom (a person or a mail program), and about what."""

LATELY = dt.timedelta(days=7)
"""How long a reminder, a step or a letter is one of lately."""

RECENT_DAYS = 45
"""Without a debtor, invoice or case: how far back the correspondence is looked at, whoever asks."""

MOST_BOUNCED = 3
"""How many mails that came back are told one by one."""

_LONGEST_SUBJECT = 300
_REPLY = re.compile(r"(?:(?:re|aw|antw|antwoord|antwort|sv|r[ée]p|tr|fwd?)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
"""What mail programs put before the subject of a reply; for `match` alone, on a text of that length."""
_AUTOMATIC = re.compile(
    r"[\W_]*(?:auto(?:mat(?:ic|ed))?[\W_]*(?:reply|response)|out[\W_]+of[\W_]+(?:the[\W_]+)?office"
    r"|vacation[\W_]+(?:reply|response)|auto(?:matische?)?[\W_]*(?:antwoord|reactie|beantwoording)"
    r"|afwezigheids(?:bericht|melding|assistent)|automatische[\W_]+(?:antwort|r(?:ü|u\u0308?|ue)ckmeldung)"
    r"|(?:automatische[\W_]+)?abwesenheits(?:notiz|nachricht|meldung|benachrichtigung|assistent)"
    r"|r(?:é|e\u0301?)ponse[\W_]+automatique|(?:message|notification|avis)[\W_]+d.absence"
    r"|(?:absence|absente?)[\W_]+du[\W_]+bureau)\b",
    re.IGNORECASE,
)
"""How subjects begin that mail programs write for people who are away (en, nl, de, fr)."""
_AWAY = re.compile(
    r"\W*(?:afwezig(?:heid)?|abwesen(?:d|heit)|absence|absente?|ooo)\s*(?:$|[:|/(,;!.\u2013\u2014-]|"
    r"(?:(?:tot|t/m|vanaf|van|bis|vom|ab|from|until|till)\s+(?:[^\W\d]+\s+){0,2}|(?:du|jusqu\S*)\s+(?:[^\W\d]+\s+)?)?"
    r"(?:\d{1,2}(?!\d)|\d{4}-\d))",
    re.IGNORECASE,
)
"""The same of words that begin other subjects too, `Absence de facture`: alone, before a sign, or with a date."""
_SMTP = re.compile(r"\b[245]\d\d\b")
_BOUNCES = {
    "mailbox full": ("full", "quota", "storage"),
    "no such mailbox": ("unavailable", "unknown", "no such", "not exist", "not found", "invalid", "5.1.1"),
    "refused": ("policy", "reject", "refus", "denied", "block", "spam"),
}


def message_moment(message: Message) -> dt.datetime:
    """When a message was sent; else received, else last changed."""
    return message.sent_at or message.received_at or message.updated_at or EARLIEST


def is_automatic(message: Message) -> bool:
    """Whether a mail program answered and no person: by the beginning of the subject, as mail programs have it. Whoever
    writes back to such an answer has a sign of a reply before it, and is a person.
    """
    subject = (message.subject or "")[:_LONGEST_SUBJECT]
    return bool(_AUTOMATIC.match(subject) or _AWAY.match(subject))


def recent_since(now: dt.datetime) -> dt.datetime:
    """The moment since which messages are recent ones."""
    return now - dt.timedelta(days=RECENT_DAYS)


def recent(messages: Iterable[Message], since: dt.datetime) -> list[Message]:
    """Those sent since; an older one can be among what changed since, as it was read then."""
    return [message for message in messages if message_moment(message) >= since]


def replies_of(newest: Sequence[Message]) -> dict[str, str]:
    """Which of these messages, newest first, answers which: the id of the one by the id of the reply.

    Payt keeps no threads. A message whose subject begins with a sign of a reply belongs to the last one before it of
    the other side, with the same debtor and the same subject.
    """
    found: dict[str, str] = {}
    waiting: dict[tuple[str, str], list[Message]] = {}
    for message in newest:
        whole = (message.subject or "")[:_LONGEST_SUBJECT].strip()
        sign = _REPLY.match(whole)
        subject = whole[sign.end() if sign else 0 :].casefold()
        thread = waiting.setdefault((message.debtor_id or "", subject), [])
        for reply in [one for one in thread if one.sender_type != message.sender_type]:
            found[reply.id] = message.id
            thread.remove(reply)
        if subject and sign:
            thread.append(message)
    return found


def bounce_reason(mail: Notification) -> str:
    """` (552, mailbox full)`: the code of the mail server that refused it, and a word of ours. Its own words could be
    anybody's, and would be read as ours.
    """
    said = (mail.details.bounce_reason or "").casefold() if mail.details else ""
    number = _SMTP.search(said)
    word = next((word for word, signs in _BOUNCES.items() if any(sign in said for sign in signs)), "")
    told = joined(filter(None, (number[0] if number else "", term(word) if word else "")))
    return say(" ({told})", told=told) if told else ""
