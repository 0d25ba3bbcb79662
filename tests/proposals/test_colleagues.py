"""Two people over one record of writes: neither sees, approves or repeats what the other proposed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.states import Status
from payt_mcp.server.server import PaytServer
from payt_mcp.settings import Secret
from payt_sandbox.api.faults import Fault
from payt_sandbox.signin.access import Token
from tests.support.house import PAGE, House, client, data, letter, said, says, until

WORDS = "Wilt u deze betalen?"


def of_colleague(house: House, **changes: Any) -> PaytServer:
    house.sandbox.options = dataclasses.replace(house.sandbox.options, tokens={"other-token": Token()})
    return house.server(api_token=Secret("other-token"), **changes)


async def test_what_a_colleague_sent_is_told_by_its_day_alone_and_not_sent_again(house: House) -> None:
    async with client(house.server(), answer=says("accept")) as caller:
        sent = data(await caller.call_tool("send_message", letter(house)))
    assert sent["status"] == "sent"
    asked = says("accept")
    async with client(of_colleague(house), answer=asked) as caller:
        answer = await caller.call_tool("send_message", letter(house))
        told = data(answer)
        day = sent["sent_at"][:10]
        assert told["summary"] == f"Nothing was sent now: this was sent by a colleague on {day}."
        assert not {"preview", "warnings", "approved", "message_id"} & told.keys()
        assert WORDS not in said(answer)
        theirs = await caller.call_tool("check_approval", {"proposal_id": sent["proposal_id"]})
        assert theirs.is_error
        assert "There is no proposal" in said(theirs)
    assert asked.questions == []  # type: ignore[attr-defined]
    assert len(house.mails) == 1


async def test_a_yes_to_what_a_colleague_sent_meanwhile_sends_nothing_and_says_so(house: House) -> None:
    async with client(house.server(browser=False)) as ours, client(of_colleague(house, browser=False)) as theirs:
        keys = [data(await caller.call_tool("send_message", letter(house)))["proposal_id"] for caller in (ours, theirs)]
        assert keys[0] != keys[1]
        ledger = Ledger(house.state)
        ledger.approve(keys[0], PAGE)
        await until(ledger, keys[0], Status.SENT)
        ledger.approve(keys[1], PAGE)
        await until(ledger, keys[1], Status.SUPERSEDED)
        ledger.close()
        told = data(await theirs.call_tool("check_approval", {"proposal_id": keys[1]}))
        assert told["summary"].startswith("Nothing was sent, because the same was sent by a colleague at 20")
        assert keys[0] not in str(told)
        again = data(await theirs.call_tool("send_message", letter(house)))
        assert again["summary"].startswith("Nothing was sent now: this was sent by a colleague on ")
    assert len(house.mails) == 1


@pytest.mark.parametrize("same", [True, False], ids=["content", "letter"])
async def test_what_a_colleague_may_have_sent_holds_the_same_back(house: House, same: bool) -> None:
    house.sandbox.faults.add(Fault("reset_before", "/v1/messages", "POST", times=1))
    async with client(house.server(), answer=says("accept")) as caller:
        lost = data(await caller.call_tool("send_message", letter(house)))
    assert lost["status"] == "outcome_unknown"
    changes = {} if same else {"bcc": ["archive@crediteur.example"]}
    async with client(of_colleague(house), answer=says("accept")) as caller:
        answer = await caller.call_tool("send_message", letter(house, **changes))
        told = data(answer)
    if same:
        assert "may have been sent by a colleague" in told["summary"]
        assert WORDS not in said(answer)
    else:
        assert told["reason"].startswith("The same may have been sent by a colleague. This one waits")
        assert lost["proposal_id"] not in said(answer)
    assert house.mails == []
