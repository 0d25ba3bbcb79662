"""Tasks as they are read before one is written to: what it is about, and the comments on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from payt_mcp.books.scope import Scope
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Comment, Task
from payt_mcp.proposals.preview import Fact, Warned
from payt_mcp.words.said import day_of, moment_of, say
from payt_mcp.words.text import LINE_LENGTH, clean, day, outside
from payt_mcp.writes.settling import Attempt
from payt_mcp.writes.subject import fact_of, own_id

RECORDS = "such task"
_SHOWN_COMMENTS = 3
_TITLE_LENGTH = 60


async def read_task(scope: Scope, key: str) -> Task:
    """The task of this id. Raises UnknownRecordError, UpstreamError."""
    task = await scope.account.payt.task(scope.id, key, fields=every(Task))
    return own_id(task, key, "task")


def named(task: Task) -> str:
    """A task in a title."""
    return say("the task “{subject}”", subject=clean(task.subject, _TITLE_LENGTH))


async def task_facts(scope: Scope, task: Task) -> list[Fact]:
    facts = [
        (say("Task"), outside(task.subject, LINE_LENGTH)),
        *await fact_of(scope, debtor_id=task.debtor_id, invoice_id=task.invoice_id, case_id=task.credit_case_id),
        (say("Due"), day_of(day(task.expiry_date))),
    ]
    return [fact for fact in facts if fact[1]]


def read_beside(scope: Scope, task: Task) -> list[Fact]:
    """The description of a task and the last comments on it."""
    newest = sorted(task.comments, key=_made, reverse=True)[:_SHOWN_COMMENTS]
    described = [(say("Description"), clean(task.description, 2 * LINE_LENGTH))] if task.description else []
    made = [moment_of(one.created_at, scope.zone) or say("some time") for one in newest]
    said = [clean(one.content, LINE_LENGTH) for one in newest]
    return described + [(say("Comment of {when}", when=when), text) for when, text in zip(made, said, strict=True)]


def stands_already(scope: Scope, same: Sequence[Comment]) -> list[Warned]:
    latest = max(same, key=_made, default=None)
    if latest is None:
        return []
    made = moment_of(latest.created_at, scope.zone) or say("some time")
    return [Warned(say("The same comment stands on this task already, made at {made}.", made=made))]


def same_comments(task: Task, comment: str) -> list[Comment]:
    return [one for one in task.comments if comment and laid_out(one.content or "") == laid_out(comment)]


def our_comment(attempt: Attempt, task: Task, comment: str) -> str:
    """The id of the comment that an attempt left: none that stood there before, and no other proposal's."""
    return attempt.ours((one.id or "", _made(one)) for one in same_comments(task, comment))


def laid_out(text: str) -> str:
    """A text with its white space folded: laid out anew, it is the same comment."""
    return " ".join(text.split())


def _made(comment: Comment) -> dt.datetime:
    return comment.created_at or dt.datetime.max.replace(tzinfo=dt.UTC)
