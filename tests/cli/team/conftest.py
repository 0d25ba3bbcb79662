"""One database for a module's commands."""

from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

import pytest

from tests.support import postgres
from tests.support.commands import run_here

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with postgres.a_database(postgres.of_this_run()) as url:
        yield url


@pytest.fixture(scope="module")
def team(database_url: str) -> Run:
    """`payt-mcp team ...` on that database."""

    def run(*arguments: str, **settings: str) -> CompletedProcess[str]:
        return run_here("team", *arguments, env={"PAYT_DATABASE_URL": database_url, **settings})

    return run
