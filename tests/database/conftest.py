"""A database with all tables for each test."""

from collections.abc import Iterator

import pytest

from tests.support import postgres


@pytest.fixture
def database_url() -> Iterator[str]:
    with postgres.a_database(postgres.of_this_run()) as url:
        yield url
