"""A real browser for the tests of the approval page, and for its pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

NAMES = ("chromium", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have next to none
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP evil.example 127.0.0.1",  # what an attacker's name server may answer
)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window. Where there is none the test skips; with `CI_BROWSER` set it fails."""
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        _missing("playwright is not installed")
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        _missing(f"there is no {' or '.join(NAMES)} on this machine")
    async with async_playwright() as tool:
        running = await tool.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield running
        finally:
            await running.close()


def _missing(what: str) -> NoReturn:
    if os.environ.get("CI_BROWSER"):
        pytest.fail(f"CI_BROWSER is set, and {what}.")
    pytest.skip(f"The approval page was not tried in a browser: {what}.")
