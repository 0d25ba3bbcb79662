"""A record that somebody altered: whoever clicks Approve is told so, that nothing was sent, and what to do."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.proposals.asking.test_terminal import run
from tests.support.browsing import press
from tests.support.house import House, client, data, letter

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


def edit(house: House, statement: str) -> None:
    with sqlite3.connect(house.state / "ledger.sqlite3", isolation_level=None) as db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("UPDATE proposals SET content = replace(content, 'Wilt', 'Moet') WHERE id = '{mine}'", "Proposal {mine} in"),
        ("UPDATE events SET who = '{{}}' WHERE proposal_id = '{other}'", "Event 1 of the ledger was altered"),
        (
            "UPDATE proposals SET preview = replace(preview, 'warnings', 'x') WHERE id = '{other}'",
            "cannot be shown: it was altered",
        ),
        ("UPDATE proposals SET outcome = 'x' WHERE id = '{other}'", "Proposal {other} in the ledger cannot be read"),
    ],
    ids=["this proposal", "another's history", "what cannot be shown", "what cannot be read"],
)
async def test_a_click_on_approve_says_that_the_record_was_altered(
    house: House, which: str, said: str, chromium: Any
) -> None:
    async with client(house.server()) as caller:
        other = data(await caller.call_tool("send_message", letter(house, subject="Een ander")))["proposal_id"]
        mine = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        edit(house, which.format(mine=mine, other=other))
        await press(page, f"#approve-{mine}")
        await page.wait_for_selector("text=payt-mcp approvals verify")
        shown = await page.inner_text("main")
        assert said.format(mine=mine, other=other) in shown
        assert "nothing was sent" in shown or "not sent yet" in shown
    assert house.mails == []
    done = run(house, "verify")
    assert done.returncode == 1
    assert "To begin a new record, move" in done.stderr


async def test_the_alarm_is_red_and_goes_when_a_click_works_again(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        mine = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        edit(house, f"UPDATE proposals SET owner = 'x' WHERE id = '{mine}'")
        await press(page, f"#approve-{mine}")
        await page.wait_for_selector("#alert li.danger")
        assert await page.title() == "Not done - Payt approvals"
        edit(house, f"UPDATE proposals SET owner = '' WHERE id = '{mine}'")
        await press(page, f"#approve-{mine}")
        await page.wait_for_selector("text=Sent at")
        assert await page.locator("#alert").count() == 0
    assert len(house.mails) == 1
