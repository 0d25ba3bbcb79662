"""The seal of the ledger: a keyed hash that chains its events, with key and head kept in a folder of their own.

What it notices: an event altered, removed, inserted or reordered, and events cut off at the end. What it does not:
a forger who can read the key (any process of the same user), ledger and head put back together to an older state,
and the loss of events written in the instant between the ledger's commit and the head's.
"""

from __future__ import annotations

import hmac
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from payt_mcp.disk import locked, write_private
from payt_mcp.errors import AlteredError, LedgerError

START = "0" * 64
"""What the first event is chained to."""

_KEPT_TEXT = "checkpoint\n"
"""Stands before what is signed, so that it is never taken for an event."""


@dataclass(frozen=True)
class Head:
    """The last event known to be in the ledger: its number (0: none yet) and its mark."""

    seq: int
    mark: str


class Seal:
    """Marks events, and keeps the head. `folder` holds `key`, `head` and `checkpoint`, readable by the user alone."""

    is_exact = False  # between the step and the head, this process may end

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = b""
        self._text: tuple[object, str | None] = (None, None)

    def open(self, *, ledger_exists: bool) -> None:
        """Read the key, or make one for a ledger that is new.

        Raises:
            AlteredError: there is a ledger without its key, or a key without its ledger.
            LedgerError: the folder cannot be used.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder / "lock"):
                self._key = self._read_key(ledger_exists=ledger_exists)
        except OSError as error:
            raise LedgerError(f"The key of the ledger in {self._folder} cannot be used ({error.strerror}).") from None

    def mark(self, previous: str, event: tuple[str, ...]) -> str:
        """The mark of an event after the event marked `previous`."""
        text = json.dumps([previous, *event], ensure_ascii=True, separators=(",", ":"))
        return self._signed(text.encode())

    def head(self) -> Head:
        """The head as it was last kept.

        Raises:
            AlteredError: it is gone or unreadable.
        """
        try:
            found = json.loads((self._folder / "head").read_text())
            return Head(int(found["seq"]), str(found["mark"]))
        except (OSError, ValueError, TypeError, KeyError):
            raise AlteredError(f"The head of the ledger in {self._folder} is gone or unreadable.") from None

    def keep(self, head: Head) -> None:
        """Move the head forward, never back: two processes may come here in any order.

        Raises:
            LedgerError: it cannot be written.
        """
        try:
            with locked(self._folder / "lock"):
                if head.seq > self.head().seq:
                    write_private(self._folder / "head", json.dumps({"seq": head.seq, "mark": head.mark}).encode())
        except OSError as error:
            raise LedgerError(f"The head of the ledger cannot be kept ({error.strerror}).") from None

    def kept_text(self) -> str | None:
        """The text that `keep_text` kept; None where there is none, or it was not written with this key.

        Asked at every step, so that a file that is still the same is not read again: the text is the same object then.
        """
        path = self._folder / "checkpoint"
        try:
            found = path.stat()
            file = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
            if self._text[0] != file:
                self._text = file, self._verified(path.read_bytes())
        except OSError:
            return None
        return self._text[1]

    def keep_text(self, text: str) -> None:
        """Keep a text under a signature, in place of the last one. What cannot be kept is no loss: it saves time."""
        content = f"{self._signed(f'{_KEPT_TEXT}{text}'.encode())}\n{text}".encode()
        with suppress(OSError):
            write_private(self._folder / "checkpoint", content)

    def _verified(self, content: bytes) -> str | None:
        signature, _, text = content.partition(b"\n")
        expected = self._signed(_KEPT_TEXT.encode() + text)
        return text.decode() if hmac.compare_digest(signature, expected.encode()) else None

    def _signed(self, text: bytes) -> str:
        return hmac.digest(self._key, text, "sha256").hex()

    def _read_key(self, *, ledger_exists: bool) -> bytes:
        path = self._folder / "key"
        if path.exists():
            if not ledger_exists and self.head().seq > 0:
                raise AlteredError(f"The ledger that belongs to {self._folder} is gone.")
            return path.read_bytes()
        if ledger_exists:
            raise AlteredError(f"The key of the ledger is gone from {self._folder}.")
        key = secrets.token_bytes(32)
        write_private(self._folder / "head", json.dumps({"seq": 0, "mark": START}).encode())
        write_private(path, key)
        return key
