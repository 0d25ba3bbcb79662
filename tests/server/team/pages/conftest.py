"""One stage for all tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from payt_mcp.database.database import Database
from payt_mcp.settings import Secret
from tests.server.team.pages.stage import Stage
from tests.support import postgres
from tests.support.browsing import browser_program, chromium, windows

__all__ = ["browser_program", "chromium", "stage", "windows"]


@pytest.fixture(scope="module")
async def stage(anyio_backend: str) -> AsyncIterator[Stage]:
    with postgres.a_database(postgres.of_this_run()) as url:
        database = Database(Secret(url))
        made = Stage(database)
        await made.fill()
        yield made
        await made.close()
        database.close()
