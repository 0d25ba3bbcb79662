"""Two replicas over one database, and people of two companies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from payt_mcp.database.database import Database
from payt_mcp.settings import Secret
from tests.server.team.authorization.stage import Stage
from tests.support import postgres
from tests.support.browsing import browser_program, chromium, windows

__all__ = ["browser_program", "chromium", "database", "filled", "stage", "windows"]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with postgres.a_database(postgres.of_this_run()) as url:
        opened = Database(Secret(url))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
async def filled(database: Database) -> Stage:
    stage = Stage(database)
    await stage.fill()
    return stage


@pytest.fixture
async def stage(filled: Stage) -> AsyncIterator[Stage]:
    """As it is at the beginning of every test, but for what the database has."""
    await filled.begin()
    yield filled
    await filled.end()
