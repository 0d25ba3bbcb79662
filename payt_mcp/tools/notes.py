"""`list_notes`: what colleagues wrote down about debtors, for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from mcp.types import CallToolResult
from typing_extensions import TypedDict  # pydantic cannot read nested ones of typing before 3.12

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
    begun,
    given,
    listed,
    resumed,
    scope_of,
)
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payt_mcp.books.scope import Scope
    from payt_mcp.books.subjects import Subjects
    from payt_mcp.payt.models import Note


class NoteRow(TypedDict, total=False):
    note_id: str
    created_on: str
    by: str
    completed_on: str
    invoice_number: str
    case_number: str
    debtor_number: str
    debtor: str
    text: str


class NoteList(Listed, total=False):
    internal_notes: list[NoteRow]


async def list_notes(
    ctx: Ctx,
    debtor: Text = "",
    invoice: Text = "",
    credit_case: Text = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, NoteList]:
    from payt_mcp.books.tasks import find_notes  # noqa: PLC0415 - brings the client along

    about = given(debtor=debtor, invoice=invoice, credit_case=credit_case)
    args = about | given(administration_id=administration_id)
    if cursor:
        scope, page = await resumed(ctx, cursor, "list_notes", args, limit)
        return (await _answer(scope, page)).result()
    scope = await scope_of(ctx, administration_id)
    found = await find_notes(scope, **about)
    answer = await _answer(scope, begun(scope, "list_notes", args, found.ids, limit))
    if found.since is not None:
        answer.notes.append("Only the last 30 days: pass debtor, invoice or credit_case for everything about one.")
    if not found.is_all:
        answer.notes.append("More than 5,000 notes: the newest may not be among these. Narrow it to an invoice.")
    return answer.result()


TOOL = ToolSpec(
    list_notes,
    "List notes",
    "Internal notes about a debtor, invoice or credit case, newest first; else of the last 30 days.",
    toolset="tasks",
    place=2,
    needs=("administrations:read", "notes:read"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
)


async def _answer(scope: Scope, page: Shown) -> Answer:
    from payt_mcp.books.subjects import subjects  # noqa: PLC0415 - see above
    from payt_mcp.books.tasks import notes_by_id  # noqa: PLC0415

    found = await notes_by_id(scope, page.ids)
    notes = [found[key] for key in page.ids if key in found]
    about = await subjects(
        scope,
        debtors=[note.debtor_id for note in notes],
        invoices=[note.invoice_id for note in notes],
        cases=[note.credit_case_id for note in notes],
    )
    rows = [_row(scope, note, about) for note in notes]
    answer = Answer(listed(page, "note", "newest first"), {"internal_notes": rows})
    answer.lines = [line for row in rows for line in _lines(row)]
    if len(rows) < len(page.ids):
        answer.notes.append(f"{present.count(len(page.ids) - len(rows), 'note')} of this page no longer there.")
    if any("text" in row for row in rows):
        answer.notes.append(present.QUOTED)
    answer.total, answer.next_cursor, answer.as_of = page.total, page.next_cursor, scope.as_of
    return answer


def _row(scope: Scope, note: Note, about: Subjects) -> dict[str, Any]:
    by = note.user.name if note.user and note.user.name else note.from_email_address
    return present.filled(
        {
            "note_id": note.id,
            "created_on": scope.day(note.created_at),
            "by": present.outside(by, present.NAME_LENGTH),
            "completed_on": scope.day(note.completed_at),
            **about.named(debtor_id=note.debtor_id, invoice_id=note.invoice_id, case_id=note.credit_case_id),
            "text": present.quoted(note.content),
        }
    )


_SAID = {"by": "by", "completed_on": "done", "invoice_number": "invoice", "case_number": "case"}


def _lines(row: Mapping[str, Any]) -> list[str]:
    """A note as lines of text: when, by whom and about what, then its text."""
    said = [f"{word} {row[name]}" for name, word in _SAID.items() if name in row]
    if "debtor" in row or "debtor_number" in row:
        said.append(f"debtor {row.get('debtor', '')} ({row.get('debtor_number', 'no number')})")
    head = ", ".join([f"- Note {row['note_id']} of {row.get('created_on', 'an unknown date')}", *said])
    return [f"{head}:", *([row["text"]] if "text" in row else [])]
