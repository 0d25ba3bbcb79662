"""Completing a task, and commenting on one: the comment is the part that must never come twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from payt_mcp.books.scope import Scope
from payt_mcp.payt import writes
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Comment, Invoice, Task
from payt_mcp.payt.resources import InvoiceFilters
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.engine import Done
from payt_mcp.proposals.proposal import Warned
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.words.text import (
    LINE_LENGTH,
    clean,
    code,
    day,
    some,
    stamp,
)
from payt_mcp.writes.bulk import bulk_done
from payt_mcp.writes.checks import filled, prose
from payt_mcp.writes.kind import Content, one_done
from payt_mcp.writes.sight import Fact, Sight
from payt_mcp.writes.subject import fact_of, own_id

_CLOCKS_APART = dt.timedelta(minutes=10)
_SHOWN_COMMENTS = 3
_PAUSE_FIELDS = ("id", "invoice_number", "paused_at", "paused_by_user")
_DETAILS = {"completed_status": "Completed as", "completed_status_message": "Message", "comment": "Comment"}


class CompleteTask:
    kind = "completion"
    what = "such task"

    async def prepare(self, scope: Scope, wish: Content) -> dict[str, Any]:
        """`wish` has `task` and the contract's own fields, empty where they are not given."""
        task = await _read(scope, wish["task"])
        given = {name: prose(name.removeprefix("completed_status_"), wish[name]) for name in _DETAILS if wish[name]}
        return {"task": task.id, **given} | ({"resume_dossiers": True} if wish["resume_dossiers"] else {})

    async def see(self, scope: Scope, content: Content) -> Sight:
        task = await _read(scope, content["task"])
        facts = await _facts(scope, task)
        facts += [(label, str(content[name])) for name, label in _DETAILS.items() if name in content]
        if content.get("resume_dossiers"):
            facts.append(("Resumes, where the API blocked it", some(await _paused(scope, task), most=50) or "nothing"))
        same = _same(task, content.get("comment", ""))
        return Sight(
            letter=(task.id,),
            title=f"Complete the task “{clean(task.subject, 60)}”",
            facts=facts,
            warnings=_stands_already(same),
            beside=_read_beside(task),
            idle=_completed(task, "comment" in content),
            same=[comment.id or "" for comment in same],
        )

    def command(self, administration_id: str, content: Content, preview: Content) -> Command:  # noqa: ARG002 - Action
        names = (*_DETAILS, "resume_dossiers")
        return writes.complete_task(administration_id, content["task"], {n: content[n] for n in names if n in content})

    def done(self, content: Content, preview: Content, answer: Any) -> Done:  # noqa: ARG002 - Action
        return one_done(answer)

    async def stands(self, scope: Scope, record: Record, credited: frozenset[str]) -> Done | None:
        content = record.content or {}
        task = await _read(scope, content["task"])
        if task.completed_at is None or task.completed_at < _earliest(record):
            return None
        if "comment" in content and not _ours(record, task, content["comment"], credited):
            return None
        return Done(Status.APPLIED, {"found": "the task is completed"})


class CommentTask:
    kind = "comment"
    what = "such task"

    async def prepare(self, scope: Scope, wish: Content) -> dict[str, Any]:
        task = await _read(scope, wish["task"])
        return {"task": task.id, "comment": filled("comment", wish["comment"], prose)}

    async def see(self, scope: Scope, content: Content) -> Sight:
        task = await _read(scope, content["task"])
        same = _same(task, content["comment"])
        warnings = _stands_already(same)
        if task.completed_at:
            warnings.append(Warned(f"The task was completed at {stamp(task.completed_at)}."))
        return Sight(
            letter=(task.id, _laid_out(content["comment"])),
            title=f"Comment on the task “{clean(task.subject, 60)}”",
            facts=[*await _facts(scope, task), ("Comment", content["comment"])],
            warnings=warnings,
            beside=_read_beside(task),
            same=[comment.id or "" for comment in same],
        )

    def command(self, administration_id: str, content: Content, preview: Content) -> Command:  # noqa: ARG002 - Action
        return writes.comment_task(administration_id, content["task"], content["comment"])

    def done(self, content: Content, preview: Content, answer: Any) -> Done:  # noqa: ARG002 - Action
        done = bulk_done([content["task"]], *writes.bulk_result(answer))
        return Done(Status.SENT) if done.status is Status.APPLIED else done

    async def stands(self, scope: Scope, record: Record, credited: frozenset[str]) -> Done | None:
        content = record.content or {}
        task = await _read(scope, content["task"])
        found = _ours(record, task, content["comment"], credited)
        return Done(Status.SENT, {"found": "among the comments"}, found) if found else None


async def _read(scope: Scope, key: str) -> Task:
    task = await scope.account.payt.task(scope.id, key, fields=every(Task))
    return own_id(task, key, "task")


async def _facts(scope: Scope, task: Task) -> list[Fact]:
    facts = [
        ("Task", clean(task.subject, LINE_LENGTH)),
        *await fact_of(scope, debtor_id=task.debtor_id, invoice_id=task.invoice_id, case_id=task.credit_case_id),
        ("Due", day(task.expiry_date) or ""),
    ]
    return [fact for fact in facts if fact[1]]


async def _paused(scope: Scope, task: Task) -> list[str]:
    """What may be resumed with a task: the blocked ones of its invoice, else of its case, else of its debtor."""
    filters: InvoiceFilters = {"paid": False, "debtor_ids": [task.debtor_id or ""]}
    if task.invoice_id:
        filters = {"ids": [task.invoice_id]}
    elif task.credit_case_id:
        filters = {"credit_case_ids": [task.credit_case_id]}
    elif not task.debtor_id:
        return []
    listed = await scope.account.payt.invoices(scope.id, fields=_PAUSE_FIELDS, **filters)
    return [code(one.invoice_number or one.id) for one in listed.records if _may_resume(one)]


def _may_resume(invoice: Invoice) -> bool:
    return invoice.paused_at is not None and not invoice.paused_by_user


def _completed(task: Task, has_comment: bool) -> str:
    if task.completed_at is None:
        return ""
    also = "; the comment was not made: comment_task does that" if has_comment else ""
    return f"The task was completed at {stamp(task.completed_at)} already{also}"


def _read_beside(task: Task) -> list[Fact]:
    newest = sorted(task.comments, key=_made, reverse=True)[:_SHOWN_COMMENTS]
    described = [("Description", clean(task.description, 2 * LINE_LENGTH))] if task.description else []
    return described + [
        (f"Comment of {stamp(one.created_at) or 'some time'}", clean(one.content, LINE_LENGTH)) for one in newest
    ]


def _stands_already(same: Sequence[Comment]) -> list[Warned]:
    latest = max(same, key=_made, default=None)
    if latest is None:
        return []
    return [Warned(f"The same comment stands on this task already, made at {stamp(latest.created_at) or 'some time'}.")]


def _same(task: Task, comment: str) -> list[Comment]:
    return [one for one in task.comments if comment and _laid_out(one.content or "") == _laid_out(comment)]


def _ours(record: Record, task: Task, comment: str, credited: frozenset[str]) -> str:
    """The comment that this attempt left: none that stood there before, and no other proposal's."""
    new = [
        one
        for one in _same(task, comment)
        if one.id and one.id not in record.baseline and one.id not in credited and _made(one) > _earliest(record)
    ]
    return (max(new, key=_made).id or "") if new else ""


def _made(comment: Comment) -> dt.datetime:
    return comment.created_at or dt.datetime.max.replace(tzinfo=dt.UTC)


def _earliest(record: Record) -> dt.datetime:
    return (record.sending_at or record.created_at) - _CLOCKS_APART


def _laid_out(text: str) -> str:
    """A text with its white space folded: laid out anew, it is the same comment."""
    return " ".join(text.split())
