"""`list_tasks`: what colleagues have to do about debtors."""

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
    from payt_mcp.books.tasks import Tasks
    from payt_mcp.payt.models import Task


class TaskRow(TypedDict, total=False):
    task_id: str
    subject: str
    due_date: str
    completed_on: str
    created_on: str
    assigned_to: str
    invoice_number: str
    case_number: str
    debtor_number: str
    debtor: str
    text: str
    comments: list[dict[str, str]]


class TaskList(Listed, total=False):
    open_tasks: int
    tasks: list[TaskRow]


async def list_tasks(
    ctx: Ctx,
    debtor: Text = "",
    invoice: Text = "",
    credit_case: Text = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
    administration_id: AdministrationId = "",
) -> Annotated[CallToolResult, TaskList]:
    from payt_mcp.books.tasks import find_tasks  # noqa: PLC0415 - brings the client along

    about = given(debtor=debtor, invoice=invoice, credit_case=credit_case)
    args = about | given(administration_id=administration_id)
    if cursor:
        scope, page = await resumed(ctx, cursor, "list_tasks", args, limit)
        return (await _answer(scope, page)).result()
    scope = await scope_of(ctx, administration_id)
    tasks = await find_tasks(scope, **about)
    ids = [task.id for task in tasks.found]
    answer = await _answer(scope, begun(scope, "list_tasks", args, ids, limit))
    _add_counts(answer, tasks, scope)
    return answer.result()


TOOL = ToolSpec(
    list_tasks,
    "List tasks",
    "Tasks of colleagues, all or about a debtor, invoice or credit case, with comments: open ones by date, then done "
    "ones.",
    toolset="tasks",
    place=1,
    needs=("administrations:read", "tasks:read"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
)


async def _answer(scope: Scope, page: Shown) -> Answer:
    from payt_mcp.books.subjects import subjects  # noqa: PLC0415 - see above
    from payt_mcp.books.tasks import tasks_by_id  # noqa: PLC0415

    found = await tasks_by_id(scope, page.ids)
    tasks = [found[key] for key in page.ids if key in found]
    about = await subjects(
        scope,
        debtors=[task.debtor_id for task in tasks],
        invoices=[task.invoice_id for task in tasks],
        cases=[task.credit_case_id for task in tasks],
    )
    rows = [_row(scope, task, about) for task in tasks]
    answer = Answer(listed(page, "task", "open ones first"), {"tasks": rows})
    answer.lines = [line for row in rows for line in _lines(row)]
    if len(rows) < len(page.ids):
        answer.notes.append(f"{present.count(len(page.ids) - len(rows), 'task')} of this page no longer there.")
    if any("text" in row or "comments" in row for row in rows):
        answer.notes.append(present.QUOTED)
    answer.total, answer.next_cursor, answer.as_of = page.total, page.next_cursor, scope.as_of
    return answer


def _add_counts(answer: Answer, tasks: Tasks, scope: Scope) -> None:
    undone = [task for task in tasks.found if not task.completed_at]
    late = sum(task.expiry_date is not None and task.expiry_date < scope.today for task in undone)
    answer.data["open_tasks"] = len(undone)
    answer.notes += scope.caveats
    if undone:
        answer.summary += f" {len(undone):,} open" + (f", {late:,} of them past their date." if late else ".")
    if tasks.nobodys:
        answer.notes.append(
            f"{present.count(tasks.nobodys, 'task')} without a debtor not compared: pass invoice or credit_case."
        )
    if not tasks.is_all:
        answer.notes.append("Only 5,000 tasks were looked through, and there are more: some are missing.")


def _row(scope: Scope, task: Task, about: Subjects) -> dict[str, Any]:
    comments = [
        present.filled({"date": scope.day(comment.created_at), "text": present.quoted(comment.content)})
        for comment in task.comments
    ]
    who = task.assigned_to_user
    return present.filled(
        {
            "task_id": task.id,
            "subject": present.outside(task.subject),
            "due_date": present.day(task.expiry_date),
            "completed_on": scope.day(task.completed_at),
            "created_on": scope.day(task.created_at),
            "assigned_to": present.outside(who.name, present.NAME_LENGTH) if who else "",
            **about.named(debtor_id=task.debtor_id, invoice_id=task.invoice_id, case_id=task.credit_case_id),
            "text": present.quoted(task.description),
            "comments": comments,
        }
    )


_SAID = {
    "due_date": "due",
    "created_on": "made",
    "assigned_to": "for",
    "invoice_number": "invoice",
    "case_number": "case",
}


def _lines(row: Mapping[str, Any]) -> list[str]:
    """A task as lines of text: what it is, what was written about it, and each comment."""
    state = f"done {row['completed_on']}" if "completed_on" in row else "open"
    said = [state, *(f"{word} {row[name]}" for name, word in _SAID.items() if name in row)]
    if "debtor" in row or "debtor_number" in row:
        said.append(f"debtor {row.get('debtor', '')} ({row.get('debtor_number', 'no number')})")
    lines = [f"- Task {row['task_id']}: {row.get('subject', '(no subject)')} ({', '.join(said)})"]
    lines += [row["text"]] if "text" in row else []
    for comment in row.get("comments", ()):
        lines += [f"comment {comment.get('date', 'undated')}:", comment.get("text", "")]
    return lines
