"""Who is alive: each process holds a lock file, and the system lets go of it when it ends, however it ends."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from payt_mcp.disk import try_lock


class Owner:
    """A process as the owner of what it sends: a lock file it holds as long as it lives."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.name = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._descriptor: int | None = os.open(folder / self.name, os.O_RDWR | os.O_CREAT, 0o600)
        if not try_lock(self._descriptor):  # a name of its own cannot be held by another
            raise OSError(0, "the lock of this process cannot be taken")

    def take(self) -> str:
        return self.name

    def was(self, name: str) -> bool:
        return name == self.name

    holds = was

    def dead(self, names: Collection[str]) -> set[str]:
        """Those that live no more."""
        return {name for name in names if not is_alive(self._folder, name)}

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
        alive = not try_lock(descriptor)
    finally:
        os.close(descriptor)
    if not alive:
        with suppress(OSError):
            path.unlink()
    return alive
