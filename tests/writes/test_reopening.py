"""Re-opening a task: proposed, seen by a person, carried out once, and found where no answer came."""

from __future__ import annotations

from typing import Any

import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from payt_sandbox.api.faults import Fault
from tests.support.daily_work import row, server, task
from tests.support.house import ADMINISTRATION, ERAS, House, client, data, record, said, says
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
DONE_AT = "2026-11-02T08:00:00.000Z"


def done_task(house: House) -> str:
    key = task(house)
    house.sandbox.world.change(ADMINISTRATION, "tasks", key, completed_at=DONE_AT, completed_status="failed")
    return key


def is_open(house: House, key: str) -> bool:
    return row(house, "tasks", key, ["id", "completed_at"])["completed_at"] is None


@ERAS
async def test_a_task_is_open_again_once_a_person_said_yes(house: House, mode: str) -> None:
    key, answer = done_task(house), says("accept")
    async with client(server(house), mode, answer) as caller:
        done = data(await caller.call_tool("reopen_task", {"task": key}))
        again = data(await caller.call_tool("reopen_task", {"task": key}))
    assert (done["status"], is_open(house, key)) == ("applied", True)
    question = answer.questions[0]  # type: ignore[attr-defined]
    assert question.startswith("Re-open the task “")
    assert "\nCompleted: 2026-11-02T09:00:00+01:00\n" in question
    assert (again["status"], again["summary"]) == ("unchanged", "The task is open already; nothing was sent.")


@ERAS
async def test_a_no_leaves_it_done(house: House, mode: str) -> None:
    key = done_task(house)
    async with client(server(house), mode, says("decline")) as caller:
        declined = data(await caller.call_tool("reopen_task", {"task": key}))
    assert (declined["status"], is_open(house, key)) == ("declined", False)


async def test_a_task_done_at_another_time_is_asked_about_anew(house: House) -> None:
    key = done_task(house)
    async with client(server(house)) as caller:
        first = data(await caller.call_tool("reopen_task", {"task": key}))["proposal_id"]
        house.sandbox.world.change(ADMINISTRATION, "tasks", key, completed_at="2026-11-20T08:00:00.000Z")
        ledger = Ledger(house.state)
        ledger.approve(first, Who("page"))
        answer = data(await caller.call_tool("check_approval", {"proposal_id": first}))
        renewed = ledger.pending()[-1]
        ledger.close()
    assert answer["status"] == "superseded"
    assert "Completed was 2026-11-02T09:00:00+01:00 and is 2026-11-20T09:00:00+01:00 now" in answer["reason"]
    assert flat(seen(renewed))["facts"]["Completed"] == "2026-11-20T09:00:00+01:00"
    assert not is_open(house, key)


@pytest.mark.parametrize(("fault", "status"), [("reset_after", "applied"), ("reset_before", "outcome_unknown")])
async def test_where_no_answer_came_it_is_looked_for(house: House, fault: Any, status: str) -> None:
    key = done_task(house)
    async with client(server(house), answer=says("accept")) as caller:
        house.payt.faults.add(Fault(fault, path="/v1/tasks/", method="PATCH"))
        first = data(await caller.call_tool("reopen_task", {"task": key}))
        later = data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))
    assert (later["status"], is_open(house, key)) == (status, status == "applied")
    assert record(house, first["proposal_id"]).kind == "reopening"


async def test_a_task_that_is_not_there_is_named(house: House) -> None:
    async with client(server(house)) as caller:
        answer = await caller.call_tool("reopen_task", {"task": "0"})
    assert answer.is_error
    assert "no task 0" in said(answer)
