"""What every test has: the event loop the SDK's own server runs on."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
