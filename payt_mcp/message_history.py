"""The correspondence with debtors. Payt gives messages in no order; newest first is this module's work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from payt_mcp.errors import MissingError, UnknownRecordError
from payt_mcp.lookup import Scope, chunks, find_case, find_debtor, find_invoice
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Message
from payt_mcp.payt.resources import MessageFilters
from payt_mcp.rows import message_moment

MOST_SCANNED = 5_000
"""How many messages are looked through to find the newest."""

RECENT_DAYS = 30
"""Without a debtor, invoice or case: how far back the correspondence is looked at."""

_BRIEF = ("id", "sent_at", "received_at", "updated_at")


@dataclass(frozen=True)
class History:
    """Ids of messages, newest first. `is_all` is False where the bound was reached; `since` bounds what was read."""

    ids: list[str]
    is_all: bool
    since: dt.datetime | None = None


async def read_history(scope: Scope, *, debtor: str = "", invoice: str = "", credit_case: str = "") -> History:
    """The messages about a debtor, an invoice or a case; about anything: those of the last 30 days.

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
        since = filters["updated_after"] = scope.account.now() - dt.timedelta(days=RECENT_DAYS)
    listed = await scope.account.payt.messages(scope.id, fields=_BRIEF, most=MOST_SCANNED, **filters)
    messages = [m for m in listed.records if since is None or message_moment(m) >= since]
    newest = sorted(messages, key=lambda m: (message_moment(m), len(m.id), m.id), reverse=True)
    return History([message.id for message in newest], listed.is_all, since)


async def messages_by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Message]:
    """These messages with their texts."""
    found: dict[str, Message] = {}
    for chunk in chunks(ids):
        listed = await scope.account.payt.messages(scope.id, fields=every(Message), ids=chunk)
        found |= {message.id: message for message in listed.records}
    return found


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
