"""The writes of the daily work: each once, by a person's yes in whatever channel, whatever breaks on the way."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from payt_mcp.payt import client as payt_client
from payt_mcp.proposals import engine, sending
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Secret
from payt_mcp.writes.writer import Writer
from payt_sandbox.api.faults import Fault, Kind
from payt_sandbox.signin.access import ALL_SCOPES
from tests.support.daily_work import COMMENT, KINDS, Write, comments, server, task, writes
from tests.support.house import ERAS, PAGE, TOOL, House, approved, client, data, draft, record, said, says, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
EACH = pytest.mark.parametrize("kind", KINDS)
ENDS = {"comment": "sent"}
SCOPES = {
    "plan": "payment_plans", "completion": "tasks", "comment": "tasks", "follow_up": "invoices", "debtors": "debtors",
    "contacts": "contacts", "reopening": "tasks",
}  # fmt: skip


def ended(kind: str) -> str:
    return ENDS.get(kind, "applied")


@ERAS
@pytest.mark.parametrize(
    ("action", "approve", "status"),
    [("accept", True, ""), ("accept", False, "declined"), ("decline", True, "declined"), ("cancel", True, "waits")],
)
async def test_each_is_carried_out_by_a_yes_alone(
    house: House, mode: str, action: str, approve: bool, status: str
) -> None:
    answer = says(action, approve=approve)
    async with client(server(house), mode, answer) as caller:
        for kind, write in writes(house).items():
            result = data(await caller.call_tool(write.tool, write.arguments))
            wanted = status.replace("waits", "awaiting_approval") or ended(kind)
            assert (kind, result["status"], write.done()) == (kind, wanted, int(not status))
            assert (record(house, result["proposal_id"]).status == "proposed") is (status == "waits")
    assert len(answer.questions) == len(KINDS)  # type: ignore[attr-defined]
    assert house.opened == []


async def test_without_elicitation_each_waits_for_the_page(house: House) -> None:
    async with client(server(house)) as caller:
        ledger = Ledger(house.state)
        for kind, write in writes(house).items():
            result = data(await caller.call_tool(write.tool, write.arguments))
            assert (kind, result["status"], write.done()) == (kind, "awaiting_approval", 0)
            again = data(await caller.call_tool(write.tool, write.arguments))
            assert again["proposal_id"] == result["proposal_id"]
            ledger.approve(result["proposal_id"], PAGE)
            checked = data(await caller.call_tool("check_approval", {"proposal_id": result["proposal_id"]}))
            assert (kind, checked["status"], write.done()) == (kind, ended(kind), 1)
            steps = [event.status for event in ledger.history(result["proposal_id"])]
            assert steps == ["proposed", "approved", "sending", ended(kind)]
        ledger.close()
    assert len(house.opened) == 1


async def test_a_code_carries_out_each_once_and_nothing_else(house: House) -> None:
    changes: dict[str, dict[str, Any]] = {
        "plan": {"decision": "reject"}, "completion": {"comment": "Anders."}, "comment": {"comment": "Anders."},
        "follow_up": {"action": "resume", "invoices": ["2024000004"]},
        "debtors": {"debtors": [{"debtor_number": "N1", "debtor_identifier": "n-1", "name": "Anders"}]},
        "contacts": {"contacts": [{"contact_identifier": "new-2"}]}, "reopening": {"task": task(house)},
    }  # fmt: skip
    async with client(server(house, confirm="code")) as caller:
        for kind, write in writes(house).items():
            asked = data(await caller.call_tool(write.tool, write.arguments))
            assert (asked["status"], write.done()) == ("confirmation_required", 0)
            code = {"confirmation_code": asked["confirmation_code"]}
            other = await caller.call_tool(write.tool, write.arguments | changes[kind] | code)
            assert not other.is_error or "was sent" in said(other)
            assert other.is_error or data(other)["status"] == "unchanged", kind
            assert write.done() == 0
            done = data(await caller.call_tool(write.tool, write.arguments | code))
            assert (kind, done["status"], write.done()) == (kind, ended(kind), 1)
            await caller.call_tool(write.tool, write.arguments | code)
            assert write.done() == 1, kind


@EACH
async def test_a_missing_permission_is_named_and_known_from_then_on(house: House, kind: str) -> None:
    scope = f"{SCOPES[kind]}:write"
    tokens = {"reader-token": ALL_SCOPES - {scope}}
    house.sandbox.options = dataclasses.replace(house.sandbox.options, tokens=tokens)
    write = writes(house)[kind]
    async with client(server(house, api_token=Secret("reader-token")), answer=says("accept")) as caller:
        first = data(await caller.call_tool(write.tool, write.arguments))
        second = await caller.call_tool(write.tool, write.arguments)
    assert first["status"] == "failed"
    assert scope in first["reason"]
    assert second.is_error
    assert scope in said(second)
    assert write.done() == 0


# What breaks on the way.

APPLIED: tuple[Kind, ...] = ("timeout_after", "reset_after", "server_error_after", "cut_off", "wrong_shape")
LOST: tuple[Kind, ...] = ("timeout_before", "reset_before", "server_error", "bad_gateway", "not_json")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payt_client, "_SECONDS", 0.4)
    monkeypatch.setattr(engine, "_PAUSE", 0.1)
    monkeypatch.setattr(sending, "_RETRIES", (0.05, 0.1))


async def struck(house: House, caller: Any, write: Write, fault: Kind) -> dict[str, Any]:
    """How it stands after its request was struck, and Payt was looked at again."""
    house.payt.faults.clear()
    house.payt.faults.add(Fault(fault, path=write.path, method=write.method))
    first = data(await caller.call_tool(write.tool, write.arguments))
    assert house.payt.faults.hits == 1
    return data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))


@pytest.mark.parametrize("fault", [*APPLIED, "rate_limited"])
@pytest.mark.usefixtures("hurried")
async def test_what_arrived_is_found_at_payt_and_what_was_refused_is_tried_again(house: House, fault: Kind) -> None:
    async with client(server(house), answer=says("accept")) as caller:
        for kind, write in writes(house).items():
            standing = await struck(house, caller, write, fault)
            assert (kind, standing["status"], write.done()) == (kind, ended(kind), 1)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.usefixtures("hurried")
async def test_what_did_not_arrive_stays_unknown_until_a_person_decides(house: House, fault: Kind) -> None:
    async with client(server(house), answer=says("accept")) as caller:
        ledger = Ledger(house.state)
        for kind, write in writes(house).items():
            standing = await struck(house, caller, write, fault)
            assert (kind, standing["status"], write.done()) == (kind, "outcome_unknown", 0)
            assert "May have been sent" in standing["summary"]
            assert data(await caller.call_tool(write.tool, write.arguments))["status"] == "outcome_unknown"
            assert write.done() == 0
            ledger.approve(standing["proposal_id"], PAGE, again=True)
            again = data(await caller.call_tool("check_approval", {"proposal_id": standing["proposal_id"]}))
            assert (kind, again["status"], write.done()) == (kind, ended(kind), 1)
        ledger.close()


@pytest.mark.usefixtures("hurried")
async def test_a_yes_to_send_again_what_had_arrived_sends_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for, it is not there yet; then it is, and a person who says "again" does not have it done twice."""
    every, keys = writes(house), dict[str, str]()
    async with client(server(house), answer=says("accept")) as caller:
        ledger = Ledger(house.state)
        with monkeypatch.context() as blind:
            blind.setattr(Writer, "look", nothing_seen)
            for kind, write in every.items():
                standing = await struck(house, caller, write, "reset_after")
                assert (kind, standing["status"], write.done()) == (kind, "outcome_unknown", 1)
                keys[kind] = standing["proposal_id"]
            sent = len(house.sandbox.requests)
            for key in keys.values():
                ledger.approve(key, PAGE, again=True)
            for kind, key in keys.items():
                left = await until(ledger, key, Status.SENT, Status.OUTCOME_UNKNOWN)
                assert left.status == "sent" or "Payt has it already" in left.outcome["trouble"], kind
        for kind, write in every.items():
            settled = data(await caller.call_tool("check_approval", {"proposal_id": keys[kind]}))
            assert (kind, settled["status"], write.done()) == (kind, ended(kind), 1)
        assert {one.method for one in list(house.sandbox.requests)[sent:]} == {"GET"}
        ledger.close()


async def nothing_seen(_writer: Writer, _record: Record) -> None:
    return None


@pytest.mark.usefixtures("hurried")
async def test_what_a_killed_process_left_is_taken_up_at_the_next_start(house: House) -> None:
    """It is not sent by that start; a person says again, and it is carried out once."""
    every, keys = writes(house), dict[str, str]()
    async with client(server(house)) as caller:
        for kind, write in every.items():
            keys[kind] = data(await caller.call_tool(write.tool, write.arguments))["proposal_id"]
    killed = Ledger(house.state)
    for key in keys.values():
        killed.approve(key, PAGE)
        killed.checking(key)
        assert killed.claim(key)
    killed.close()  # its lock is gone, as after kill -9
    async with client(server(house)) as caller:
        ledger = Ledger(house.state)
        for kind, write in every.items():
            standing = data(await caller.call_tool("check_approval", {"proposal_id": keys[kind]}))
            assert (kind, standing["status"], write.done()) == (kind, "outcome_unknown", 0)
        for key in keys.values():
            ledger.approve(key, PAGE, again=True)
        for kind, write in every.items():
            await until(ledger, keys[kind], Status.SENT, Status.APPLIED)
            assert (kind, write.done()) == (kind, 1)
        ledger.close()


# A comment is never made twice.


@ERAS
async def test_the_same_comment_again_answers_when_it_was_made(house: House, mode: str) -> None:
    wish = {"task": task(house), "comment": COMMENT}
    answer = says("accept")
    async with client(server(house), mode, answer) as caller:
        first = data(await caller.call_tool("comment_task", wish))
        again = data(await caller.call_tool("comment_task", wish))
    assert "Made at 20" in first["summary"]
    assert again["summary"] == f"Nothing was sent now: this was sent already. {first['summary']}"
    assert again["sent_at"] == first["sent_at"]
    assert len(answer.questions) == 1  # type: ignore[attr-defined]
    assert len(comments(house, wish["task"])) == 1


async def test_a_comment_laid_out_anew_is_warned_about(house: House) -> None:
    key = task(house)
    async with client(server(house), answer=says("accept")) as caller:
        await caller.call_tool("comment_task", {"task": key, "comment": COMMENT})
    async with client(server(house)) as caller:
        answer = data(await caller.call_tool("comment_task", {"task": key, "comment": " ".join(COMMENT.split())}))
    assert any("same comment stands on this task already" in text for text in answer["warnings"])


def older_comment(house: House, key: str) -> str:
    """Made a minute ago, so that its time alone does not tell it from a new one."""
    world = house.sandbox.world
    ago = (world.clock() - dt.timedelta(minutes=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    old = world.raw("4711", "tasks", key).get("comments", ())
    world.change("4711", "tasks", key, comments=(*old, (990001, COMMENT, ago)))
    return "990001"


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(("fault", "status"), [("reset_before", "outcome_unknown"), ("reset_after", "sent")])
async def test_an_older_identical_comment_does_not_settle_it(house: House, fault: Kind, status: str) -> None:
    write = writes(house)["comment"]
    key = write.arguments["task"]
    old = older_comment(house, key)
    async with client(server(house), answer=says("accept")) as caller:
        standing = await struck(house, caller, write, fault)
    assert standing["status"] == status
    made = [one for one in comments(house, key) if one != old]
    assert made == ([standing["message_id"]] if status == "sent" else [])


def test_a_comment_and_a_message_of_the_same_id_are_two(ledger: Ledger) -> None:
    """And what is the outcome of one proposal is not that of another."""
    message = approved(ledger, "message")
    assert ledger.claim(message.id)
    ledger.finish(message.id, Status.SENT, {}, message_id="7")
    for text, is_settled in (("first", True), ("second", False)):
        made, _ = ledger.propose(dataclasses.replace(draft(text), kind="comment"), TOOL)
        ledger.approve(made.id, PAGE)
        assert ledger.claim(made.id)
        ledger.finish(made.id, Status.OUTCOME_UNKNOWN, {})
        assert (ledger.settle(made.id, Status.SENT, {}, message_id="7") is not None) is is_settled
    assert ledger.credited("4711", "comment") == ledger.credited("4711") == {"7"}


async def test_two_layouts_of_a_comment_are_never_under_way_together(house: House) -> None:
    key = task(house)
    async with client(server(house)) as caller:
        wishes = ({"task": key, "comment": COMMENT}, {"task": key, "comment": " ".join(COMMENT.split())})
        first, second = [data(await caller.call_tool("comment_task", wish))["proposal_id"] for wish in wishes]
        ledger = Ledger(house.state)
        ledger.approve(first, PAGE)
        assert ledger.claim(first)
        ledger.approve(second, PAGE)
        answer = data(await caller.call_tool("check_approval", {"proposal_id": second}))
        ledger.close()
    assert answer["status"] == "approved"
    assert f"The same comment is being sent as proposal {first}" in answer["reason"]
    assert comments(house, key) == []
