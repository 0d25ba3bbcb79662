"""The correspondence with debtors. Payt gives messages in no order; newest first is this module's work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from payt_mcp.books.by_id import cases_by_id, invoice_numbers, read_by_id
from payt_mcp.books.find import find_case, find_debtor, find_invoice
from payt_mcp.books.scope import Scope, optional
from payt_mcp.errors import MissingError, UnknownRecordError
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Message, Notification
from payt_mcp.payt.resources import MessageFilters
from payt_mcp.receivables.messages import BRIEF, is_automatic, message_moment, recent, recent_since, replies_of
from payt_mcp.words.text import code

MOST_SCANNED = 5_000
"""How many messages are looked through to find the newest."""

WHOLE = (*BRIEF, "content", "read_at")
"""What tells when a message was sent, by whom and about what; the text, and whether it was read."""
_ANYTHING = "anything"
"""In the place of the id of an invoice or a case."""


@dataclass(frozen=True)
class History:
    """Ids of messages, newest first. `is_all` is False where the bound was reached; `since` bounds what was read.

    `waiting` are the incoming messages that are `unanswered`, by the id of their debtor; None where that cannot be
    known: of an invoice or a case not all that was written to its debtor is read. `replies` are which message each
    reply among these answers, by its id.
    """

    ids: list[str]
    is_all: bool
    since: dt.datetime | None = None
    waiting: Mapping[str, Sequence[Message]] | None = None
    replies: Mapping[str, str] = field(default_factory=dict)


async def read_history(scope: Scope, *, debtor: str = "", invoice: str = "", credit_case: str = "") -> History:
    """The messages about a debtor, an invoice or a case; about anything: the recent ones.

    A message is changed when it is sent or later, so that asking for recent changes misses none sent since.
    """
    filters: MessageFilters = {}
    since = None
    if debtor:
        filters["debtor_ids"] = [(await find_debtor(scope, debtor)).id]
    if invoice:
        filters["invoice_ids"] = [(await find_invoice(scope, invoice, fields=("id", "invoice_number"))).id]
    if credit_case:
        filters["credit_case_ids"] = [(await find_case(scope, credit_case)).id]
    if not filters:
        since = filters["updated_after"] = recent_since(scope.account.now())
    listed = await scope.account.payt.messages(scope.id, fields=BRIEF, most=MOST_SCANNED, **filters)
    newest = newest_first(recent(listed.records, since) if since else listed.records)
    of_debtor = filters.get("debtor_ids", [""])[0]
    waiting = unanswered(newest, of_debtor) if listed.is_all and not (invoice or credit_case) else None
    return History([message.id for message in newest], listed.is_all, since, waiting, replies_of(newest))


async def timeline(scope: Scope, debtor_id: str) -> list[Message]:
    """Every message with a debtor, newest first, with its text."""
    return newest_first((await scope.account.payt.messages(scope.id, fields=WHOLE, debtor_ids=[debtor_id])).records)


def newest_first(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda m: (message_moment(m), len(m.id), m.id), reverse=True)


def unanswered(newest: Iterable[Message], of_debtor: str = "") -> dict[str, list[Message]]:
    """The incoming messages, newest first, that nothing of ours that was sent follows, by the debtor's id.

    One about another invoice or case does not count; one to the debtor in general does, and so does any where what came
    in was about nothing in particular. Those that name no debtor are left out, unless all are `of_debtor`. What a mail
    program answered neither waits nor answers.
    """
    waiting: dict[str, list[Message]] = {}
    answered: set[tuple[str, str]] = set()
    for message in newest:
        debtor, about = of_debtor or message.debtor_id, message.invoice_id or message.credit_case_id or ""
        if not debtor or is_automatic(message):
            continue
        if message.sender_type == "creditor" and message.sent_at:
            answered |= {(debtor, about), (debtor, _ANYTHING)}
        elif message.sender_type == "debtor" and not answered & {(debtor, about or _ANYTHING), (debtor, "")}:
            waiting.setdefault(debtor, []).append(message)
    return waiting


async def messages_by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Message]:
    """These messages with their texts."""
    return await read_by_id(ids, lambda some: scope.account.payt.messages(scope.id, fields=every(Message), ids=some))


async def subjects_of(
    scope: Scope,
    records: Iterable[Message | Notification],
    invoices: Mapping[str, str] = MappingProxyType({}),
    cases: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Which invoice or credit case each of these belongs to, in words, by its id.

    Only of those that belong to one. An answer that is right without the number goes without it, and says so.
    `invoices` and `cases` are the numbers that are known already, by id.
    """
    records = list(records)
    found = {one.id: "an invoice or credit case whose number could not be read" for one in records if _belongs(one)}
    async with optional():
        missing = {record.credit_case_id or "" for record in records} - cases.keys()
        read = await cases_by_id(scope, missing)
        numbers = {**cases, **{case.id: code(case.credit_case_number or case.case_number) for case in read}}
        found |= _named("credit case", numbers, ((one.id, one.credit_case_id) for one in records))
    async with optional():
        missing = {record.invoice_id or "" for record in records} - invoices.keys()
        numbers = {**invoices, **await invoice_numbers(scope, missing)}
        found |= _named("invoice", numbers, ((one.id, one.invoice_id) for one in records))
    return found


def subjects_among(
    records: Iterable[Message | Notification], invoices: Mapping[str, str], cases: Mapping[str, str]
) -> dict[str, str]:
    """The same without asking Payt: `invoices` and `cases` are all that matter now, and what is about others says that
    it is about none of those.
    """
    records = list(records)
    found = {one.id: "a credit case without open invoices" for one in records if one.credit_case_id}
    found |= {one.id: "an invoice on which nothing is open" for one in records if one.invoice_id}
    found |= _named("credit case", cases, ((one.id, one.credit_case_id) for one in records))
    return found | _named("invoice", invoices, ((one.id, one.invoice_id) for one in records))


def _belongs(one: Message | Notification) -> bool:
    return bool(one.invoice_id or one.credit_case_id)


def _named(kind: str, numbers: Mapping[str, str], of: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    return {key: f"{kind} {numbers[record]}" for key, record in of if record and numbers.get(record)}


async def whole_message(scope: Scope, message_id: str) -> Message:
    """One message. Raises UnknownRecordError."""
    unknown = UnknownRecordError(
        f"There is no message {message_id[:40]!r}. list_messages without message_id lists them with their ids."
    )
    try:
        message = await scope.account.payt.message(scope.id, message_id, fields=every(Message))
    except MissingError:
        raise unknown from None
    if message.id != message_id:  # a server that reads "12-A" as 12
        raise unknown
    return message
