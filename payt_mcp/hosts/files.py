"""The file of a host's settings: read as it is, copied before it changes, and changed whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from payt_mcp.errors import HostConfigError
from payt_mcp.hosts.jsonc import BOM, Document, SyntaxTroubleError, read

_LARGEST = 64 * 1024 * 1024
_MARK = ".payt-mcp-"
_KEPT_COPIES = 3
_UNTOUCHED = "It was left as it is."


@dataclass(frozen=True)
class ConfigFile:
    """A file as it was read. `path` is the file itself, `named` how it was called (a link to it, perhaps)."""

    named: Path
    path: Path
    content: bytes | None
    mode: int = 0o600

    @property
    def is_there(self) -> bool:
        return self.content is not None

    @property
    def has_mark(self) -> bool:
        """Whether a byte order mark stands at its beginning, with which some hosts read none of it."""
        return (self.content or b"").startswith(BOM.encode())

    def text(self) -> str:
        """Raises HostConfigError where it is not UTF-8."""
        return _decoded(self.content or b"", self.named)

    def document(self) -> Document:
        """What it says.

        Raises:
            HostConfigError: it is not UTF-8, or no JSON even with comments allowed.
        """
        text = self.text()
        try:
            return read(text)
        except SyntaxTroubleError as trouble:
            raise HostConfigError(
                f"{self.named} cannot be read as JSON ({trouble}). {_UNTOUCHED} Repair that place and run this again, "
                "or add `--print` to see the entry and paste it yourself."
            ) from None


def load(named: Path) -> ConfigFile:
    """Read a file, following links; one that is not there is read as nothing.

    Raises:
        HostConfigError: it cannot be read, or is something else than a file.
    """
    try:
        path = named.resolve()
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise HostConfigError(f"{named} is not a file. Name the file of the settings with --path.")
        if found.st_size > _LARGEST:
            raise HostConfigError(f"{named} is larger than 64 MB, which no settings are. {_UNTOUCHED}")
        return ConfigFile(named, path, path.read_bytes(), stat.S_IMODE(found.st_mode))
    except FileNotFoundError:
        return ConfigFile(named, path, None)
    except (OSError, RuntimeError) as error:
        raise HostConfigError(f"{named} cannot be read ({_said(error)}). {_UNTOUCHED}") from None


def change(file: ConfigFile, text: str | None) -> Path | None:
    """Give the file another content, or (None) remove it; returns the copy of what stood there before.

    The newest copies are kept, for the user's eyes alone: they can hold what was taken out for being secret. Of a file
    that is removed none is made.

    Raises:
        HostConfigError: it cannot be written, or another program changed it since it was read. It is as it was.
    """
    _refuse_protected(file)
    with _explained(file):
        file.path.parent.mkdir(parents=True, exist_ok=True)
        copy = _backup(file) if text is not None else None
        try:
            _put(file, text)
        except BaseException:
            if copy is not None:
                copy.unlink(missing_ok=True)
            raise
        forget(_copies(file)[_KEPT_COPIES:])
        return copy


def forget(paths: Iterable[Path]) -> None:
    """Remove copies; one that cannot be removed stays."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def forget_folders(own: Sequence[Path]) -> None:
    """Remove folders of a host's own that hold nothing (any more), the innermost first."""
    for folder in own:
        with suppress(OSError):  # there is something in it
            folder.rmdir()


def backups(file: ConfigFile) -> Iterator[tuple[Path, str]]:
    """The copies made before and their texts, the newest first."""
    for path in _copies(file):
        with suppress(OSError, UnicodeDecodeError):
            yield path, path.read_bytes().decode()


def _copies(file: ConfigFile) -> list[Path]:
    with suppress(OSError):
        return sorted(file.path.parent.glob(f"{_escaped(file.path.name)}{_MARK}*.bak"), reverse=True)
    return []


def _put(file: ConfigFile, text: str | None) -> None:
    if text is None:
        _refuse_changed(file)
        file.path.unlink()
        return
    temporary = file.path.with_name(f".{file.path.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write_new(temporary, text.encode(), file, file.mode)
        _refuse_changed(file)
        temporary.replace(file.path)
    finally:
        with suppress(OSError):
            temporary.unlink()


def _backup(file: ConfigFile) -> Path | None:
    """A copy beside it, for the user alone; its name sorts by time."""
    if file.content is None:
        return None
    now = f"{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}"
    copy = file.path.with_name(f"{file.path.name}{_MARK}{now}.bak")
    _write_new(copy, file.content, file, 0o600)
    return copy


def _write_new(path: Path, content: bytes, like: ConfigFile, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)
    path.chmod(mode)
    if like.content is not None and hasattr(os, "chown"):
        with suppress(OSError):  # only who may give files away can; the mode is what protects it
            found = like.path.stat()
            os.chown(path, found.st_uid, found.st_gid)


def _refuse_changed(file: ConfigFile) -> None:
    try:
        now: bytes | None = file.path.read_bytes()
    except FileNotFoundError:
        now = None
    if now != file.content:
        raise HostConfigError(
            f"{file.named} was changed by another program in this moment, and was left as that program wrote it. "
            "Close the host if it is open, and run this again."
        )


def _refuse_protected(file: ConfigFile) -> None:
    """Replacing a file needs no right to write it; who took that right away wants it left alone."""
    if file.content is not None and not file.mode & stat.S_IWUSR:
        raise HostConfigError(
            f"{file.named} is read-only. {_UNTOUCHED} Make it writable and run this again, or add `--print` to see "
            "the entry for whoever manages this file."
        )
    folder = file.path.parent
    if folder.is_dir() and os.name == "posix" and not stat.S_IMODE(folder.stat().st_mode) & 0o222:
        raise HostConfigError(
            f"The folder {folder} is read-only. {_UNTOUCHED} Make it writable and run this again, or add `--print` to "
            "see the entry for whoever manages this file."
        )


@contextmanager
def _explained(file: ConfigFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HostConfigError(
            f"{file.named} cannot be written ({_said(error)}). {_UNTOUCHED} Close the host if it is open and see that "
            "you may write there, or add `--print` to see the entry and paste it yourself."
        ) from None


def _decoded(content: bytes, named: Path) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise HostConfigError(
            f"{named} is not UTF-8 text. {_UNTOUCHED} Save it as UTF-8 in an editor and run this again, or add "
            "`--print` to see the entry and paste it yourself."
        ) from None
    if "\0" in text.removeprefix(BOM)[:4]:
        raise HostConfigError(f"{named} is not UTF-8 text. {_UNTOUCHED} Save it as UTF-8 in an editor.")
    return text


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _said(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
