"""What is to be looked out for in a text that is written beside a task: a comment, or why it was completed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from payt_mcp.books.scope import Scope, chunks
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Debtor, Invoice, Task
from payt_mcp.proposals.preview import Warned
from payt_mcp.scanning.numbers import tokens
from payt_mcp.words.said import money, say
from payt_mcp.words.text import clean, code
from payt_mcp.writes.texts import Own, drawn_otherwise, leading_elsewhere

_FIELDS = ("id", "invoice_number", "debtor_id", "debtor_number", "open_amount", "currency_code")
_PAID = re.compile(
    r"\b(?:is|zijn|al|reeds|has been|have been|was|were|are|ist|sind|wurden?|bereits|est|sont|a été|ont été)\s+"
    r"(?:al|reeds|volledig|already|fully|bereits|vollständig|déjà\s+)?\s?"
    r"(?:betaald|voldaan|ontvangen|paid|settled|bezahlt|beglichen|payée?s?|réglée?s?)\b",
    re.IGNORECASE,
)


async def text_warnings(scope: Scope, task: Task, texts: Mapping[str, str]) -> list[Warned]:
    """What in the texts leads elsewhere, is another debtor's, or is not as the books have it. Raises UpstreamError."""
    written = list(texts.items())
    found = leading_elsewhere(written, Own.of(scope.administration))
    if found:
        found = leading_elsewhere(written, Own.of(scope.administration, await _debtor(scope, task)))
    text = "\n".join(texts.values())
    named = await _named(scope, text)
    return [*found, *drawn_otherwise(written), *_of_others(task, named), *_not_paid(task, text, named)]


async def _debtor(scope: Scope, task: Task) -> list[Debtor]:
    if not task.debtor_id:
        return []
    return (await scope.account.payt.debtors(scope.id, fields=every(Debtor), ids=[task.debtor_id])).records


async def _named(scope: Scope, text: str) -> list[Invoice]:
    """The invoices whose numbers stand in a text."""
    found: list[Invoice] = []
    for chunk in chunks([word for word in tokens(text) if "," not in word]):
        listed = await scope.account.payt.invoices(scope.id, fields=_FIELDS, invoice_numbers=chunk)
        found += listed.records
    return found


def _of_others(task: Task, named: list[Invoice]) -> Iterator[Warned]:
    for invoice in named:
        if task.debtor_id and invoice.debtor_id != task.debtor_id:
            number, owner = clean(invoice.invoice_number, 40), code(invoice.debtor_number)
            yield Warned(
                say(
                    "The text names invoice {number}, which belongs to another debtor ({owner}).",
                    number=number,
                    owner=owner,
                )
            )


def _not_paid(task: Task, text: str, named: list[Invoice]) -> Iterator[Warned]:
    """A text that calls something paid, beside invoices of the debtor that are open."""
    if not _PAID.search(text):
        return
    for invoice in named:
        if invoice.open_amount and invoice.debtor_id == task.debtor_id:
            opened = money(invoice.open_amount, invoice.currency_code)
            yield Warned(
                say(
                    "The text calls something paid, and {opened} is open on {invoice_number}.",
                    opened=opened,
                    invoice_number=clean(invoice.invoice_number, 40),
                )
            )
