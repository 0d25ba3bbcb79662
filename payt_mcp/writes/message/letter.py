"""A message to a debtor: its content, and its preview. Pure; the facts are passed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from payt_mcp.proposals.proposal import Warned
from payt_mcp.receivables.addresses import Recipient
from payt_mcp.words.text import clean, cut, money
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import named_words


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
    """What would be sent. `addressee` is a parameter of Payt's contract and its value, `about` the same in
    words, "" where it is the debtor itself.
    """

    payt: str
    administration_id: str
    addressee: tuple[str, str]
    about: str
    debtor_id: str
    subject: str
    body: str
    recipients: Sequence[Recipient]
    attachments: Sequence[Attachment] = ()

    @property
    def text(self) -> str:
        """All that the debtor would read."""
        return f"{self.subject}\n{self.body}"

    def to(self, where: str) -> list[str]:
        return [recipient.email for recipient in self.recipients if recipient.field == where]

    def content(self) -> dict[str, Any]:
        """All that the digest names; the words around it are left out."""
        return {
            "payt": self.payt,
            "administration_id": self.administration_id,
            "addressee": list(self.addressee),
            "debtor_id": self.debtor_id,
            "subject": self.subject,
            "body": self.body,
            "email": self.to("to")[0],
            "cc": self.to("cc"),
            "bcc": self.to("bcc"),
            "attachments": [
                {"name": a.name, "path": a.path, "size": a.size, "type": a.content_type, "sha256": a.sha256}
                for a in self.attachments
            ],
        }


def preview_of(letter: Letter, facts: Facts, warned: Sequence[Warned]) -> dict[str, Any]:
    """What a person is shown, whole."""
    return {
        "kind": "message",
        "title": cut(f"Message to {clean(facts.debtor, 60)} ({facts.debtor_number}): {clean(letter.subject, 80)}", 160),
        "from": facts.sender,
        "administration_id": letter.administration_id,
        "debtor": f"{clean(facts.debtor, 80)} ({facts.debtor_number})",
        "about": letter.about,
        "named": named_words(letter.text, facts.items),
        "owed": [money(value, currency) for currency, value in sorted(_overdue(facts).items())],
        "recipients": [{"field": r.field, "email": r.email, "source": r.source} for r in letter.recipients],
        "subject": letter.subject,
        "body": letter.body,
        "attachments": [{"name": a.name, "size": a.size} for a in letter.attachments],
        "warnings": [entry.as_json() for entry in warned],
    }


def _overdue(facts: Facts) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for item in facts.items:
        if item.is_overdue and item.open_amount is not None:
            totals[item.currency] = totals.get(item.currency, Decimal(0)) + item.open_amount
    return totals
