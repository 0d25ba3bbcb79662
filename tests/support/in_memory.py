"""Where there is room, the folders of tests are in memory: a record of writes waits for the disk with each step, and
hundreds of tests that do so at once wait for each other.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3
"""Bytes that must be free; a run takes less than a tenth of it."""


def keep() -> None:
    """For this process and all that it starts, unless whoever runs the tests said where they should be."""
    if "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # it is looked up again


def _has_room() -> bool:
    try:
        free = shutil.disk_usage(_MEMORY).free
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):  # not Linux
        return False
    return os.access(_MEMORY, os.W_OK | os.X_OK) and min(free, available) > _ROOM
