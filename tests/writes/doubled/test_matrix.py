"""Each tool that writes, called twice at the same moment, whatever breaks: done once, and both are told the truth."""

from __future__ import annotations

import dataclasses
from typing import Any

import anyio
import pytest

from payt_mcp.proposals.asking import doubled
from payt_mcp.settings import Secret
from payt_sandbox.api.faults import Fault
from tests.support.daily_work import server
from tests.support.house import ERAS, House, client
from tests.writes.doubled.twice import REFUSING, Person, Twins, attempts, every_write, lies

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

MOMENTS = ["at_once", "during_question", "during_sending", "cancelled"]
FATES = ["sent", "refused", "lost"]


async def twice(house: House, caller: Any, person: Person, twins: Twins, moment: str, *, faulty: bool) -> None:
    """Make both calls; the second one comes at this moment of the first."""
    first = anyio.CancelScope()
    twins.told = [None, None]
    async with anyio.create_task_group() as group:

        async def second_comes() -> None:
            group.start_soon(twins.call, caller, 1)
            await anyio.sleep(0.1)

        async def first_is_given_up() -> None:
            await second_comes()
            first.cancel()
            await anyio.sleep(0.2)  # where the question outlives its call, its answer comes to nobody

        person.during = {"during_question": second_comes, "cancelled": first_is_given_up}.get(moment)
        group.start_soon(twins.call, caller, 0, first)
        if moment == "at_once":
            group.start_soon(twins.call, caller, 1)
        if moment == "during_sending":
            await sending(house, person, faulty=faulty)
            group.start_soon(twins.call, caller, 1)


async def sending(house: House, person: Person, *, faulty: bool) -> None:
    """Until the first call is being sent: where Payt is slow or answers nothing, until it has what is sent."""
    with anyio.fail_after(120):
        await person.answered.wait()
        while faulty and not house.sandbox.faults.hits:  # noqa: ASYNC110 - the sandbox is another thread
            await anyio.sleep(0.01)


def prepare(house: House, fate: str, path: str, method: str) -> None:
    if fate == "lost":
        house.sandbox.faults.add(Fault("reset_after", path, method))
    elif fate == "sent":
        house.sandbox.faults.add(Fault("slow", path, method, delay_ms=250))


@ERAS
@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("moment", MOMENTS)
async def test_both_are_told_what_payt_did(
    house: House, monkeypatch: pytest.MonkeyPatch, mode: str, moment: str, fate: str
) -> None:
    monkeypatch.setattr(doubled, "_PATIENCE", 0.5 if moment == "cancelled" else 25.0)
    changes = {}
    if fate == "refused":
        house.sandbox.options = dataclasses.replace(house.sandbox.options, tokens=REFUSING)
        changes = {"api_token": Secret("reader-token")}
    wrong = []
    person = Person()

    async def answer(context: Any, params: Any) -> Any:
        return await person.answer(context, params)

    async with client(server(house, **changes), mode, answer) as caller:
        for kind, write in every_write(house).items():
            person, before = Person(), attempts(house, write)
            twins, was_done = Twins(write), write.done()
            if fate != "refused":
                prepare(house, fate, write.path, write.method)
            await twice(house, caller, person, twins, moment, faulty=fate != "refused")
            done, tried = write.done() - was_done, attempts(house, write) - before
            asked = len(person.questions)
            row = f"{mode:6} {moment:15} {fate:7} {kind:10} asked {asked} sent {tried} done {done}"
            print(row, " | ".join(twins.statuses()))  # noqa: T201 - the table, with -s
            wrong += [f"{row}: {lie}" for lie in lies(twins, done=done)]
            if asked > (2 if moment == "cancelled" else 1):
                wrong.append(f"{row}: asked {asked} times")
            if tried > 1:
                wrong.append(f"{row}: sent {tried} times")
            house.sandbox.faults.clear()
    assert not wrong, "\n".join(wrong)


@ERAS
async def test_a_twin_that_comes_just_after_is_told_what_became_of_the_first_whose_answer_was_lost(
    house: House, mode: str
) -> None:
    person, wrong = Person(), []

    async def answer(context: Any, params: Any) -> Any:
        return await person.answer(context, params)

    async with client(server(house), mode, answer) as caller:
        every = every_write(house)
        for kind, write in every.items():
            person, before = Person(), attempts(house, write)
            twins, was_done = Twins(write, [None, None]), write.done()
            prepare(house, "lost", write.path, write.method)
            await twins.call(caller, 0)
            await twins.call(caller, 1)
            tried, asked = attempts(house, write) - before, len(person.questions)
            wrong += [f"{kind}: {lie}" for lie in lies(twins, done=write.done() - was_done)]
            if (tried, asked) != (1, 1):
                wrong.append(f"{kind}: asked {asked} times, sent {tried} times")
            house.sandbox.faults.clear()
        person, block = Person(), every["follow_up"]
        for action in ("resume", "block"):  # what was wished for in between makes it another wish
            await caller.call_tool(block.tool, {**block.arguments, "action": action})
    assert not wrong, "\n".join(wrong)
    assert len(person.questions) == 2
