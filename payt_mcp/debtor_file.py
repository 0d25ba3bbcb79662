"""All that is known of one debtor: what a person would lay out before writing to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from payt_mcp.errors import ForbiddenError
from payt_mcp.lookup import Scope, cases_by_id, find_debtor, open_invoices_of, plans_by_id, read_debtor
from payt_mcp.message_history import BRIEF, subjects_of, unanswered
from payt_mcp.payt.fields import every, selection
from payt_mcp.payt.models import CreditCase, Debtor, Invoice, Message, PaymentPlan
from payt_mcp.payt.work_models import Notification
from payt_mcp.receivables.open_items import OpenItem, OpenItems
from payt_mcp.receivables.selection import ordered
from payt_mcp.rows import EARLIEST, message_moment

MOST_MESSAGES = 1_000
"""How many messages of a debtor are looked through for the last ones."""

_LAST = 3
_MOST_UNANSWERED = 6
_MOST_BOUNCED = 3


@dataclass(frozen=True)
class Correspondence:
    """The messages with a debtor that matter now, newest first: the last three, the last six that are unanswered, and
    the last that came in at all.

    `about` says which invoice or case a message, or a bounced mail, belongs to, by its id. `is_all` is False where the
    debtor has more messages than were looked through; of those, `total`, `incoming` and `waiting` (what is unanswered)
    count, and `last_incoming` is the moment of one.
    """

    messages: list[Message]
    about: Mapping[str, str]
    total: int
    incoming: int
    waiting: int
    last_incoming: dt.datetime | None
    is_all: bool


@dataclass(frozen=True)
class DebtorFile:
    """A debtor, its open items (oldest due first) and the books of it alone, cases, active plans, last messages.

    `labels` are the labels of open invoices, by the invoice's id. `bounced` are the mails that came back, newest first;
    None where the token may not read that.
    """

    debtor: Debtor
    books: OpenItems
    open_items: list[OpenItem]
    labels: Mapping[str, Sequence[str]]
    cases: list[CreditCase]
    plans: list[PaymentPlan]
    correspondence: Correspondence
    bounced: list[Notification] | None


async def open_file(scope: Scope, wanted: str) -> DebtorFile:
    """The file of the debtor that is meant. Raises InputError and UpstreamError.

    Everything is read from Payt now and not from the books, so that it is right at the moment of writing.
    """
    entry = await find_debtor(scope, wanted)
    debtor = await read_debtor(scope, entry.id)
    books = OpenItems(scope.administration.currency_code or "")
    books.put_debtor(debtor)
    invoices = await open_invoices_of(scope, entry.id, also=(selection(Invoice, "labels"),))
    for invoice in invoices:
        books.put_invoice(invoice)
    items = ordered(books.invoices.values(), "due_date")
    cases = await cases_by_id(scope, (item.case_id for item in items))
    bounced = await bounced_mails(scope, entry.id)
    plans = {item.plan_id for item in items} | {case.active_payment_plan_id or "" for case in cases}
    return DebtorFile(
        debtor,
        books,
        items,
        {invoice.id: [label.name or "" for label in invoice.labels] for invoice in invoices if invoice.labels},
        cases,
        await plans_by_id(scope, plans),
        await _correspondence(scope, entry.id, (bounced or [])[:_MOST_BOUNCED]),
        bounced,
    )


async def bounced_mails(scope: Scope, debtor_id: str) -> list[Notification] | None:
    """The mails to a debtor that came back, newest first; None where the token may not read that."""
    try:
        listed = await scope.account.payt.notifications(
            scope.id, fields=every(Notification), most=MOST_MESSAGES, debtor_ids=[debtor_id]
        )
    except ForbiddenError:
        return None
    bounced = (one for one in listed.records if one.notification_type == "mail_bounced")
    return sorted(bounced, key=lambda one: one.created_at or EARLIEST, reverse=True)


async def _correspondence(scope: Scope, debtor_id: str, bounced: Sequence[Notification]) -> Correspondence:
    """What was written last, with its text."""
    payt = scope.account.payt
    listed = await payt.messages(scope.id, fields=BRIEF, most=MOST_MESSAGES, debtor_ids=[debtor_id])
    newest = sorted(listed.records, key=message_moment, reverse=True)
    incoming = [message for message in newest if message.sender_type == "debtor"]
    waiting = unanswered(newest).get(debtor_id, [])
    chosen = dict.fromkeys(message.id for message in (*newest[:_LAST], *waiting[:_MOST_UNANSWERED], *incoming[:1]))
    whole: list[Message] = []
    if chosen:
        whole = (await payt.messages(scope.id, fields=every(Message), ids=list(chosen))).records
    return Correspondence(
        sorted(whole, key=message_moment, reverse=True),
        await subjects_of(scope, [*whole, *bounced]),
        len(newest),
        len(incoming),
        len(waiting),
        message_moment(incoming[0]) if incoming else None,
        listed.is_all,
    )
