"""All that is known of one debtor: what a person would lay out before writing to it."""

from __future__ import annotations

from dataclasses import dataclass

from payt_mcp.lookup import Scope, books_of, cases_by_id, find_debtor, plans_by_id, read_debtor
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import CreditCase, Debtor, Message, PaymentPlan
from payt_mcp.receivables.open_items import OpenItem, OpenItems
from payt_mcp.receivables.selection import ordered
from payt_mcp.rows import message_moment

MOST_MESSAGES = 1_000
"""How many messages of a debtor are looked through for the last ones."""

_SHOWN_MESSAGES = 3


@dataclass(frozen=True)
class DebtorFile:
    """A debtor, its open items (oldest due first) and the books of it alone, cases, active plans, last messages.

    `messages_are_all` is False where the debtor has more messages than were looked through.
    """

    debtor: Debtor
    books: OpenItems
    open_items: list[OpenItem]
    cases: list[CreditCase]
    plans: list[PaymentPlan]
    messages: list[Message]
    messages_are_all: bool


async def open_file(scope: Scope, wanted: str) -> DebtorFile:
    """The file of the debtor that is meant. Raises InputError and UpstreamError.

    Everything is read from Payt now and not from the books, so that it is right at the moment of writing.
    """
    entry = await find_debtor(scope, wanted)
    debtor = await read_debtor(scope, entry.id)
    books = await books_of(scope, entry.id)
    books.put_debtor(debtor)
    items = ordered(books.invoices.values(), "due_date")
    messages, messages_are_all = await last_messages(scope, entry.id)
    return DebtorFile(
        debtor,
        books,
        items,
        await cases_by_id(scope, (item.case_id for item in items)),
        await plans_by_id(scope, (item.plan_id for item in items)),
        messages,
        messages_are_all,
    )


async def last_messages(scope: Scope, debtor_id: str) -> tuple[list[Message], bool]:
    """The last messages with a debtor, newest first, with their text."""
    payt = scope.account.payt
    brief = ("id", "sent_at", "received_at", "updated_at")
    listed = await payt.messages(scope.id, fields=brief, most=MOST_MESSAGES, debtor_ids=[debtor_id])
    newest = sorted(listed.records, key=message_moment, reverse=True)[:_SHOWN_MESSAGES]
    if not newest:
        return [], listed.is_all
    whole = await payt.messages(scope.id, fields=every(Message), ids=[message.id for message in newest])
    return sorted(whole.records, key=message_moment, reverse=True), listed.is_all
