"""A message to a debtor: its content, and what a person is shown of it. Pure; the facts are passed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payt_mcp.proposals import preview
from payt_mcp.receivables.addresses import Recipient
from payt_mcp.words.said import joined, money, say, within
from payt_mcp.words.text import clean, outside
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import named_words
from payt_mcp.writes.message.placeholders import Filled, blanked


@dataclass(frozen=True)
class Attachment:
    """A file that goes along. `path` is below the attachments folder; `sha256` pins its content, `size` in bytes."""

    name: str
    path: str
    size: int
    content_type: str
    sha256: str


@dataclass(frozen=True)
class Letter:
    """What the debtor would read, and where it goes. `about` is the invoice or case that it goes with, "" where it is
    the debtor itself. `filled` is what this server filled in, with its places in `text`.
    """

    about: str
    subject: str
    body: str
    recipients: Sequence[Recipient]
    attachments: Sequence[Attachment] = ()
    filled: Sequence[Filled] = ()

    @property
    def text(self) -> str:
        """All that the debtor would read."""
        return f"{self.subject}\n{self.body}"

    @property
    def typed(self) -> str:
        """The same with blanks where this server filled in what is right by construction."""
        return blanked(self.text, self.filled)


def title_of(letter: Letter, facts: Facts) -> str:
    return within(
        say(
            "Message to {debtor} ({debtor_number}): {subject}",
            debtor=clean(facts.debtor, 60),
            debtor_number=facts.debtor_number,
            subject=clean(letter.subject, 80),
        ),
        160,
    )


def sections_of(letter: Letter, facts: Facts) -> list[preview.Section]:
    """What a person is shown, whole."""
    about = say(", about {about}", about=letter.about) if letter.about else ""
    owed = joined(money(value, currency) for currency, value in sorted(_overdue(facts).items()))
    said = [
        (say("From"), facts.sender),
        (
            say("Debtor"),
            say(
                "{debtor} ({debtor_number}){about}",
                debtor=outside(facts.debtor, 80),
                debtor_number=facts.debtor_number,
                about=about,
            ),
        ),
        (say("Overdue"), owed),
        (say("Named in the text"), named_words(letter.text, facts.items)),
    ]
    text = preview.Letter(
        recipients=tuple(preview.SentTo(one.field, one.email, one.source) for one in letter.recipients),
        subject=letter.subject,
        body=letter.body,
        attachments=tuple(preview.Attached(one.name, one.size) for one in letter.attachments),
        filled=tuple({one.placeholder: one.text for one in letter.filled}.items()),
    )
    return [*preview.facts([fact for fact in said if fact[1]]), text]


def _overdue(facts: Facts) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for item in facts.items:
        if item.is_overdue and item.open_amount is not None:
            totals[item.currency] = totals.get(item.currency, Decimal(0)) + item.open_amount
    return totals
