"""The file of the ledger: SQLite, readable by its user alone, every commit on disk before it returns."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from payt_mcp.errors import AlteredError, LedgerError

VERSION = 1
"""The layout below, kept in the file's `user_version`."""

_SCHEMA = """
CREATE TABLE proposals (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, scope TEXT NOT NULL, administration_id TEXT NOT NULL,
  digest TEXT NOT NULL, letter TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
  content TEXT, preview TEXT, basis TEXT, approved_at TEXT, sending_at TEXT, owner TEXT NOT NULL DEFAULT '',
  baseline TEXT NOT NULL DEFAULT '[]', message_id TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT '{}',
  code TEXT NOT NULL DEFAULT '', code_until TEXT
);
CREATE INDEX by_digest ON proposals (digest, status);
CREATE INDEX by_letter ON proposals (letter, status);
CREATE INDEX by_status ON proposals (status, scope);
CREATE UNIQUE INDEX one_message ON proposals (administration_id, letter, message_id) WHERE message_id <> '';
CREATE TABLE events (
  seq INTEGER PRIMARY KEY, proposal_id TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL, who TEXT NOT NULL,
  digest TEXT NOT NULL, body TEXT NOT NULL, detail TEXT NOT NULL, mark TEXT NOT NULL
);
CREATE INDEX by_proposal ON events (proposal_id, seq);
"""


def make_private(folder: Path) -> None:
    """Make the folder, and close it to everybody but its user; one that belongs to somebody else stays as it is.

    Raises:
        LedgerError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise LedgerError(f"The folder {folder} cannot be made ({error.strerror}).") from None
    if os.name == "posix" and found.st_uid == os.geteuid() and found.st_mode & 0o077:
        with suppress(OSError):  # some file systems have no modes; the files in it have their own
            folder.chmod(0o700)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, or make it with its layout.

    Raises:
        LedgerError: it cannot be opened or made, or has the layout of another version.
        AlteredError: it is no ledger.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    except OSError as error:
        raise LedgerError(f"The ledger {path} cannot be opened ({error.strerror}).") from None
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    with explained(path):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA secure_delete=ON")
        with transaction(connection):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version={VERSION}")
            elif version != VERSION:
                raise LedgerError(
                    f"The ledger {path} has the layout of version {version}; this program writes version {VERSION}. "
                    "Start the version of payt-mcp that made it, or move its folder aside to begin a new one."
                )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One step for all processes: it begins with the write lock and ends on disk, or has not happened."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LedgerError(f"The ledger {path} cannot be written ({error}).") from None
    except sqlite3.DatabaseError:
        raise AlteredError(f"The ledger {path} is damaged or not a ledger.") from None
