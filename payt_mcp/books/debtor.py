"""All that is known of one debtor: what a person would lay out before writing to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from payt_mcp.books.find import find_debtor_read
from payt_mcp.books.messages import newest_first, subjects_among, subjects_of, unanswered
from payt_mcp.books.scope import Scope, optional
from payt_mcp.books.surroundings import surroundings_of
from payt_mcp.errors import MissingError
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import CreditCase, Debtor, Message, Notification, PaymentPlan
from payt_mcp.payt.together import together
from payt_mcp.receivables.attention import DebtorAttention, of_debtor
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.messages import EARLIEST, MOST_BOUNCED, is_automatic, message_moment
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.selection import ordered
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
    the last that came in from a person.

    `about` says which invoice or case a message, or a bounced mail, belongs to, by its id. `is_all` is False where the
    debtor has more messages than were looked through, and then `waiting` (those unanswered, newest first) is not known;
    `total` and `incoming` count those looked through, `automatic` of these are automatic replies; `last_incoming` and
    `last_outgoing` are the moments of such, and `last_waits` says whether nobody answered the last that came in; an
    automatic reply is none, but `last_automatic`.
    """

    messages: list[Message]
    about: Mapping[str, str]
    total: int
    incoming: int
    waiting: Sequence[Message] | None
    last_incoming: dt.datetime | None
    last_outgoing: dt.datetime | None
    last_waits: bool
    is_all: bool
    automatic: int
    last_automatic: dt.datetime | None


@dataclass(frozen=True)
class DebtorFile:
    """A debtor, its open items (oldest due first) and the books of it alone, cases, plans, and messages.

    `pending` are the plans that are proposed and that nobody has decided on.
    `reminded` is when each open invoice was last reminded of, by its id.
    `messages` are newest first, and `is_all` is False where there are more. `bounced` are the mails that came back
    lately, newest first; None where that cannot be read. `unseen` says, by resource, what else could not.
    """

    debtor: Debtor
    books: OpenItems
    open_items: list[OpenItem]
    reminded: Mapping[str, dt.datetime]
    cases: list[CreditCase]
    plans: list[PaymentPlan]
    pending: list[PaymentPlan]
    messages: list[Message]
    is_all: bool
    bounced: list[Notification] | None
    unseen: Mapping[str, str]

    def attention(self, today: dt.date) -> DebtorAttention:
        """What must not be overlooked about the debtor, and which record says so."""
        return of_debtor(self.books, self.debtor.id, today)


async def open_file(
    scope: Scope,
    debtor_id: str,
    *,
    cases: Sequence[str] = (),
    all_messages: bool = False,
    known: Debtor | None = None,
    held: OpenItems | None = None,
) -> DebtorFile:
    """The file of a debtor, with the credit cases of its open invoices and these `cases`; `all_messages` reads on where
    there are more than usual, and `known` is its record where this call has read it with every field. Raises
    UpstreamError; MissingError where there is no such debtor.

    Everything is read from Payt now and not from the books, so that it is right at the moment of writing; but where
    books that are `held` are given, cases and plans are as these have them.
    """
    most = None if all_messages else MOST_MESSAGES
    found: dict[str, Any] = {}

    async def look_around() -> None:
        found["around"] = await surroundings_of(
            scope, debtor_id, debtor_fields=every(Debtor), cases=cases, known=known, held=held
        )

    async def read_messages() -> None:
        found["listed"] = await scope.account.payt.messages(
            scope.id, fields=every(Message), most=most, debtor_ids=[debtor_id]
        )

    async def read_bounced() -> None:
        found["bounced"] = await bounced_mails(scope, debtor_id)

    await together(look_around, read_messages, read_bounced)
    around, listed, bounced = found["around"], found["listed"], found["bounced"]
    if around.debtor is None:
        raise MissingError(f"debtor {debtor_id}")
    return DebtorFile(
        around.debtor,
        around.books,
        ordered(around.books.invoices.values(), "due_date"),
        {item.id: item.reminded_at for item in around.books.invoices.values() if item.reminded_at},
        around.cases,
        around.plans,
        around.pending,
        newest_first(listed.records),
        listed.is_all,
        bounced,
        around.unseen,
    )


async def file_and_letters(scope: Scope, value: str, *, whole: bool) -> tuple[DebtorFile, Correspondence]:
    """The file of the debtor that is meant, and what was written last; what fresh books tell is read again only for the
    `whole` of it. Who asks for the same one at the same moment shares it.

    Raises as `find_debtor` and `open_file` do.
    """
    account = scope.account
    found, known = await find_debtor_read(scope, value, every(Debtor))
    held = None if whole else account.books(scope.administration).fresh_now

    async def read() -> tuple[DebtorFile, Correspondence]:
        file = await open_file(scope, found.id, known=known, held=held)
        return file, await read_correspondence(scope, file, whole=whole)

    return await account.at_once.read((scope.id, found.id, whole, account.payt.client.writes), read)


async def bounced_mails(scope: Scope, debtor_id: str) -> list[Notification] | None:
    """The mails to a debtor that came back within 90 days, newest first; None where that cannot be read."""
    since = scope.now() - BOUNCED_LATELY
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


async def read_correspondence(scope: Scope, file: DebtorFile, *, whole: bool) -> Correspondence:
    """What was written last, with its text; the numbers of invoices and cases that are closed only for the `whole`."""
    debtor_id, newest = file.debtor.id, file.messages
    theirs = [message for message in newest if message.sender_type == "debtor"]
    automatic = [message for message in theirs if is_automatic(message)]
    incoming = [message for message in theirs if not is_automatic(message)]
    waiting = unanswered(newest, debtor_id).get(debtor_id, [])
    chosen = dict.fromkeys(message.id for message in (*newest[:_LAST], *waiting[:_MOST_UNANSWERED], *incoming[:1]))
    shown = [message for message in newest if message.id in chosen]
    numbers = {item.id: code(item.number) for item in file.open_items if item.number}
    about: list[Message | Notification] = [*shown, *(file.bounced or [])[:MOST_BOUNCED]]
    known = {case.id: code(case.credit_case_number or case.case_number) for case in file.books.cases}
    return Correspondence(
        shown,
        await subjects_of(scope, about, numbers, known) if whole else subjects_among(about, numbers, known),
        len(newest),
        len(theirs),
        waiting if file.is_all else None,
        _moment_of(incoming),
        _moment_of([message for message in newest if message.sender_type == "creditor" and message.sent_at]),
        bool(waiting) and waiting[0] is incoming[0],
        file.is_all,
        len(automatic),
        _moment_of(automatic),
    )


def _moment_of(newest: Sequence[Message]) -> dt.datetime | None:
    """When the first of these was sent, where that is known."""
    moment = message_moment(newest[0]) if newest else EARLIEST
    return moment if moment > EARLIEST else None
