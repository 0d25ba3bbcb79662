"""What colleagues keep about a debtor, that nobody should write to it without: their notes, and what is to be done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import partial

from payt_mcp.books.debtor import DebtorFile
from payt_mcp.books.permitted import permitted
from payt_mcp.books.scope import Scope
from payt_mcp.books.tasks import tasks_by_id
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Note, Task
from payt_mcp.payt.together import together
from payt_mcp.receivables.messages import EARLIEST

NOTED_LATELY = dt.timedelta(days=14)
"""How far back notes are looked at."""


@dataclass
class Colleagues:
    """The notes of the last 14 days, newest first, and the open tasks, the first due first. `unseen` names what the
    token may not read.
    """

    notes: list[Note] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


async def colleagues_on(scope: Scope, file: DebtorFile) -> Colleagues:
    """Of the debtor of a file, and what it owes, read from Payt now. Raises UpstreamError."""
    found = Colleagues()

    async def read_notes() -> None:
        async with permitted(partial(found.unseen.append, "notes")):
            found.notes = await _notes(scope, file.debtor.id)

    async def read_tasks() -> None:
        async with permitted(partial(found.unseen.append, "tasks")):
            found.tasks = await open_tasks_of(scope, file)

    await together(read_notes, read_tasks)
    found.unseen.sort()
    return found


async def _notes(scope: Scope, debtor_id: str) -> list[Note]:
    since = scope.now() - NOTED_LATELY
    listed = await scope.account.payt.notes(scope.id, fields=every(Note), debtor_ids=[debtor_id], updated_after=since)
    lately = [note for note in listed.records if _moment(note) > since]
    return sorted(lately, key=lambda note: (_moment(note), len(note.id), note.id), reverse=True)


async def open_tasks_of(scope: Scope, file: DebtorFile) -> list[Task]:
    """The open tasks about the debtor of a file, and what it owes, the first due first. Raises UpstreamError."""
    known, debtor_id = scope.account.open_tasks(scope.administration), file.debtor.id
    ids = await known.of_debtor(debtor_id, file.books.invoices, (case.id for case in file.cases))
    tasks = (await tasks_by_id(scope, ids)).values()
    undone = [task for task in tasks if task.completed_at is None and task.debtor_id in {None, "", debtor_id}]
    return sorted(undone, key=lambda task: (task.expiry_date or dt.date.max, len(task.id), task.id))


def _moment(note: Note) -> dt.datetime:
    return note.created_at or note.updated_at or EARLIEST
