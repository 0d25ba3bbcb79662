"""One database for a module, and companies of their own in it for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payt_mcp.database.database import Database
from payt_mcp.settings import Secret
from tests.support import company, postgres
from tests.support.house import Clock


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres.a_database(postgres.of_this_run()) as url:
        yield url


@pytest.fixture(scope="module")
def database(url: str) -> Iterator[Database]:
    database = Database(Secret(url))
    yield database
    database.close()


@pytest.fixture
def opens(database: Database, clock: Clock) -> Iterator[company.Opens]:
    """Opens the ledger of a company that is new, once more for each process there is to be."""
    with company.processes(database, clock) as opened:
        yield opened
