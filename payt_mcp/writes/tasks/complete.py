"""Completing a task, with a comment where one is wanted: the part that must never come twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from payt_mcp.books.scope import Scope
from payt_mcp.books.shelf import Key
from payt_mcp.payt import writes
from payt_mcp.payt.models import Invoice, Task
from payt_mcp.payt.resources import InvoiceFilters
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Preview, Words, beside, facts
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import capital, lowered, moment_of, say, some, term
from payt_mcp.words.text import code
from payt_mcp.writes.checks import prose
from payt_mcp.writes.kind import Kind, Place, one_done
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt
from payt_mcp.writes.tasks.reading import (
    RECORDS,
    named,
    our_comment,
    read_beside,
    read_task,
    same_comments,
    stands_already,
    task_facts,
)
from payt_mcp.writes.tasks.texts import text_warnings

_PAUSE_FIELDS = ("id", "invoice_number", "paused_at", "paused_by_user")
_DETAILS = {
    "completed_status": say("Completed as"),
    "completed_status_message": say("Message"),
    "comment": say("Comment"),
}


class CompleteTask(Kind):
    """`wish` has `task` (an id) and the contract's own fields, empty where they are not given."""

    name = "completion"
    records = RECORDS
    once = True
    words = Words(same=say("The same completion"))

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        task = await read_task(place, wish["task"])
        given = {name: prose(name.removeprefix("completed_status_"), wish[name]) for name in _DETAILS if wish[name]}
        return {"task": task.id, **given} | ({"resume_dossiers": True} if wish["resume_dossiers"] else {})

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        task = await read_task(place, asked["task"])
        said = await task_facts(place, task)
        said += [(label, _in_words(name, asked[name])) for name, label in _DETAILS.items() if name in asked]
        if asked.get("resume_dossiers"):
            said.append(
                (say("Resumes, where the API blocked it"), some(await _paused(place, task), most=50) or say("nothing"))
            )
        same = same_comments(task, asked.get("comment", ""))
        texts = {
            say("the {label}", label=lowered(label)): asked[name] for name, label in _DETAILS.items() if name in asked
        }
        return Outlook(
            touches=(self.name, task.id),
            title=capital(say("Complete {named}, in {short_name}", named=named(task), short_name=place.short_name)),
            sections=[*facts(said), *beside(read_beside(place, task))],
            warnings=[*stands_already(place, same), *await text_warnings(place, task, texts)],
            idle=_completed(place, task, has_comment="comment" in asked),
            same=[comment.id or "" for comment in same],
            basis={"debtors": [task.debtor_id]},
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:  # noqa: ARG002 - Kind
        names = (*_DETAILS, "resume_dossiers")
        return writes.complete_task(place.id, content["task"], {n: content[n] for n in names if n in content})

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:  # noqa: ARG002 - Kind
        return one_done(answer)

    async def touched(self, place: Place, content: Content) -> Iterable[Key]:
        """What it resumes: the invoices the task is about."""
        if not content.get("resume_dossiers"):
            return ()
        task = await read_task(place, content["task"])
        about = {"ids": task.invoice_id, "credit_case_ids": task.credit_case_id, "debtor_ids": task.debtor_id}
        return [Key("invoices", by, value) for by, value in about.items() if value]

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        task = await read_task(place, attempt.content["task"])
        if not attempt.may_be_of(task.completed_at):
            return None
        if "comment" in attempt.content and not our_comment(attempt, task, attempt.content["comment"]):
            return None
        return Done(Status.APPLIED, {"found": say("the task is completed")})


KIND = CompleteTask()


def _in_words(name: str, given: str) -> str:
    return term(given) if name == "completed_status" else given


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


def _completed(place: Place, task: Task, *, has_comment: bool) -> str:
    if task.completed_at is None:
        return ""
    also = say("; the comment was not made: comment_task does that") if has_comment else ""
    return say(
        "The task was completed at {completed_at} already{also}",
        completed_at=moment_of(task.completed_at, place.zone),
        also=also,
    )
