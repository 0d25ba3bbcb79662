"""What colleagues keep about a debtor, in rows and lines: open tasks, and the notes of the last days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.books.colleagues import Colleagues
    from payt_mcp.books.scope import Scope
    from payt_mcp.payt.models import Note, Task

_MOST = 5
_LENGTH = 140


def colleague_rows(scope: Scope, found: Colleagues) -> dict[str, list[dict[str, Any]]]:
    """The first tasks and notes, as `get_debtor` tells them."""
    return {
        "open_tasks": [_task_row(task) for task in found.tasks[:_MOST]],
        "internal_notes": [_note_row(scope, note) for note in found.notes[:_MOST]],
    }


def colleague_lines(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    return [*map(_task_line, rows.get("open_tasks", ())), *map(_note_line, rows.get("internal_notes", ()))]


def colleague_notes(found: Colleagues | None) -> list[str]:
    """What is left out, and what could not be read; None where that is all of it."""
    unseen = ["notes", "tasks"] if found is None else found.unseen
    said = [f"Colleagues' {' and '.join(unseen)} could not be read."] if unseen else []
    for name, tool, some in (
        (("open task", "list_tasks", found.tasks), ("note", "list_notes", found.notes)) if found else ()
    ):
        if len(some) > _MOST:
            said.append(f"{present.count(len(some) - _MOST, f'more {name}')}: {tool} lists all.")
    return said


def _task_row(task: Task) -> dict[str, Any]:
    return present.filled(
        {
            "task_id": task.id,
            "due_date": present.day(task.expiry_date),
            "subject": present.outside(task.subject, _LENGTH) if task.subject else "",
            "description": present.cited(task.description, _LENGTH) if task.description else "",
        }
    )


def _note_row(scope: Scope, note: Note) -> dict[str, Any]:
    return present.filled(
        {
            "note_id": note.id,
            "created_on": scope.day(note.created_at or note.updated_at),
            "by": present.outside(note.user.name, present.NAME_LENGTH) if note.user else "",
            "content": present.cited(note.content, _LENGTH) if note.content else "",
        }
    )


def _task_line(row: Mapping[str, Any]) -> str:
    due = f", due {row['due_date']}" if "due_date" in row else ""
    more = f": {row['description']}" if "description" in row else ""
    return f"Open task {row['task_id']}{due}: {row.get('subject', '(no subject)')}{more}"


def _note_line(row: Mapping[str, Any]) -> str:
    by = f" by {row['by']}" if "by" in row else ""
    return f"Note {row['note_id']} of {row.get('created_on', 'an unknown day')}{by}: {row.get('content', '(empty)')}"
