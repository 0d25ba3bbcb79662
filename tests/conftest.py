"""What every test has: the event loop the SDK's own server runs on, and nothing of whoever runs it."""

import gc
import os
import signal

import httpx
import hypothesis
import keyring
import pytest
from hypothesis import HealthCheck
from keyring.backends import fail

from tests.support import bytecode, in_memory, once


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


# The servers of the tests are on this machine, and no proxy of whoever runs them stands between.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

# What a test asks by itself may take as long as a busy machine needs; the library gives up after five seconds.
httpx._config.DEFAULT_TIMEOUT_CONFIG.__init__(120.0)  # type: ignore[misc]

# Tests run beside others, on machines of any speed: how long an example took says nothing.
hypothesis.settings.register_profile("side-by-side", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("side-by-side")


once.remember()
bytecode.keep()
in_memory.keep()


def pytest_configure(config: pytest.Config) -> None:
    """Before the processes start that run the tests, if there will be any."""
    if getattr(config.option, "numprocesses", None):
        bytecode.make(config.invocation_params.dir / place.split("::")[0] for place in config.args)


FIRST = {"tests/proposals/test_storm.py"}
"""The longest: begun last, it would run on alone when all others have ended."""


# Whatever is loaded stays to the end; looking through it for garbage, again and again, is a tenth of a run.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish() -> None:
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.split("::")[0] not in FIRST)
    for item in items:
        if "browser_program" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def _no_keyring() -> None:
    """The keyring of whoever runs the tests is left alone, and not waited for."""
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]  # the library leaves it untyped


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """A shell starts what it runs in the background with SIGINT ignored, and a process of a test would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
