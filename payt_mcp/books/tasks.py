"""Finding tasks and notes. Payt cannot be asked for the tasks of anything: they are looked through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from payt_mcp.books.by_id import read_by_id
from payt_mcp.books.scope import Scope
from payt_mcp.books.subjects import asked_about
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Note, Task
from payt_mcp.payt.resources import NoteFilters
from payt_mcp.receivables.messages import EARLIEST

MOST_SCANNED = 5_000
"""How many tasks, or notes, are looked through."""

RECENT_DAYS = 30
"""Without a debtor, invoice or case: how far back notes are looked at."""

_BRIEF = ("id", "debtor_id", "invoice_id", "credit_case_id", "expiry_date", "completed_at")


@dataclass(frozen=True)
class Tasks:
    """Tasks, open ones first; `nobodys` name no debtor, and so could not be compared with the one asked for."""

    found: list[Task]
    is_all: bool
    nobodys: int


@dataclass(frozen=True)
class Notes:
    """Ids of notes, newest first; `is_all` is False where the bound was reached, `since` bounds what was read."""

    ids: list[str]
    is_all: bool
    since: dt.datetime | None


async def find_tasks(scope: Scope, *, debtor: str = "", invoice: str = "", credit_case: str = "") -> Tasks:
    """The tasks about these, or all: open ones by date, then done ones, the last done first."""
    asked = await asked_about(scope, debtor=debtor, invoice=invoice, credit_case=credit_case)
    listed = await scope.account.payt.tasks(scope.id, fields=_BRIEF, most=MOST_SCANNED)
    fitting = [task for task in listed.records if asked.fits(task)]
    undone = [task for task in fitting if not task.completed_at]
    undone.sort(key=lambda task: (task.expiry_date or dt.date.max, len(task.id), task.id))
    done = [task for task in fitting if task.completed_at]
    done.sort(key=lambda task: (task.completed_at or EARLIEST, len(task.id), task.id), reverse=True)
    nobodys = sum(not task.debtor_id for task in listed.records) if asked.debtor_id else 0
    return Tasks(undone + done, listed.is_all, nobodys)


async def tasks_by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Task]:
    """These tasks with their comments, as they are now."""
    return await read_by_id(ids, lambda some: scope.account.payt.tasks(scope.id, fields=every(Task), ids=some))


async def find_notes(scope: Scope, *, debtor: str = "", invoice: str = "", credit_case: str = "") -> Notes:
    """The notes about these; about anything: those of the last 30 days."""
    asked = await asked_about(scope, debtor=debtor, invoice=invoice, credit_case=credit_case)
    filters: NoteFilters = {}
    since = None
    if asked.debtor_id:
        filters["debtor_ids"] = [asked.debtor_id]
    if asked.invoice_id:
        filters["invoice_ids"] = [asked.invoice_id]
    if asked.case_id:
        filters["credit_case_ids"] = [asked.case_id]
    if asked.is_everything:
        since = filters["updated_after"] = scope.account.now() - dt.timedelta(days=RECENT_DAYS)
    brief = ("id", "created_at", "updated_at")
    listed = await scope.account.payt.notes(scope.id, fields=brief, most=MOST_SCANNED, **filters)
    notes = [note for note in listed.records if since is None or _made(note) >= since]
    newest = sorted(notes, key=lambda note: (_made(note), len(note.id), note.id), reverse=True)
    return Notes([note.id for note in newest], listed.is_all, since)


async def notes_by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Note]:
    """These notes as they are now."""
    return await read_by_id(ids, lambda some: scope.account.payt.notes(scope.id, fields=every(Note), ids=some))


def _made(note: Note) -> dt.datetime:
    return note.created_at or note.updated_at or EARLIEST
