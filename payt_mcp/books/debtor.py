"""All that is known of one debtor: what a person would lay out before writing to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from payt_mcp.books.by_id import cases_by_id, open_invoices_of, plans_by_id, read_debtor
from payt_mcp.books.find import find_debtor
from payt_mcp.books.messages import (
    BRIEF,
    newest_first,
    subjects_of,
    unanswered,
)
from payt_mcp.books.scope import Scope, optional
from payt_mcp.payt.fields import every, selection
from payt_mcp.payt.models import CreditCase, Debtor, Invoice, Message, Notification, PaymentPlan
from payt_mcp.receivables.messages import EARLIEST, MOST_BOUNCED, message_moment
from payt_mcp.receivables.open_items import OpenItem, OpenItems
from payt_mcp.receivables.phases import ATTENTION, case_phase, last_reminder
from payt_mcp.receivables.selection import ordered
from payt_mcp.receivables.standing import Held
from payt_mcp.words.text import code

MOST_MESSAGES = 1_000
"""How many messages of a debtor are looked through for the last ones."""

_LAST = 3
_MOST_UNANSWERED = 6
BOUNCED_LATELY = dt.timedelta(days=90)
"""How far back mail that came back is looked for."""


@dataclass(frozen=True)
class Correspondence:
    """The messages with a debtor that matter now, newest first: the last three, the last six that are unanswered, and
    the last that came in at all.

    `about` says which invoice or case a message, or a bounced mail, belongs to, by its id. `is_all` is False where the
    debtor has more messages than were looked through, and then `waiting` (how many are unanswered) is not known;
    `total` and `incoming` count those looked through, and `last_incoming` is the moment of one.
    """

    messages: list[Message]
    about: Mapping[str, str]
    total: int
    incoming: int
    waiting: int | None
    last_incoming: dt.datetime | None
    is_all: bool


@dataclass(frozen=True)
class DebtorFile:
    """A debtor, its open items (oldest due first) and the books of it alone, cases, active plans, last messages.

    `labels` are the labels of open invoices and `reminded` when each was last reminded of, by the invoice's id.
    `bounced` are the mails that came back lately, newest first; None where that cannot be read.
    """

    debtor: Debtor
    books: OpenItems
    open_items: list[OpenItem]
    labels: Mapping[str, Sequence[str]]
    reminded: Mapping[str, dt.datetime]
    cases: list[CreditCase]
    plans: list[PaymentPlan]
    correspondence: Correspondence
    bounced: list[Notification] | None

    @property
    def attention(self) -> list[str]:
        """What must not be overlooked about the debtor, whether an invoice or only a case of it says so."""
        held = self.held
        found = set(self.books.debtor_attention(self.books.debtors[self.debtor.id]))
        found |= {"payment_plan"} if held.plan_cases else set()
        found |= {"with_bailiff"} if held.bailiff_cases else set()
        return [flag for flag in ATTENTION if flag in found]

    @property
    def held(self) -> Held:
        """What speaks against a reminder and is not on an invoice."""
        return Held(
            self.books.debtors[self.debtor.id].paused,
            {case.id for case in self.cases if case.paused_at},
            {case.id for case in self.cases if case.active_payment_plan_id},
            {case.id for case in self.cases if case_phase(case) == "bailiff"},
        )


async def open_file(scope: Scope, wanted: str) -> DebtorFile:
    """The file of the debtor that is meant. Raises InputError and UpstreamError.

    Everything is read from Payt now and not from the books, so that it is right at the moment of writing.
    """
    entry = await find_debtor(scope, wanted)
    debtor = await read_debtor(scope, entry.id)
    books = OpenItems(scope.administration.currency_code or "")
    books.put_debtor(debtor)
    invoices = await open_invoices_of(scope, entry.id, also=(selection(Invoice, "labels"), "latest_reminder_at"))
    for invoice in invoices:
        books.put_invoice(invoice)
    items = ordered(books.invoices.values(), "due_date")
    cases = await cases_by_id(scope, (item.case_id for item in items))
    bounced = await bounced_mails(scope, entry.id)
    return DebtorFile(
        debtor,
        books,
        items,
        {invoice.id: [label.name or "" for label in invoice.labels] for invoice in invoices if invoice.labels},
        {invoice.id: moment for invoice in invoices if (moment := last_reminder(invoice))},
        cases,
        await _plans(scope, items, cases),
        await _correspondence(scope, books, cases, (bounced or [])[:MOST_BOUNCED]),
        bounced,
    )


async def _plans(scope: Scope, items: Iterable[OpenItem], cases: Iterable[CreditCase]) -> list[PaymentPlan]:
    """The active plans of invoices, and of cases whose invoices do not say so."""
    named = {item.plan_id for item in items if item.plan_id}
    plans = await plans_by_id(scope, named)
    async with optional():
        plans += await plans_by_id(scope, {case.active_payment_plan_id or "" for case in cases} - named)
    return plans


async def bounced_mails(scope: Scope, debtor_id: str) -> list[Notification] | None:
    """The mails to a debtor that came back within 90 days, newest first; None where that cannot be read."""
    since = scope.account.now() - BOUNCED_LATELY
    async with optional():
        listed = await scope.account.payt.notifications(
            scope.id, fields=every(Notification), most=MOST_MESSAGES, debtor_ids=[debtor_id], updated_after=since
        )
        bounced = [
            one
            for one in listed.records
            if one.notification_type == "mail_bounced" and (one.created_at is None or one.created_at > since)
        ]
        if bounced or listed.is_all:
            return sorted(bounced, key=lambda one: one.created_at or EARLIEST, reverse=True)
    return None


async def _correspondence(
    scope: Scope, books: OpenItems, cases: Iterable[CreditCase], bounced: Sequence[Notification]
) -> Correspondence:
    """What was written last, with its text."""
    payt, (debtor_id,) = scope.account.payt, books.debtors
    listed = await payt.messages(scope.id, fields=BRIEF, most=MOST_MESSAGES, debtor_ids=[debtor_id])
    newest = newest_first(listed.records)
    incoming = [message for message in newest if message.sender_type == "debtor"]
    waiting = unanswered(newest, debtor_id).get(debtor_id, [])
    chosen = dict.fromkeys(message.id for message in (*newest[:_LAST], *waiting[:_MOST_UNANSWERED], *incoming[:1]))
    whole: list[Message] = []
    if chosen:
        whole = (await payt.messages(scope.id, fields=every(Message), ids=list(chosen))).records
    numbers = {item.id: code(item.number) for item in books.invoices.values() if item.number}
    known = {case.id: code(case.credit_case_number or case.case_number) for case in cases}
    return Correspondence(
        newest_first(whole),
        await subjects_of(scope, [*whole, *bounced], numbers, known),
        len(newest),
        len(incoming),
        len(waiting) if listed.is_all else None,
        message_moment(incoming[0]) if incoming and message_moment(incoming[0]) > EARLIEST else None,
        listed.is_all,
    )
