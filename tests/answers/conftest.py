"""What the tests of answers share."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
