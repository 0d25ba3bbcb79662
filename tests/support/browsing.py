"""A real browser for the tests of what a person clicks, and for the pictures of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

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
    await page.wait_for_function(AWAKE)


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


@pytest.fixture(scope="module")
async def browser_process(browser_program: str) -> AsyncIterator[Any]:
    async with browser() as running:
        yield running


class Windows:
    """Opens windows that wait for what a test waits for, as long as a busy machine needs."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def new_context(self, **options: Any) -> BrowserContext:
        context = await self._browser.new_context(**options)
        context.set_default_timeout(120_000)
        return context

    async def new_page(self, **options: Any) -> Page:
        return await (await self.new_context(**options)).new_page()


@pytest.fixture
async def chromium(browser_process: Any) -> AsyncIterator[Windows]:
    """A browser without windows; what a test opens in it is closed after it."""
    yield Windows(browser_process)
    for context in browser_process.contexts:
        await context.close()
