"""The approval pages of a team as people use them, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from payt_mcp.proposals.states import Status
from tests.proposals.asking.test_page import UNREADABLE
from tests.server.team.pages.serving import Served, served
from tests.support.browsing import press

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@pytest.fixture(scope="module")
async def pages(browser_program: str, anyio_backend: str) -> AsyncIterator[Served]:
    async with served() as running:
        yield running


async def test_two_people_say_yes_and_see_it_happen(pages: Served, chromium: Any) -> None:
    """The page of the first shows the yes of the second without being loaded again; no message of the browser's."""
    record = await pages.stage.proposed("piet", amount="2500.00")
    anns, brams = await pages.window(chromium, "ann"), await pages.window(chromium, "bram")
    errors = [chromium.errors(page) for page in (anns, brams)]
    for page in (anns, brams):
        await page.goto(f"{pages.url}/approvals")
        await page.click(f"a[href='/approvals/{record.id}']")
    await anns.evaluate("window.sameDocument = true")
    await press(anns, f"#approve-{record.id}")
    await anns.wait_for_selector("text=It waits for the yes of 1 more")
    await brams.wait_for_selector("text=Ann Aal, ")
    await press(brams, f"#approve-{record.id}")
    await anns.wait_for_selector("text=Approved; not sent yet.")
    assert await anns.evaluate("window.sameDocument")
    assert errors == [[], []]
    assert (await pages.stage.now(record)).status is Status.APPROVED


async def test_without_scripts_and_by_keyboard(pages: Served, chromium: Any) -> None:
    """The Enter key in the reason for a no presses no button."""
    record = await pages.stage.proposed("piet")
    page = await pages.window(chromium, "ann", java_script_enabled=False)
    await page.goto(f"{pages.url}/approvals/{record.id}")
    await page.type("[name=why]", "Bel")
    await page.keyboard.press("Enter")
    await page.type("[name=why]", "eerst")
    assert (await pages.stage.now(record)).status is Status.PROPOSED
    await page.focus(f"#reject-{record.id}")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await page.wait_for_selector("text=The reason given: Bel eerst")
    assert (await pages.stage.now(record)).status is Status.DECLINED


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_is_readable_and_fits_a_phone(pages: Served, chromium: Any, scheme: Any) -> None:
    record = await pages.stage.proposed("piet", body="x" * 900)
    page = await pages.window(chromium, "ann", color_scheme=scheme, viewport={"width": 390, "height": 844})
    for path in ("/approvals", f"/approvals/{record.id}", "/connections", "/approvals/p-none"):
        await page.goto(f"{pages.url}{path}")
        found = await page.evaluate(UNREADABLE)
        assert found["poor"] == []
        assert found["seen"] > 5
        assert await page.evaluate("document.documentElement.scrollWidth") == 390, path
