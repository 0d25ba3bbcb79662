"""Locks the operating system lets go of when a process ends, however it ends: who is alive, and whose turn it is."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 10.0


def _try_lock(descriptor: int) -> bool:
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
        while not _try_lock(descriptor):
            if time.monotonic() > give_up:
                raise TimeoutError(0, f"{path.name} is held by another process")
            time.sleep(0.002)
        yield
    finally:
        os.close(descriptor)


class Owner:
    """A process as the owner of what it sends: a lock file it holds as long as it lives."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.name = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._descriptor: int | None = os.open(folder / self.name, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try_lock(self._descriptor):  # a name of its own cannot be held by another
            raise OSError(0, "the lock of this process cannot be taken")

    def release(self) -> None:
        """Stop being alive to others; may be called twice."""
        if self._descriptor is not None:
            with suppress(OSError):
                (self._folder / self.name).unlink()
            os.close(self._descriptor)
            self._descriptor = None


def is_alive(folder: Path, name: str) -> bool:
    """Whether the owner of that name still holds its lock file; one that cannot be looked at counts as alive."""
    path = folder / name
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        alive = not _try_lock(descriptor)
    finally:
        os.close(descriptor)
    if not alive:
        with suppress(OSError):
            path.unlink()
    return alive
