"""A day's work on the page: many proposals, one list of them, and several noes at once."""

from __future__ import annotations

from typing import Any

import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.states import Status
from tests.support.browsing import press
from tests.support.house import House, client, data, letter, record, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
SIZES = """() => [...document.querySelectorAll("button, footer a, footer summary, footer label")]
  .map((one) => one.getBoundingClientRect()).filter((box) => box.height)
  .map((box) => Math.min(box.width, box.height))"""


async def many(caller: Any, house: House, number: int) -> list[str]:
    """Letters to two debtors in turn."""
    rows = house.sandbox.world.rows("4711", "debtors")
    debtors = [str(row["debtor_number"]) for row in rows if row["reminder_email_address"]][:2]
    return [
        data(await caller.call_tool("send_message", letter(house, subject=f"Nr {at}", to_debtor=debtors[at % 2])))[
            "proposal_id"
        ]
        for at in range(number)
    ]


async def test_letters_to_one_debtor_stand_together_behind_the_one_that_opened_the_page(
    house: House, chromium: Any
) -> None:
    async with client(house.server()) as caller:
        keys = await many(caller, house, 7)
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        order = await page.eval_on_selector_all("article", "all => all.map(one => one.id.slice(5))")
    assert order == [*keys[::2], *keys[1::2]]


async def test_several_are_rejected_at_once_from_the_list_and_none_is_approved(house: House, chromium: Any) -> None:
    async with client(house.server()) as caller:
        keys = await many(caller, house, 25)
        page = await chromium.new_page(viewport={"width": 390, "height": 844})
        await page.goto(house.opened[0])
        await page.click("text=All 25, 25 waiting")
        assert min(await page.evaluate(SIZES)) >= 44
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        for key in keys[:3]:
            await page.check(f"input[value^='{key} ']")
        await press(page, "#reject-several")
        await page.wait_for_selector("text=All 25, 22 waiting")
        ledger = Ledger(house.state)
        for key in keys[:3]:
            await until(ledger, key, Status.DECLINED)
        ledger.close()
        await page.click(f"footer a[href='#card-{keys[9]}']")
        assert await page.locator(f"#card-{keys[9]}").evaluate("one => one.getBoundingClientRect().top < 844")
    assert [record(house, key).status for key in keys[3:]] == ["proposed"] * 22
    assert house.mails == []
