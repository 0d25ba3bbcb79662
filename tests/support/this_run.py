"""Which run of the tests this is, told the same in all of its processes."""

import os
import secrets

NAME = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(16)
"""A number of a process would name an earlier run one day."""


def process() -> int:
    """The number of the process that the run ends with."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
