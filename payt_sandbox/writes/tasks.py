"""Completing tasks, reopening them, and commenting on them."""

from typing import Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.writes.blocks import unblock
from payt_sandbox.writes.shared import (
    Outcome,
    read_body,
    read_form,
    record_of_path,
    shown,
)

_STATUSES: Final = ("succeeded", "failed", "cleaned_up")


def complete(call: Call) -> Response:
    """Marks a task as done, with a comment if one is given; on request it resumes the invoices the task is about."""
    read_body(call)
    book, row = record_of_path(call, "tasks")
    status = call.params.get("completed_status")
    if status is not None and status not in _STATUSES:
        raise invalid("completed_status does not have a valid value")
    resumes = call.flag("resume_dossiers")
    text = call.params.get("comment")
    if text is not None and not isinstance(text, str):
        raise invalid("comment is invalid")
    world = call.sandbox.world
    how = {"completed_status": status, "completed_status_message": call.params.get("completed_status_message")}
    world.change(book.administration_id, "tasks", row["id"], completed_at=world.now(), **how)
    if text:
        _comment(call, book, row["id"], text)
    if resumes:
        for invoice in _about(book, row):
            unblock(call, book, invoice)
    return shown(call, book, "tasks", row["id"], 200)


def _about(book: Book, task: Row) -> list[Row]:
    """The invoices a task is about: its own one, else those of its case, else those of its debtor."""
    invoices = book.tables["invoices"]
    if "invoice_id" in task:
        ids = [task["invoice_id"]]
    elif "credit_case_id" in task:
        ids = invoices.indexes["active_credit_case_id"].get(task["credit_case_id"])
    else:
        ids = invoices.indexes["debtor_id"].get(task.get("debtor_id"))
    return [invoices.rows[key] for key in ids if key in invoices.rows]


def reopen(call: Call) -> Response:
    """Takes the mark of a done task away."""
    read_form(call)
    book, row = record_of_path(call, "tasks")
    gone = dict.fromkeys(("completed_at", "completed_status", "completed_status_message"))
    call.sandbox.world.change(book.administration_id, "tasks", row["id"], **gone)
    return shown(call, book, "tasks", row["id"], 200)


def comment(call: Call) -> Response:
    """Adds a comment to a task."""
    read_body(call)
    book, row = record_of_path(call, "tasks")
    text = call.params.get("comment")
    if not isinstance(text, str) or not text.strip():
        raise invalid("comment is missing")
    _comment(call, book, row["id"], text)
    return Outcome(count=1).answer(201)


def _comment(call: Call, book: Book, task_id: int, text: str) -> None:
    world = call.sandbox.world
    old = book.tables["tasks"].rows[task_id].get("comments", ())
    comments = (*old, (world.take_id("comments"), text, world.now()))
    world.change(book.administration_id, "tasks", task_id, comments=comments)
