"""What colleagues are to do about a debtor, in rows and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.payt.models import Task

_MOST = 5
_LENGTH = 140


def task_rows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """The first of them, as `get_debtor` tells them."""
    return [
        present.filled(
            {
                "task_id": task.id,
                "due_date": present.day(task.expiry_date),
                "subject": present.outside(task.subject, _LENGTH) if task.subject else "",
                "description": present.cited(task.description, _LENGTH) if task.description else "",
            }
        )
        for task in tasks[:_MOST]
    ]


def task_line(row: Mapping[str, Any]) -> str:
    due = f", due {row['due_date']}" if "due_date" in row else ""
    more = f": {row['description']}" if "description" in row else ""
    return f"Open task {row['task_id']}{due}: {row.get('subject', '(no subject)')}{more}"


def task_notes(tasks: Sequence[Task] | None) -> list[str]:
    """What is left out; None where they could not be read."""
    if tasks is None:
        return ["Open tasks could not be read; the token may lack tasks:read."]
    more = len(tasks) - _MOST
    return [f"{present.count(more, 'more open task')}."] if more > 0 else []
