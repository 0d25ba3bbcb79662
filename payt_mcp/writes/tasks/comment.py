"""Commenting on a task: a comment must never come twice."""

from __future__ import annotations

from typing import Any

from payt_mcp.payt import writes
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Preview, Warned, Words, beside, facts
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import moment_of, say
from payt_mcp.words.sentences import template
from payt_mcp.writes.bulk import bulk_done
from payt_mcp.writes.checks import filled, prose
from payt_mcp.writes.kind import Kind, Place
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt
from payt_mcp.writes.tasks.reading import (
    RECORDS,
    laid_out,
    named,
    our_comment,
    read_beside,
    read_task,
    same_comments,
    stands_already,
    task_facts,
)
from payt_mcp.writes.tasks.texts import text_warnings


class CommentTask(Kind):
    """`wish` has `task` (an id) and `comment`."""

    name = "comment"
    records = RECORDS
    once = True
    words = Words(
        ended=template("Made at {sending}."),  # Payt does not answer which comment it is
        same=say("The same comment"),
        unseen=say("not among the comments of the task yet"),
        person_knows=False,
    )

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        task = await read_task(place, wish["task"])
        return {"task": task.id, "comment": filled("comment", wish["comment"], prose)}

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        task = await read_task(place, asked["task"])
        same = same_comments(task, asked["comment"])
        warnings = stands_already(place, same)
        if task.completed_at:
            warnings.append(
                Warned(
                    say(
                        "The task was completed at {completed_at}.",
                        completed_at=moment_of(task.completed_at, place.zone),
                    )
                )
            )
        warnings += await text_warnings(place, task, {say("the comment"): asked["comment"]})
        return Outlook(
            touches=(self.name, task.id, laid_out(asked["comment"])),
            title=say("Comment on {named}, in {short_name}", named=named(task), short_name=place.short_name),
            sections=[
                *facts([*await task_facts(place, task), (say("Comment"), asked["comment"])]),
                *beside(read_beside(place, task)),
            ],
            warnings=warnings,
            same=[one.id or "" for one in same],
            basis={"debtors": [task.debtor_id]},
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:  # noqa: ARG002 - Kind
        return writes.comment_task(place.id, content["task"], content["comment"])

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:  # noqa: ARG002 - Kind
        done = bulk_done([content["task"]], *writes.bulk_result(answer))
        return Done(Status.SENT) if done.status is Status.APPLIED else done

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        task = await read_task(place, attempt.content["task"])
        found = our_comment(attempt, task, attempt.content["comment"])
        return Done(Status.SENT, {"found": say("among the comments")}, found) if found else None


KIND = CommentTask()
