"""One sandbox over TCP for all tests that only read it."""

from collections.abc import Iterator

import pytest

from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread

from .helpers import fixed_world


@pytest.fixture(scope="session")
def payt() -> Iterator[Handle]:
    """The fixed sandbox. Read it only."""
    with run_in_thread(create_app(fixed_world(), options=Options(rate=None))) as handle:
        yield handle
