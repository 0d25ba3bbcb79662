"""Files that may leave this machine: those below one folder the user named, and of kinds that go with invoices."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path

from payt_mcp.errors import RefusedWriteError
from payt_mcp.words.visible import hides
from payt_mcp.writes.message.letter import Attachment

MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024
_TEXTS = frozenset({".txt", ".csv", ".xml"})
_MOST_READ = 100_000
ALLOWED = {
    ".pdf", ".png", ".jpg", ".jpeg", ".txt", ".csv", ".xml", ".docx", ".xlsx", ".odt", ".ods",
}  # fmt: skip


def read_attachments(folder: Path | None, names: Sequence[str]) -> list[Attachment]:
    """The named files, looked at now.

    Raises:
        RefusedWriteError: no folder is set, a file is not below it, or too large, or of another kind.
    """
    if len(names) > MOST_FILES:
        raise RefusedWriteError(f"A message takes at most {MOST_FILES} attachments.")
    found = [described(folder, name) for name in dict.fromkeys(names)]
    if sum(attachment.size for attachment in found) > MOST_BYTES:
        raise RefusedWriteError(f"The attachments together are larger than {MOST_BYTES // 1024 // 1024} MB.")
    return found


def described(folder: Path | None, name: str) -> Attachment:
    """One file by its name below the folder. Raises RefusedWriteError."""
    path = _located(folder, name)
    content = _content(path, name)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Attachment(path.name, name, len(content), kind, hashlib.sha256(content).hexdigest())


def load(folder: Path | None, name: str, sha256: str) -> bytes:
    """The content of a file that was described before. Raises RefusedWriteError where it is another by now."""
    content = _content(_located(folder, name), name)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise RefusedWriteError(f"The file {name!r} was changed after it was approved.")
    return content


def readable(folder: Path | None, attachment: Attachment) -> str:
    """What a file says, where it is a text. Raises RefusedWriteError."""
    if Path(attachment.name).suffix.lower() not in _TEXTS:
        return ""
    return load(folder, attachment.path, attachment.sha256)[:_MOST_READ].decode(errors="replace")


def checksum(content: bytes) -> str:
    """How Payt names a file: base64 of its SHA3-512."""
    return base64.b64encode(hashlib.sha3_512(content).digest()).decode()


def _located(folder: Path | None, name: str) -> Path:
    if folder is None:
        raise RefusedWriteError(
            "Files can be sent only from the folder that PAYT_ATTACHMENTS_DIR names, and this server has none (one for "
            "a whole company never has): send it without them."
        )
    try:
        root = folder.resolve(strict=True)
        path = (root / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links that lead round in a circle, before Python 3.13
        raise RefusedWriteError(f"There is no file {name[:80]!r} in the attachments folder.") from None
    if not path.is_relative_to(root) or not path.is_file():
        raise RefusedWriteError(f"The file {name[:80]!r} is not below the attachments folder.")
    if hides(name) or hides(path.name):
        raise RefusedWriteError(f"The name of the file {name[:80]!a} holds control or invisible characters.")
    if path.suffix.lower() not in ALLOWED or path.name.startswith("."):
        kinds = ", ".join(sorted(ALLOWED))
        raise RefusedWriteError(f"The file {name[:80]!r} is not of a kind that may be sent ({kinds}).")
    return path


def _content(path: Path, name: str) -> bytes:
    """What is in a file. A second name (a hard link) may stand anywhere on the disk, and no path tells."""
    try:
        with path.open("rb") as file:
            links = os.fstat(file.fileno()).st_nlink
            content = file.read(MOST_BYTES + 1)
    except OSError:
        raise RefusedWriteError(f"The file {name[:80]!r} cannot be read.") from None
    if links > 1:
        raise RefusedWriteError(
            f"The file {name[:80]!r} has another name on this disk (a hard link), so it may belong outside the "
            "attachments folder. Put a copy of it there instead."
        )
    if len(content) > MOST_BYTES:
        raise RefusedWriteError(f"The file {name[:80]!r} is larger than {MOST_BYTES // 1024 // 1024} MB.")
    if not content:
        raise RefusedWriteError(f"The file {name[:80]!r} is empty.")
    return content
