"""A question stands as long as its proposal waits: a person may take longer than ten minutes over it."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import ElicitResult

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.states import WAITS
from tests.support.house import House, client, data

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def answers_after(wait: dt.timedelta, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A user who says yes once the SDK's clock (it takes none as a parameter) has gone on by `wait`."""

    async def answer(_context: Any, _params: Any) -> ElicitResult:
        later = SimpleNamespace(time=lambda: time.time() + wait.total_seconds())
        monkeypatch.setattr("mcp.server.request_state.time", later)
        return ElicitResult(action="accept", content={"approve": True})

    return answer


def letter(house: House) -> dict[str, Any]:
    return {"subject": "Openstaand", "body": "Wilt u betalen?", "to_debtor": house.debtor()}


@pytest.mark.parametrize("wait", [dt.timedelta(minutes=11), dt.timedelta(days=1), WAITS - dt.timedelta(minutes=1)])
async def test_a_late_yes_sends_it_once(house: House, monkeypatch: pytest.MonkeyPatch, wait: dt.timedelta) -> None:
    async with client(house.server(), answer=answers_after(wait, monkeypatch)) as caller:
        assert caller.protocol_version == "2026-07-28"
        assert data(await caller.call_tool("send_message", letter(house)))["status"] == "sent"
    assert len(house.mails) == 1


async def test_a_yes_after_the_proposal_is_over_sends_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = WAITS + dt.timedelta(minutes=1)
    async with client(house.server(), answer=answers_after(wait, monkeypatch)) as caller:
        with pytest.raises(MCPError, match="expired"):
            await caller.call_tool("send_message", letter(house))
    assert house.mails == []


async def test_a_yes_to_what_was_rejected_meanwhile_sends_nothing(house: House) -> None:
    """The answer belongs to one proposal: where that is over, the same words are a new one, and a new question."""
    from payt_mcp.proposals.records import Who

    questions: list[str] = []

    async def answer(_context: Any, params: Any) -> ElicitResult:
        questions.append(params.message)
        if len(questions) > 1:
            return ElicitResult(action="cancel")
        ledger = Ledger(house.state)
        ledger.decline(ledger.pending()[0].id, Who("terminal", "", "anouk"))
        ledger.close()
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), answer=answer) as caller:
        assert data(await caller.call_tool("send_message", letter(house)))["status"] == "awaiting_approval"
    assert len(set(questions)) == 2
    assert house.mails == []
