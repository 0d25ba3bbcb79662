"""`list_messages`: what was written to debtors and what they answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from mcp.types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

from payt_mcp.errors import InputError
from payt_mcp.tools.shared import (
    PAGE,
    AdministrationId,
    Answer,
    Ctx,
    Cursor,
    Limit,
    Listed,
    Shown,
    Text,
    ToolSpec,
    begun_of,
    given,
    resumed,
    scope_of,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from payt_mcp.books.messages import History
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Message
    from payt_mcp.receivables.entries import DebtorEntry
_MOST_WAITING = 20


class MessageRow(TypedDict, total=False):
    message_id: str
    sent_at: str
    direction: str
    automatic_reply: bool
    debtor_number: str
    debtor: str
    about: str
    subject: str
    reply_to: str
    text: str
    read_at: str
    read_by: str


class Messages(Listed, total=False):
    messages: list[MessageRow]


async def list_messages(
    ctx: Ctx,
    debtor: Annotated[Text, Field(description="Number, or a name that can mean one debtor only.")] = "",
    invoice: Annotated[Text, Field(description="Invoice number.")] = "",
    credit_case: Annotated[Text, Field(description="Case number.")] = "",
    message_id: Annotated[Text, Field(description="One message, whole.")] = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, Messages]:
    from payt_mcp.books.messages import read_history  # noqa: PLC0415 - brings the client along

    args = given(debtor=debtor, invoice=invoice, credit_case=credit_case, administration_id=administration_id)
    if message_id:
        if cursor or len(args) > bool(administration_id):
            raise InputError("message_id asks for one message whole: pass it without other filters or a cursor.")
        return await _one(await scope_of(ctx, administration_id), message_id)
    if cursor:
        scope, page = await resumed(ctx, cursor, "list_messages", args, limit)
        return await _answer(scope, page, [])
    scope = await scope_of(ctx, administration_id)
    history = await read_history(scope, debtor=debtor, invoice=invoice, credit_case=credit_case)
    page = begun_of([scope], "list_messages", args, history.ids, limit, history.replies)
    waits, note = await _waiting(scope, history)
    return await _answer(scope, page, [*_notes(history), *note], f"{_window(history)}, newest first{waits}")


TOOL = ToolSpec(
    list_messages,
    "List messages",
    "Messages to and from debtors, newest first, texts cut: of one debtor, invoice or credit case, else "
    "of the last 45 days. message_id gives one whole.",
    toolset="core",
    place=9,
    needs=("administrations:read", "debtors:read", "messages:read"),
    may_need=("credit_cases:read", "invoices:read"),
)


async def _one(scope: Scope, message_id: str) -> CallToolResult:
    from payt_mcp.answers.rows import message_lines, message_row  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.books.by_id import debtors_by_id  # noqa: PLC0415 - see above
    from payt_mcp.books.messages import subjects_of, whole_message  # noqa: PLC0415 - see above

    message = await whole_message(scope, message_id)
    debtors = await debtors_by_id(scope, [message.debtor_id or ""])
    about = (await subjects_of(scope, [message])).get(message.id)
    row = message_row(message, present.WHOLE_TEXT_LENGTH, scope.zone, debtors.get(message.debtor_id or ""), about)
    answer = Answer(
        f"Message {row['message_id']}, {row.get('direction', 'of unknown direction')}.", {"messages": [row]}
    )
    answer.lines, answer.notes, answer.total, answer.as_of = (
        message_lines(row),
        [present.QUOTED],
        1,
        scope.as_of,
    )
    return answer.result()


async def _answer(scope: Scope, page: Shown, notes: list[str], which: str = ", newest first") -> CallToolResult:
    from payt_mcp.answers.rows import message_lines, message_row  # noqa: PLC0415 - listing tools does without it
    from payt_mcp.books.by_id import debtors_by_id  # noqa: PLC0415 - see above
    from payt_mcp.books.messages import messages_by_id, subjects_of  # noqa: PLC0415 - see above

    found = await messages_by_id(scope, page.ids)
    # Of one debtor, or of one invoice, every row would say the same.
    asked = page.listing.args
    debtors = await debtors_by_id(scope, () if "debtor" in asked else (m.debtor_id or "" for m in found.values()))
    about = await subjects_of(scope, () if {"invoice", "credit_case"} & asked.keys() else found.values())
    shown_messages = [found[key] for key in page.ids if key in found]
    replies = page.listing.rows  # among all of the listing: what is answered may be on another page
    rows = [
        message_row(
            m, present.TEXT_LENGTH, scope.zone, debtors.get(m.debtor_id or ""), about.get(m.id), replies.get(m.id)
        )
        for m in shown_messages
    ]
    answer = Answer(f"{present.count(page.total or 0, 'message')}{which}.", {"messages": rows}, notes=notes)
    answer.lines = [line for row in rows for line in message_lines(row)]
    if len(rows) < len(page.ids):
        answer.notes.append(f"{present.count(len(page.ids) - len(rows), 'message')} of this page no longer there.")
    if rows:
        answer.notes.append(present.QUOTED)
    answer.total, answer.next_cursor, answer.as_of = page.total, page.next_cursor, scope.as_of
    return answer.result()


def _window(history: History) -> str:
    from payt_mcp.receivables.messages import RECENT_DAYS  # noqa: PLC0415 - listing tools does without it

    return "" if history.since is None else f" of the last {RECENT_DAYS} days"


def _notes(history: History) -> list[str]:
    from payt_mcp.answers.rows import STEPS_APART  # noqa: PLC0415 - listing tools does without it

    notes = []
    if history.since is not None:
        notes.append("Pass debtor, invoice or credit_case for everything about one, however old.")
    else:
        notes.append(STEPS_APART)
    if not history.is_all:
        notes.append("More than 5,000 messages: the newest may not be among these. Narrow it to an invoice or a case.")
    return notes


async def _waiting(scope: Scope, history: History) -> tuple[str, list[str]]:
    """Whom nobody has answered since they wrote, which a list by date does not show: for the first sentence, and all of
    them as a note, who waits longest first.
    """
    from payt_mcp.receivables.messages import message_moment  # noqa: PLC0415 - listing tools does without it

    if not history.waiting:
        return "", []
    from payt_mcp.books.by_id import debtors_by_id  # noqa: PLC0415 - see above

    longest = sorted(history.waiting.items(), key=lambda one: message_moment(one[1][-1]))
    first = dict(longest[:_MOST_WAITING])
    debtors = await debtors_by_id(scope, first)
    heads = [_since(scope, debtors.get(key), messages) for key, messages in first.items()]
    told = (f"{head}{_last(scope, messages)}" for head, messages in zip(heads, first.values(), strict=True))
    more = len(history.waiting) - len(first)
    rest = f"; and {present.count(more, 'debtor')} more, whom get_worklist(step=answer_message) has" if more else ""
    note = f"Unanswered, nothing from us about the same since, longest first: {'; '.join(told)}{rest}."
    if history.since is None:
        return f"; {len(longest[0][1]):,} unanswered", [note]
    wait = "debtor waits" if len(longest) == 1 else "debtors wait"
    return f"; {len(longest):,} {wait} for an answer, longest {heads[0]}", [note]


def _since(scope: Scope, debtor: DebtorEntry | None, messages: Sequence[Message]) -> str:
    """`Vet & Zoon (10012) since 2026-10-15`: the day of the first that waits."""
    from payt_mcp.receivables.messages import message_moment  # noqa: PLC0415 - listing tools does without it

    name = present.outside(debtor.name, present.NAME_LENGTH) if debtor else "a debtor without a name"
    number = f" ({present.code(debtor.number)})" if debtor and debtor.number else ""
    return f"{name}{number} since {scope.day(message_moment(messages[-1]))}"


def _last(scope: Scope, messages: Sequence[Message]) -> str:
    """`, 2 messages, the last of 2026-10-22, message_id 7400094`."""
    from payt_mcp.receivables.messages import message_moment  # noqa: PLC0415 - listing tools does without it

    last = f", {len(messages)} messages, the last of {scope.day(message_moment(messages[0]))}"
    return f"{last if len(messages) > 1 else ''}, message_id {messages[0].id}"
