"""A window of the tests that is given again is as a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browsing import WIDE, Windows

if TYPE_CHECKING:
    from playwright.async_api import ViewportSize

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

TELLING = "data:text/html,<title>found</title><script>onpointermove = () => { document.title = 'touched'; }</script>"
NARROW: ViewportSize = {"width": 390, "height": 844}


async def test_nothing_of_the_test_before_is_left_in_a_window(chromium: Windows) -> None:
    before = await chromium.new_page(viewport=NARROW, color_scheme="dark")
    heard = chromium.errors(before)
    await before.context.add_cookies([{"name": "a", "value": "b", "url": "http://127.0.0.1"}])
    await before.route("http://127.0.0.1/", lambda route: route.fulfill(body=""))
    await before.goto(TELLING)
    await before.mouse.move(50, 50)
    assert await before.title() == "touched"
    async with before.expect_popup():
        await before.evaluate("window.open('about:blank')")
    await chromium.put_away()

    page = await chromium.new_page()
    assert page is before
    assert (page.url, page.context.pages) == ("about:blank", [page])
    assert await page.context.cookies() == []
    await page.goto(TELLING)
    assert (
        await page.evaluate("fetch('http://127.0.0.1/', { mode: 'no-cors' }).then(() => 'routed', () => 'refused')")
        == "refused"
    )
    assert await page.evaluate("[innerWidth, innerHeight]") == [*WIDE.values()]
    assert not await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    async with page.expect_console_message(lambda message: message.text == "to nobody"):
        await page.evaluate("console.error('to nobody')")
    assert heard == []
    assert await page.title() == "found"  # the pointer is not where it was


async def test_a_window_for_once_is_not_given_again(chromium: Windows) -> None:
    for_once = await chromium.new_page(for_once=True)
    await chromium.put_away()
    assert for_once.is_closed()
    assert await chromium.new_page() is not for_once
