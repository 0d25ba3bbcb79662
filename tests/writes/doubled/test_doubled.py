"""Calls that come twice, three times, to two servers, with a code, with a no: asked once, done once, told truly."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, ElicitResult

from payt_mcp.books.scope import Scope
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.writes.outlook import Content
from payt_mcp.writes.writer import Writer
from payt_sandbox.api.faults import Fault
from tests.proposals.asking.test_terminal import environ
from tests.support.daily_work import server
from tests.support.house import ADMINISTRATION, ERAS, House, client, data, letter, said, until
from tests.support.processes import http
from tests.writes.doubled.twice import Person, Twins, attempts, every_write, lies

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

Connected = Callable[[House, str, Person], Any]


@asynccontextmanager
async def in_memory(house: House, mode: str, person: Person) -> AsyncIterator[Client]:
    async with client(server(house), mode, person.answer) as caller:
        yield caller


@asynccontextmanager
async def over_stdio(house: House, mode: str, person: Person) -> AsyncIterator[Client]:
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "payt_mcp"], env=environ(house, PAYT_RATE="100", PAYT_TOOLSETS="all")
    )
    with Path(os.devnull).open("w") as unread:  # noqa: ASYNC230 - once, before anything runs
        async with Client(stdio_client(parameters, unread), mode=mode, elicitation_callback=person.answer) as caller:
            yield caller


@asynccontextmanager
async def over_http(house: House, mode: str, person: Person) -> AsyncIterator[Client]:
    with http(environ(house, PAYT_RATE="100", PAYT_TOOLSETS="all")) as served:
        transport = streamable_http_client(served.url)
        async with Client(transport, mode=mode, elicitation_callback=person.answer) as caller:
            yield caller


async def so(is_so: Callable[[], bool]) -> None:
    with anyio.fail_after(60):
        while not is_so():  # noqa: ASYNC110 - other threads make it so
            await anyio.sleep(0.01)


async def at_once(twins: Twins, *callers: Client) -> None:
    """One call through each of these, milliseconds apart."""
    twins.told = [None] * len(callers)
    async with anyio.create_task_group() as group:
        for place, caller in enumerate(callers):
            group.start_soon(twins.call, caller, place)
            await anyio.sleep(0.002)


@ERAS
@pytest.mark.parametrize("connected", [in_memory, over_stdio, over_http])
@pytest.mark.parametrize("kind", ["message", "invoices"])
async def test_three_calls_are_asked_about_once_and_done_once(
    house: House, mode: str, connected: Connected, kind: str
) -> None:
    write, person = every_write(house)[kind], Person()
    twins = Twins(write)
    async with connected(house, mode, person) as caller:
        await at_once(twins, caller, caller, caller)
    assert (len(person.questions), attempts(house, write), write.done()) == (1, 1, 1)
    assert len(twins.answers) == 3
    assert not lies(twins, done=1)
    assert sum("came twice" in said(one) for one in twins.answers) == 2


@ERAS
@pytest.mark.parametrize("kind", ["message", "invoices", "plan"])
async def test_where_the_first_is_answered_no_both_are_told_so(house: House, mode: str, kind: str) -> None:
    write, person = every_write(house)[kind], Person(approve=False)
    twins = Twins(write)
    async with in_memory(house, mode, person) as caller:
        await at_once(twins, caller, caller)
    assert twins.statuses() == ["declined", "declined"]
    assert (len(person.questions), write.done()) == (1, 0)


@ERAS
async def test_a_question_that_takes_long_is_not_put_twice(
    house: House, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payt_mcp.proposals.asking.doubled._PATIENCE", 0.3)
    write = every_write(house)["message"]
    twins = Twins(write)
    person = Person(during=lambda: anyio.sleep(1.5))
    async with in_memory(house, mode, person) as caller:
        await at_once(twins, caller, caller)
        told = data(twins.answers[1])
        later = data(await caller.call_tool("check_approval", {"proposal_id": told["proposal_id"]}))
    assert twins.statuses() == ["sent", "awaiting_approval"]
    assert "being asked about it there" in told["next_step"]
    assert (later["status"], len(person.questions), len(house.mails)) == ("sent", 1, 1)


@ERAS
@pytest.mark.parametrize("kind", ["message", "invoices", "plan", "comment"])
async def test_two_servers_that_both_ask_do_it_once_and_both_say_so(house: House, mode: str, kind: str) -> None:
    """Each has a question open when the first is answered: nobody can know of the other but through the record."""
    write, both = every_write(house)[kind], anyio.Event()
    twins, persons = Twins(write), (Person(), Person())

    async def both_ask() -> None:
        with anyio.move_on_after(120):
            for person in persons:
                await person.asked.wait()
        both.set()

    for person in persons:
        person.during = both_ask
    async with in_memory(house, mode, persons[0]) as one, in_memory(house, mode, persons[1]) as other:
        await at_once(twins, one, other)
    assert both.is_set()
    assert (attempts(house, write), write.done()) == (1, 1)
    assert not lies(twins, done=1)


@ERAS
@pytest.mark.parametrize("kind", ["message", "invoices", "plan", "follow_up", "contacts"])
async def test_a_yes_while_a_twin_is_at_it_is_told_of_that_one(
    house: House, mode: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late what it looks at is read, and whatever the twin has made of it by then."""
    write, persons = every_write(house)[kind], (Person(), Person())
    twins, drafted, carried_out = Twins(write, [None, None]), Writer.draft, Writer.send
    drafts: list[str] = []
    begun = anyio.Event()

    async def draft_late(self: Writer, scope: Scope, wish: Content) -> Draft:
        draft = await drafted(self, scope, wish)
        drafts.append(draft.digest)
        if len(drafts) > 2:
            await so(lambda: twins.told[0] is not None)
        return draft

    async def send_late(self: Writer, record: Record) -> Done:
        begun.set()
        await persons[1].answered.wait()
        await anyio.sleep(0.3)  # for the other to look at Payt, if it does
        return await carried_out(self, record)

    monkeypatch.setattr(Writer, "draft", draft_late)
    monkeypatch.setattr(Writer, "send", send_late)
    async with in_memory(house, mode, persons[0]) as one, in_memory(house, mode, persons[1]) as other:
        persons[0].during = persons[1].asked.wait
        persons[1].during = begun.wait
        async with anyio.create_task_group() as group:
            group.start_soon(twins.call, one, 0)
            await persons[0].asked.wait()
            group.start_soon(twins.call, other, 1)
    assert (attempts(house, write), write.done()) == (1, 1)
    assert twins.statuses()[0] == twins.statuses()[1]
    assert not lies(twins, done=1)
    assert [len(person.questions) for person in persons] == [1, 1]


@pytest.mark.parametrize("kind", ["message", "follow_up", "debtors"])
async def test_a_code_is_the_same_for_both_and_redeemed_once(house: House, kind: str) -> None:
    write = every_write(house)[kind]
    twins = Twins(write)
    async with client(server(house, confirm="code")) as caller:
        await at_once(twins, caller, caller)
        codes = {data(one)["confirmation_code"] for one in twins.answers}
        assert len(codes) == 1
        arguments = write.arguments | {"confirmation_code": codes.pop()}
        redeemed = Twins(type(write)(write.tool, arguments, write.method, write.path, write.done))
        await at_once(redeemed, caller, caller)
        late = Twins(redeemed.write)
        await at_once(late, caller)
    assert (attempts(house, write), write.done()) == (1, 1)
    assert not lies(redeemed, done=1)
    assert late.statuses() == redeemed.statuses()[:1]
    assert data(late.answers[0])["proposal_id"] == data(redeemed.answers[0])["proposal_id"]


async def test_a_code_redeemed_at_two_servers_is_no_lie_at_either(house: House) -> None:
    write = every_write(house)["message"]
    async with client(server(house, confirm="code")) as one, client(server(house, confirm="code")) as other:
        code = data(await one.call_tool(write.tool, write.arguments))["confirmation_code"]
        given = write.arguments | {"confirmation_code": code}
        twins = Twins(type(write)(write.tool, given, write.method, write.path, write.done))
        house.sandbox.faults.add(Fault("slow", write.path, write.method, delay_ms=400))
        await at_once(twins, one, other)
    assert (attempts(house, write), write.done()) == (1, 1)
    assert not lies(twins, done=1)
    assert twins.statuses() == ["sent", "sent"]


async def test_checking_twice_while_it_is_sent_tells_both(house: House) -> None:
    write = every_write(house)["message"]
    async with client(server(house)) as caller:
        key = data(await caller.call_tool(write.tool, write.arguments))["proposal_id"]
        house.sandbox.faults.add(Fault("slow", write.path, write.method, delay_ms=400))
        ledger = Ledger(house.state)
        ledger.approve(key, Who("terminal", "", "anouk"))
        ledger.close()
        checks = Twins(type(write)("check_approval", {"proposal_id": key}, write.method, write.path, write.done))
        await at_once(checks, caller, caller)
    assert checks.statuses() == ["sent", "sent"]
    assert not lies(checks, done=write.done())


@pytest.mark.parametrize("kind", ["invoices", "plan", "debtors"])
async def test_what_was_done_a_moment_before_is_named(house: House, kind: str) -> None:
    write, person = every_write(house)[kind], Person()
    async with in_memory(house, "legacy", person) as caller:
        first = data(await caller.call_tool(write.tool, write.arguments))
        again = data(await caller.call_tool(write.tool, write.arguments))
    assert again["status"] == "unchanged"
    assert again["reason"].startswith(f"Proposed before, as {first['proposal_id']} (approved: you, in the assistant, ")
    assert "Carried out" in again["reason"]


# What a result says of the yes.

WAYS = {
    "page": (Who("page", "", "anouk"), "anouk, on the approval page, {time}"),
    "terminal": (Who("terminal", "", "anouk"), "anouk, in a terminal, {time}"),
    "page without a name": (Who("page"), "somebody, on the approval page, {time}"),
}


def _time_said(house: House, told: dict[str, Any]) -> str:
    """The time of the day of the yes, as it is in the zone of the administration; at most a minute ago."""
    zone = ZoneInfo(house.sandbox.world.book(ADMINISTRATION).timezone)
    found = re.search(r"(\d\d:\d\d)$", told["approved"])
    assert found, told["approved"]
    now = dt.datetime.now(zone)
    assert found[1] in {f"{now - dt.timedelta(minutes=late):%H:%M}" for late in (0, 1)}
    return found[1]


@pytest.mark.parametrize("way", WAYS)
async def test_a_result_says_who_approved_and_how(house: House, way: str) -> None:
    who, wanted = WAYS[way]
    async with client(server(house)) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        ledger = Ledger(house.state)
        ledger.approve(key, who)
        await until(ledger, key, Status.SENT)
        ledger.close()
        answer = await caller.call_tool("check_approval", {"proposal_id": key})
    told = data(answer)
    assert told["approved"] == wanted.format(time=_time_said(house, told))
    assert f"approved: {told['approved']}" in said(answer)


@ERAS
async def test_a_yes_in_the_assistant_and_a_code_are_told_apart(house: House, mode: str) -> None:
    async with client(server(house), mode, Person().answer) as caller:
        sent = data(await caller.call_tool("send_message", letter(house)))
    assert sent["approved"] == f"you, in the assistant, {_time_said(house, sent)}"
    async with client(server(house, confirm="code")) as caller:
        wish = letter(house, subject="Nog een brief")
        code = data(await caller.call_tool("send_message", wish))["confirmation_code"]
        sent = data(await caller.call_tool("send_message", wish | {"confirmation_code": code}))
    by_code = "with a code, by whoever confirmed it in the assistant"
    assert sent["approved"] == f"{by_code}, {_time_said(house, sent)}"


@pytest.mark.parametrize(
    ("mailed", "said_of_it"), [(True, "Payt e-mails 1 invoice."), (False, "Payt e-mails no invoice.")]
)
async def test_a_result_says_whether_payt_mails(house: House, mailed: bool, said_of_it: str) -> None:
    row = every_write(house)["invoices"].arguments["invoices"][0]
    rows = [row if mailed else row | {"sent_at": "2026-11-01T09:00:00Z"}]
    async with client(server(house), answer=Person().answer) as caller:
        answer = await caller.call_tool("upsert_invoices", {"invoices": rows})
    assert data(answer)["summary"].endswith(said_of_it)
    assert said_of_it in said(answer)
    assert bool(house.mails) is mailed


# What can be foreseen.


@ERAS
@pytest.mark.parametrize("content", [None, {}, {"approve": "perhaps"}])
async def test_a_yes_without_content_is_no_yes_and_leads_to_the_page(
    house: House, mode: str, content: dict[str, Any] | None
) -> None:
    async def answer(_context: Any, _params: Any) -> ElicitResult:
        return ElicitResult(action="accept", content=content)

    async with client(server(house), mode, answer) as caller:
        told = data(await caller.call_tool("send_message", letter(house)))
    assert (told["status"], len(house.opened), house.mails) == ("awaiting_approval", 1, [])


async def test_an_attachment_that_is_a_loop_of_links_is_named(house: House) -> None:
    (house.files / "a.pdf").symlink_to(house.files / "b.pdf")
    (house.files / "b.pdf").symlink_to(house.files / "a.pdf")
    async with client(server(house)) as caller:
        answer: CallToolResult = await caller.call_tool("send_message", letter(house, attachments=["a.pdf"]))
    assert said(answer) == "There is no file 'a.pdf' in the attachments folder. Nothing was sent."


LONG = ["a" * 70_000, "p-" + "9" * 5000, json.dumps([[[]]] * 50)]
ODD = ["\ud800", "\udfff" * 3, "\x00", "\u200b", -1, 10**30, 1e308, *LONG]
TOOLS = ["check_approval", "send_message", "comment_task", "reopen_task", "decide_payment_plan"]


@pytest.mark.parametrize("tool", TOOLS)
async def test_odd_arguments_of_a_write_have_a_sentence_of_their_own(house: House, tool: str) -> None:
    plain = {
        "check_approval": {"proposal_id": "p-none"},
        "send_message": letter(house),
        "comment_task": {"task": "1", "comment": "x"},
        "reopen_task": {"task": "1"},
        "decide_payment_plan": {"payment_plan": "1", "decision": "approve"},
    }
    async with client(server(house)) as caller:
        for name in plain[tool]:
            for odd in ODD:
                answer = await caller.call_tool(tool, plain[tool] | {name: odd})
                assert "nobody foresaw" not in said(answer), (name, repr(odd)[:40], said(answer))
    assert house.mails == []
