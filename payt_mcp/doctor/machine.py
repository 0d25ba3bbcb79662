"""What the server needs of this machine: the record of writes, room for it, the attachments folder, the versions."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from payt_mcp import __version__
from payt_mcp.disk import can_be_made, nearest
from payt_mcp.doctor.finding import Finding, tilde
from payt_mcp.errors import AlteredError, LedgerError
from payt_mcp.hosts.machine import Machine
from payt_mcp.proposals.ledger.folder import FILE, store_class
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import is_embedded
from payt_mcp.proposals.states import Status
from payt_mcp.settings import Settings

_MEGABYTE = 1024 * 1024
_LITTLE_ROOM = 100
_NO_ROOM = 10
_OLDEST = (3, 11)


def check_versions() -> list[Finding]:
    """What runs here."""
    python = platform.python_version()
    said = (
        f"payt-mcp {__version__}, mcp {_installed('mcp')}, Python {python}, {platform.system()} {platform.machine()}."
    )
    if sys.version_info[:2] < _OLDEST:
        return [Finding("machine.versions", "problem", said, "Install Python 3.11 or later.")]
    return [Finding("machine.versions", "ok", said)]


def check_record(settings: Settings, home: str) -> list[Finding]:
    """The record of writes: without it nothing can be written, and everything can still be read."""
    if settings.read_only:
        return [Finding("record.needed", "ok", "PAYT_READ_ONLY is set: no record of writes is needed.")]
    if settings.state_dir is None:
        message = "There is no folder for the record of writes, so nothing can be written."
        return [Finding("record.folder", "problem", message, "Set PAYT_STATE_DIR to a folder of your own.")]
    try:
        store_class()
    except LedgerError as error:
        remedy = "Run payt-mcp with a Python that has the module sqlite3; until then it reads and writes nothing."
        return [Finding("record.sqlite", "problem", _short(error, home), remedy)]
    folder = settings.state_dir
    if (folder / FILE).exists():
        return [*_opened(folder, home), *_room(folder)]
    near = nearest(folder)
    if not can_be_made(folder):
        message = f"The record of writes cannot be made: {tilde(near, home)} is not a folder that can be written."
        return [
            Finding("record.folder", "problem", message, "Make it writable, or set PAYT_STATE_DIR to another folder.")
        ]
    message = f"There is no record of writes yet; the first proposal makes it in {tilde(folder, home)}."
    return [Finding("record.folder", "ok", message), *_room(near)]


def check_attachments(settings: Settings, home: str) -> list[Finding]:
    """The one folder whose files may go out."""
    folder = settings.attachments_dir
    if folder is None:
        message = "PAYT_ATTACHMENTS_DIR is not set: no file can be attached or uploaded."
        return [Finding("attachments.folder", "ok", message)]
    if not os.access(folder, os.R_OK | os.X_OK):
        message = f"The attachments folder {tilde(folder, home)} cannot be read."
        return [Finding("attachments.folder", "problem", message, "Give this user the right to read it.")]
    if folder.resolve() in {Path(home).resolve(), Path(folder.anchor)}:
        message = f"The attachments folder is {tilde(folder, home)}: every file of yours could be proposed to go out."
        remedy = "Set PAYT_ATTACHMENTS_DIR to a folder for this alone."
        return [Finding("attachments.folder", "warning", message, remedy)]
    return [Finding("attachments.folder", "ok", f"Files below {tilde(folder, home)} can be attached.")]


def check_split_state(machine: Machine, settings: Settings, home: str) -> list[Finding]:
    """On Windows an app from the store writes to copies of its own of what other programs see in AppData."""
    root, folder = machine.packages, settings.state_dir
    if root is None or folder is None:
        return []
    shared = folder if not folder.is_relative_to(root.parent) else machine.home / ".payt-mcp"
    found = [_split(f"Claude Desktop keeps a record of its own in {tilde(copy, home)}, which a terminal does not see.",
                    copy, shared, home)
             for copy in sorted(root.glob("Claude_*/LocalCache/Local/payt-mcp"))]  # fmt: skip
    if not found and folder.is_relative_to(root.parent) and any(root.glob("Claude_*")):
        message = f"{tilde(folder, home)} is in AppData: what Claude Desktop writes there, a terminal does not see."
        found.append(_split(message, folder, shared, home))
    return found


def _split(message: str, folder: Path, shared: Path, home: str) -> Finding:
    remedy = (
        f"Quit Claude Desktop and move {tilde(folder, home)} to {tilde(shared, home)}, which both see. If there is one "
        "already, let it stay, move the other aside, and run payt-mcp login."
    )
    return Finding("record.split", "warning", message, remedy)


def _opened(folder: Path, home: str) -> list[Finding]:
    try:
        ledger = Ledger(folder)
    except AlteredError as error:
        remedy = f"Find out who changed it. To begin a new record, move {tilde(folder, home)} aside."
        return [Finding("record.intact", "problem", _short(error, home), remedy)]
    except LedgerError as error:
        remedy = f"See that {tilde(folder, home)} belongs to you and can be written."
        return [Finding("record.writable", "problem", _short(error, home), remedy)]
    try:
        events = ledger.verify()
        proposed = [record for record in ledger.pending() if record.status is Status.PROPOSED]
        waiting = [record for record in proposed if not is_embedded(record)]
        unknown = [record for record in ledger.pending(also=(Status.OUTCOME_UNKNOWN,))
                   if record.status is Status.OUTCOME_UNKNOWN]  # fmt: skip
    except LedgerError as error:
        remedy = "Look closer: payt-mcp approvals verify"
        return [Finding("record.intact", "problem", _short(error, home), remedy)]
    finally:
        ledger.close()
    message = f"The record of writes in {tilde(folder, home)} is intact ({events} events) and can be written."
    found = [Finding("record.intact", "ok", message)]
    if waiting:
        said = f"{len(waiting)} {'proposal waits' if len(waiting) == 1 else 'proposals wait'} for your yes or no."
        found.append(Finding("record.waiting", "ok", said, "See them: payt-mcp approvals"))
    if unknown:
        said = f"Of {len(unknown)} it is not known whether Payt carried it out."
        found.append(Finding("record.unknown", "warning", said, "Look at each: payt-mcp approvals"))
    return found


def _room(folder: Path) -> list[Finding]:
    try:
        free = shutil.disk_usage(folder).free // _MEGABYTE
    except OSError:
        return []
    if free >= _LITTLE_ROOM:
        return [Finding("record.room", "ok", f"{free:,} MB are free on its disk.")]
    remedy = "Make room on that disk: where the record cannot be written, nothing is sent."
    return [Finding("record.room", "problem" if free < _NO_ROOM else "warning", f"Only {free} MB are free.", remedy)]


def _short(error: LedgerError, home: str) -> str:
    text = str(error)
    return text.replace(home, "~") if home else text


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
