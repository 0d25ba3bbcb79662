"""Re-opening a task that was completed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Preview, beside, facts
from payt_mcp.proposals.states import Status
from payt_mcp.words.said import capital, moment_of, say
from payt_mcp.writes.kind import Kind, Place, one_done
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt
from payt_mcp.writes.tasks.reading import RECORDS, named, read_beside, read_task, task_facts


class ReopenTask(Kind):
    """`wish` has `task` (an id)."""

    name = "reopening"
    records = RECORDS

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        return {"task": (await read_task(place, wish["task"])).id}

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        task = await read_task(place, asked["task"])
        said = await task_facts(place, task)
        if task.completed_at:
            said.append((say("Completed"), moment_of(task.completed_at, place.zone)))
        return Outlook(
            touches=(self.name, task.id),
            title=capital(say("Re-open {named}, in {short_name}", named=named(task), short_name=place.short_name)),
            sections=[*facts(said), *beside(read_beside(place, task))],
            idle="" if task.completed_at else say("The task is open already"),
            basis={"debtors": [task.debtor_id]},
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:  # noqa: ARG002 - Kind
        path = f"/v1/tasks/{quote(content['task'], safe='')}/unmark_completed"
        return Command(path, {"administration_id": place.id}, method="PATCH", is_form=True)

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:  # noqa: ARG002 - Kind
        return one_done(answer)

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        task = await read_task(place, attempt.content["task"])
        return None if task.completed_at else Done(Status.APPLIED, {"found": say("the task is open")})


KIND = ReopenTask()
