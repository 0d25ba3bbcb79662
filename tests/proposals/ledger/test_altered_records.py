"""A record that another program altered: it is noticed at the next step, and nothing of it is sent."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.chain import Chain
from payt_mcp.proposals.ledger.ledger import Ledger
from tests.support.house import (
    PAGE,
    TOOL,
    House,
    approved,
    client,
    data,
    draft,
    edit,
    letter,
    said,
)

pytestmark = pytest.mark.anyio
STEPS: dict[str, Callable[[Ledger, str], object]] = {
    "approve": lambda ledger, key: ledger.approve(key, PAGE),
    "decline": lambda ledger, key: ledger.decline(key, PAGE),
    "supersede": lambda ledger, key: ledger.supersede(key, "it changed"),
    "code": lambda ledger, key: ledger.issue_code(key, "AAAA", TOOL),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_vouches_for_what_another_program_wrote(ledger: Ledger, step: str) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(ledger.folder, "UPDATE proposals SET content = replace(content, 'pay', 'EVIL')")
    with pytest.raises(AlteredError):
        STEPS[step](ledger, record.id)
    with pytest.raises(AlteredError):
        ledger.verify()


def test_a_history_that_was_altered_along_with_its_proposal_is_noticed_at_the_next_step(ledger: Ledger) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(ledger.folder, "UPDATE events SET who = 'somebody'")
    with pytest.raises(AlteredError, match="Event 1"):
        ledger.approve(record.id, PAGE)


def test_nobody_can_alter_anything_between_the_look_at_the_ledger_and_the_claim(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two are one step, which holds the lock for writing."""
    record = approved(ledger)
    check, refused = Chain.check, list[str]()

    def checked_then_altered(chain: Chain, *given: Any) -> Any:
        result = check(chain, *given)
        with sqlite3.connect(ledger.path, timeout=0) as other, pytest.raises(sqlite3.OperationalError) as error:
            other.execute("UPDATE proposals SET content = replace(content, 'pay', 'EVIL')")
        other.close()
        refused.append(str(error.value))
        return result

    monkeypatch.setattr(Chain, "check", checked_then_altered)
    assert ledger.claim(record.id)
    assert refused == ["database is locked"]


async def test_what_was_altered_after_it_was_shown_is_not_sent(house: House) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            page = await browser.get(house.opened[0])
            token = re.search(r'name="token" value="([^"]+)"', page.text)
            assert token
            edit(house.state, "UPDATE proposals SET content = replace(content, 'Wilt u', 'EVIL')")
            form = {"id": key, "token": token[1], "action": "approve"}
            origin = house.opened[0].split("/open")[0]
            await browser.post(f"{page.url}decide", data=form, headers={"Origin": origin})
        answer = await caller.call_tool("check_approval", {"proposal_id": key})
    assert "approved" not in said(answer)
    assert house.mails == []
    with pytest.raises(AlteredError):
        Ledger(house.state)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposals SET content = '{broken'",
        "UPDATE proposals SET content = '[]'",
        "UPDATE proposals SET outcome = 'null'",
        "UPDATE proposals SET status = 'odd'",
        "UPDATE proposals SET created_at = 'yesterday'",
        "UPDATE proposals SET preview = x'00ff'",
        "UPDATE proposals SET baseline = '7'",
        "UPDATE proposals SET scope = x'00ff'",
        "UPDATE events SET at = 'yesterday'",
        "UPDATE events SET detail = x'00ff'",
    ],
)
def test_what_cannot_be_read_was_altered(ledger: Ledger, statement: str) -> None:
    record, _ = ledger.propose(draft(), TOOL)
    edit(ledger.folder, statement)
    with pytest.raises(AlteredError):
        ledger.approve(record.id, PAGE)
    with pytest.raises(AlteredError):
        ledger.verify()


async def test_a_row_that_cannot_be_read_leaves_the_server_reading(house: House) -> None:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        edit(house.state, "UPDATE proposals SET content = '{broken', status = 'approved'")
        await anyio.sleep(1.5)
        assert not (await caller.call_tool("list_administrations", {})).is_error
        answer = said(await caller.call_tool("check_approval", {"proposal_id": key}))
    assert "was altered" in answer
    assert "It may have been sent" in answer
    assert "nothing was sent" not in answer.lower()
