"""What the tests of single rooms share."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
