"""Where a sign-in is kept: a small file for each API URL, and its secrets in the user's keyring or in that file.

The file is there in both cases: whether it changed can be seen without asking the keyring, and it holds what is known
about the last renewal. Every write is on disk before it counts, and whoever reads sees the old state or the new one.
"""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import stat
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import anyio

from payt_mcp.disk import keep_entries, try_lock, write_private
from payt_mcp.errors import SignInStoreError
from payt_mcp.payt.signin.grants import GrantTrouble
from payt_mcp.payt.signin.sign_in import KINDS, SignIn, Tokens
from payt_mcp.payt.signin.vault import Vault, VaultError, VaultSilentError

FOLDER = "signin"
PATIENCE = 45.0
"""Seconds to wait for another process to renew the sign-in: longer than a renewal can take."""

Place = Literal["keyring", "file"]
_LAYOUT = 1
_MOST_BYTES = 1 << 20
_PLAIN = ("client_id", "scope", "renewing", "ended", "grant")


class SignInStore:
    """The sign-in for one API URL. What it does to the disk and the keyring blocks: call it in a thread.

    Args:
        state_dir: the state folder of this user.
        api_url: which Payt it is for.
        vault: the user's keyring.
    """

    def __init__(self, state_dir: Path, api_url: str, vault: Vault | None = None) -> None:
        name = hashlib.sha256(api_url.encode()).hexdigest()[:16]
        self.path = state_dir / FOLDER / f"{name}.json"
        self._lock = self.path.with_suffix(".lock")
        self._api_url = api_url
        self._vault = vault or Vault()

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes whenever something is kept; None where nothing is. As cheap as a look at the file's dates."""
        try:
            found = self.path.lstat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def whose(self) -> tuple[str, str] | None:
        """Whose sign-in it is and which one (`SignIn.whose`, `SignIn.login`), without asking the keyring.

        Raises:
            SignInStoreError: it cannot be read.
        """
        found = self._content()
        return None if found is None else (str(found["whose"]), str(found["login"]))

    def kind(self) -> str:
        """Its kind, without asking the keyring; empty where there is none. Raises SignInStoreError."""
        found = self._content()
        return "" if found is None else str(found["kind"])

    def read(self) -> SignIn | None:
        """The sign-in; None where there is none.

        Raises:
            SignInStoreError: it cannot be read.
        """
        found = self._content()
        if found is None:
            return None
        kept: Any = found.get("tokens") if found["kept"] == "file" else self._from_vault(found["login"])
        try:
            return SignIn(
                next(kind for kind in KINDS if kind == found["kind"]),
                found["login"],
                Tokens.from_json(kept),
                *(str(found.get(name, "")) for name in _PLAIN),
            )
        except (KeyError, TypeError, ValueError, StopIteration):
            raise self._unreadable() from None

    def knows(self, client_id: str) -> bool:
        """Whether somebody who signed in through this application has not signed out since."""
        return client_id in _grants(self._before())

    def begin(self, signin: SignIn, *, someone_else: bool = False) -> Place:
        """Keep a new sign-in in the place of the one before it: in the keyring where that works, else in the file.

        It goes on with the grant of whoever signed in through the same application before, and has not signed out
        since; not where it is `someone_else`.

        Raises:
            SignInStoreError: it cannot be kept.
        """
        before = self._before()
        if signin.kind == "oauth" and not someone_else:
            signin = dataclasses.replace(signin, grant=_grants(before).get(signin.client_id, signin.grant))
        place: Place = "keyring" if self._vault.is_there() and self._in_vault(signin) else "file"
        self._write(signin, place, before)
        if before is not None and before["kept"] == "keyring":
            with suppress(VaultError):  # an entry that stays behind opens nothing once Payt has rotated its token
                self._vault.remove(self._entry(before["login"]))
        return place

    def keep(self, signin: SignIn) -> None:
        """Keep the same sign-in with its new tokens, durably.

        Raises:
            SignInStoreError: they are not kept.
        """
        found = self._content()
        place: Place = "keyring" if found and found["kept"] == "keyring" and self._in_vault(signin) else "file"
        self._write(signin, place, found)
        if found and found["kept"] == "keyring" and place == "file":
            with suppress(VaultError):  # it holds the tokens that were just replaced
                self._vault.remove(self._entry(signin.login))

    def note(self, signin: SignIn) -> None:
        """Put on disk how a renewal stands (`renewing`, `ended`); the tokens stay as they are.

        Raises:
            SignInStoreError: it cannot be written.
        """
        found = self._content()
        self._write(signin, "keyring" if found and found["kept"] == "keyring" else "file", found)

    def remove(self) -> bool:
        """Forget it; False where there was nothing to forget.

        Raises:
            SignInStoreError: it cannot be removed.
        """
        before = self._before()
        if self.stamp() is None:
            return False
        try:
            if before is not None and before["kept"] == "keyring":
                self._vault.remove(self._entry(before["login"]))
            self.path.unlink()
            keep_entries(self.path.parent)
        except (OSError, VaultError) as error:
            raise SignInStoreError(f"The sign-in in {self.path} could not be removed ({_said(error)}).") from None
        return True

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Be the only one, of all processes, that renews this sign-in or changes it.

        Raises:
            GrantTrouble: another has been at it for too long.
            SignInStoreError: the lock cannot be made.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            give_up = anyio.current_time() + PATIENCE
            while not try_lock(descriptor):
                if anyio.current_time() > give_up:
                    raise GrantTrouble("another process has been renewing it for too long", taken=False)
                await anyio.sleep(0.02)
            yield
        finally:
            os.close(descriptor)

    def _before(self) -> dict[str, Any] | None:
        """What the file says, as far as it can be read."""
        with suppress(SignInStoreError):
            return self._content()
        return None

    def _write(self, signin: SignIn, place: Place, before: Mapping[str, Any] | None) -> None:
        plain = {name: getattr(signin, name) for name in ("kind", "login", *_PLAIN)}
        content = {"layout": _LAYOUT, "api_url": self._api_url, "whose": signin.whose, "kept": place, **plain}
        content["grants"] = _grants(before) | ({signin.client_id: signin.grant} if signin.kind == "oauth" else {})
        if place == "file":
            content["tokens"] = signin.tokens.as_json()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self.path, json.dumps(content, indent=1).encode())
            keep_entries(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    def _content(self) -> dict[str, Any] | None:
        """What the file says; None where there is none. One that others can read or replace is not trusted."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise self._unsafe("it is a symbolic link") from None
            raise self._unreadable(error) from None
        with os.fdopen(descriptor, "rb") as file:
            self._check(os.fstat(descriptor))
            try:
                found = json.loads(file.read(_MOST_BYTES))
                fits = found["layout"] == _LAYOUT and found["api_url"] == self._api_url
                texts = [found[name] for name in ("kind", "login", "whose", "kept")]
            except (OSError, ValueError, TypeError, KeyError, RecursionError):
                raise self._unreadable() from None
        if not fits or not all(isinstance(text, str) for text in texts):
            raise self._unreadable()
        return dict(found)

    def _check(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise self._unsafe("it is no file")
        if sys.platform != "win32" and (found.st_uid != os.geteuid() or found.st_mode & 0o077):
            raise self._unsafe("others may read it or own it")

    def _in_vault(self, signin: SignIn) -> bool:
        try:
            self._vault.keep(self._entry(signin.login), json.dumps(signin.tokens.as_json(), separators=(",", ":")))
        except VaultSilentError:
            return False
        except VaultError:
            with suppress(VaultError):  # it may have kept a part
                self._vault.remove(self._entry(signin.login))
            return False
        return True

    def _from_vault(self, login: str) -> Any:
        try:
            kept = self._vault.read(self._entry(login))
            return None if kept is None else json.loads(kept)
        except VaultError as error:
            raise SignInStoreError(
                f"The keyring of this computer does not give out the sign-in to Payt ({_said(error)}). Unlock it and "
                "ask again; or run `payt-mcp login` in a terminal to sign in again. No restart is needed."
            ) from None
        except (ValueError, RecursionError):
            raise self._unreadable() from None

    def _entry(self, login: str) -> str:
        return f"{self._api_url} {login}"

    def _unsafe(self, why: str) -> SignInStoreError:
        return SignInStoreError(
            f"The sign-in in {self.path} is not used, because {why}: it may be somebody else's, or known to others. "
            "Withdraw it at Payt if you cannot explain this, and run `payt-mcp login` in a terminal to sign in again."
        )

    def _unreadable(self, error: OSError | None = None) -> SignInStoreError:
        return SignInStoreError(
            f"The sign-in in {self.path} cannot be read{f' ({_said(error)})' if error else ''}. Run `payt-mcp "
            "login` in a terminal to sign in again; no restart is needed."
        )

    def _unwritable(self, error: OSError) -> SignInStoreError:
        return SignInStoreError(
            f"The sign-in to Payt cannot be kept in {self.path.parent} ({_said(error)}). Make that folder writable, or "
            "make room on its disk, and ask again; no restart is needed."
        )


def _grants(content: Mapping[str, Any] | None) -> dict[str, str]:
    """The grants of those who signed in since somebody last signed out, by their application. A file of a version that
    told nobody apart has one without a name, which is that of all that was proposed with it.
    """
    if content is None:
        return {}
    if isinstance(content.get("grants"), dict):
        return {str(name): str(grant) for name, grant in content["grants"].items()}
    return {str(content.get("client_id", "")): ""} if content["kind"] == "oauth" else {}


def _said(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__


class MemoryStore:
    """A sign-in with an application's own credentials from the settings: kept while the process lives."""

    def __init__(self, signin: SignIn) -> None:
        self._signin = signin
        self._version = 0
        self._turn = anyio.Lock()

    def stamp(self) -> int:
        return self._version

    def whose(self) -> tuple[str, str] | None:
        return self._signin.whose, self._signin.login

    def read(self) -> SignIn | None:
        return self._signin

    def keep(self, signin: SignIn) -> None:
        self._signin = dataclasses.replace(signin)
        self._version += 1

    note = keep

    def turn(self) -> anyio.Lock:
        return self._turn
