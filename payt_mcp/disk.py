"""Files of this user alone, written whole and durably; and locks the system lets go of when a process ends."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 10.0


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file, if nobody holds it; closing the file lets go of it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - exists on Windows only

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - exists everywhere but on Windows

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file for a moment.

    Raises:
        TimeoutError: someone else holds it for longer than ten seconds.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        give_up = time.monotonic() + _PATIENCE
        while not try_lock(descriptor):
            if time.monotonic() > give_up:
                raise TimeoutError(0, f"{path.name} is held by another process")
            time.sleep(0.002)
        yield
    finally:
        os.close(descriptor)


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, durably, for the user alone."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def keep_entries(folder: Path) -> None:
    """Have what was renamed or removed in a folder on disk; where that cannot be asked for (Windows), nothing."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def nearest(folder: Path) -> Path:
    """The folder, or the first of those around it that there is."""
    return next((one for one in (folder, *folder.parents) if one.exists()), folder)


def can_be_made(folder: Path) -> bool:
    """Whether a folder is there or can be made, and files in it."""
    near = nearest(folder)
    return near.is_dir() and os.access(near, os.W_OK | os.X_OK)
