"""A real browser for the tests of what a person clicks, and for the pictures of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

Listener = Callable[[Any], object]
WIDE: ViewportSize = {"width": 1280, "height": 720}
EMPTY = "about:blank"
LOOKS = 50
"""Milliseconds between two looks at a page; by itself the library looks at every frame, and each has to be drawn."""
NAMES = ("chromium", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have next to none
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP evil.example 127.0.0.1",  # what an attacker's name server may answer
)


def program() -> str:
    """Where the browser of this machine is; LookupError where there is none that can be driven."""
    if importlib.util.find_spec("playwright") is None:
        raise LookupError("playwright is not installed")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise LookupError(f"there is no {' or '.join(NAMES)} on this machine")
    return found


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window; LookupError where there is none."""
    from playwright.async_api import async_playwright

    async with async_playwright() as tool:
        running = await tool.chromium.launch(executable_path=program(), args=FLAGS)
        try:
            yield running
        finally:
            await running.close()


AWAKE = """() => !document.body.classList.contains("resting")
  && !document.getAnimations().some((one) => one.playState === "running")"""


async def awake(page: Any) -> None:
    """Wait until the buttons take a click again: they rest for a second after a change."""
    await page.wait_for_function(AWAKE, polling=LOOKS)


async def press(page: Any, selector: str) -> None:
    """Click as a person does: once more where the page says that it did not take the click."""
    await page.click(selector)
    while await page.locator(".untaken").count():
        await page.mouse.move(0, 0)
        await page.click(selector)


@pytest.fixture(scope="session")
def browser_program() -> str:
    """Where the browser is. Without one the test skips; with `CI_BROWSER` set it fails.

    Whatever needs a browser asks for this first. It is not asynchronous on purpose: a skip inside a coroutine ends the
    event loop that the other tests of the module run on.
    """
    try:
        return program()
    except LookupError as missing:
        if os.environ.get("CI_BROWSER"):
            pytest.fail(f"CI_BROWSER is set, and {missing}.")
        pytest.skip(f"Not tried in a browser: {missing}.")


class Windows:
    """Opens windows that wait for what a test waits for, as long as a busy machine needs.

    Each is a page in a context of its own. For a new one the browser starts four processes, so that one that a test is
    done with is emptied and given again: without its cookies, listeners, routes and size.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: dict[bool, list[Page]] = {True: [], False: []}
        self._given: list[tuple[list[Page] | None, Page]] = []
        self._heard: list[tuple[Any, str, Listener]] = []

    async def new_page(
        self,
        *,
        viewport: ViewportSize = WIDE,
        color_scheme: Literal["light", "dark"] = "light",
        java_script_enabled: bool = True,
        for_once: bool = False,
    ) -> Page:
        """`for_once`: what is done to it would stay with it, as a clock does."""
        idle = self._idle[java_script_enabled]
        page = idle.pop() if idle and not for_once else await self._made(java_script_enabled)
        self._given.append((None if for_once else idle, page))
        await page.set_viewport_size(viewport)
        await page.emulate_media(color_scheme=color_scheme)
        return page

    async def _made(self, java_script_enabled: bool) -> Page:
        context = await self._browser.new_context(java_script_enabled=java_script_enabled)
        context.set_default_timeout(120_000)
        return await context.new_page()

    def hear(self, page: Any, event: str, listener: Listener) -> None:
        """Listen for as long as the test has the page."""
        page.on(event, listener)
        self._heard.append((page, event, listener))

    def errors(self, page: Page) -> list[str]:
        """What its console says is wrong, as it comes."""
        said: list[str] = []
        self.hear(page, "console", lambda message: said.append(message.text) if message.type == "error" else None)
        return said

    async def put_away(self) -> None:
        """Empty the windows that were given, for the next test."""
        for page, event, listener in self._heard:
            page.remove_listener(event, listener)
        for idle, page in self._given:
            if idle is None:
                await page.context.close()
            elif await _emptied(page):
                idle.append(page)
        self._heard, self._given = [], []


async def _emptied(page: Page) -> bool:
    """Whether the page can be given again."""
    from playwright.async_api import Error

    context = page.context
    try:
        for other in context.pages:
            if other is not page:
                await other.close()
        await page.unroute_all(behavior="ignoreErrors")
        if page.url != EMPTY:
            async with page.expect_navigation(url=EMPTY):
                await page.evaluate("location.replace('about:blank')")  # from within, so that its process stays
        await context.clear_cookies()
    except Error:
        await context.close()
        return False
    return True


@pytest.fixture(scope="package")
async def windows(browser_program: str) -> AsyncIterator[Windows]:
    async with browser() as running:
        yield Windows(running)


@pytest.fixture
async def chromium(windows: Windows) -> AsyncIterator[Windows]:
    """A browser whose windows are all empty; what a test opens in it is put away after it."""
    yield windows
    await windows.put_away()
