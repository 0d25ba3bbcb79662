"""The operating system's keyring, where there is one that works; what it does not take goes into a file.

`keyring` is an optional extra, loaded when it is needed. Its backends differ: some only fail, some keep nothing, some
keep plain text (our own file is no worse), Windows takes 2,560 bytes, and each may wait for a person to unlock it.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

SERVICE = "payt-mcp"
_RECOMMENDED = 1
_PATIENCE = 10.0


class VaultError(Exception):
    """The keyring did not do what was asked, for whatever reason of its own."""


class VaultSilentError(VaultError):
    """It gave no answer in time; asking for more would only take as long again."""


class Vault:
    """Entries of the user's keyring. `patience` is how long, in seconds, one may wait for it to be unlocked."""

    def __init__(self, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._backend: Any = None

    def is_there(self) -> bool:
        """Whether there is a keyring that keeps what it is given, and keeps it safely."""
        with suppress(VaultError):
            return bool(self._asked(lambda: self._keyring().priority >= _RECOMMENDED))
        return False

    def keep(self, name: str, value: str) -> None:
        """Keep an entry, and see that it is there: a backend may cut it or drop it without a word.

        Raises:
            VaultError: it was not kept.
        """
        self._asked(lambda: self._keyring().set_password(SERVICE, name, value))
        if self.read(name) != value:
            raise VaultError

    def read(self, name: str) -> str | None:
        """Raises VaultError."""
        found = self._asked(lambda: self._keyring().get_password(SERVICE, name))
        return found if isinstance(found, str) else None

    def remove(self, name: str) -> None:
        """Raises VaultError where it cannot be removed; one that is not there is no error."""
        if self.read(name) is not None:
            self._asked(lambda: self._keyring().delete_password(SERVICE, name))

    def _keyring(self) -> Any:
        if self._backend is None:
            self._backend = importlib.import_module("keyring").get_keyring()
        return self._backend

    def _asked(self, step: Callable[[], Any]) -> Any:
        """The answer of the keyring. It is asked in a thread that is left behind when it gives none."""
        found: list[Any] = []
        troubles: list[str] = []

        def ask() -> None:
            try:
                found.append(step())
            except Exception as error:  # noqa: BLE001 - backends raise what their platform does (D-Bus, pywin32, ctypes)
                troubles.append(type(error).__name__)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self._patience)
        if found:
            return found[0]
        raise VaultError(troubles[0]) if troubles else VaultSilentError("it gave no answer")
