"""The ledger's rows in a SQLite file: readable by its user alone, every step on disk before it counts.

All SQL of the ledger stands here and in `migrations/`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

from payt_mcp.errors import AlteredError, LedgerError
from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Event

_PATIENCE = 10.0  # seconds for somebody else's step
_EVENT = ", ".join(Event.__dataclass_fields__)
_DATES = ("created_at", "changed_at", "approved_at", "sending_at", "code_until")
_LATEST = f"max({', '.join(f'coalesce({name}, {chr(39) * 2})' for name in _DATES)})"
_SCOPE = "(? IS NULL OR scope = ?)"


class SqliteStore:
    """See `store.Store`. One connection, used by one thread at a time: closed under a running statement, it would take
    the process with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._closed = False
        self._db = _connect(path)
        self._files = _identity(path)

    @contextmanager
    def reading(self) -> Iterator[None]:
        with self._lock, _explained(self._path):
            if self._closed:
                raise LedgerError("The ledger is closed: this server is ending.")
            self._check_place()
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self.reading(), _transaction(self._db, "DEFERRED"):
            yield

    @contextmanager
    def step(self) -> Iterator[None]:
        with self.reading():
            with _transaction(self._db, "IMMEDIATE"):
                yield
            self._check_place()  # a step in a file that is gone by now is on no record

    def tell(self, scopes: Collection[str]) -> None:
        """Whoever wants news of a file looks at it."""

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._db.close()

    def check_whole(self) -> None:
        found = self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise AlteredError(f"The file of the ledger {self._path} is damaged ({' '.join(found.split())[:120]}).")

    def forget_pages(self) -> None:
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _check_place(self) -> None:
        """SQLite goes on writing to a file that was removed, where nobody reads it any more."""
        if _identity(self._path) != self._files:
            raise AlteredError(
                f"The ledger {self._path} was removed or replaced while this program had it open: what it wrote there "
                "now would be on no record. Restart the server once that is settled."
            )

    def insert(self, columns: Mapping[str, Any]) -> None:
        marks = ", ".join("?" * len(columns))
        self._db.execute(f"INSERT INTO proposals ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608 - names of this package

    def update(self, key: str, columns: Mapping[str, Any]) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(f"UPDATE proposals SET {names} WHERE id = ?", (*columns.values(), key))  # noqa: S608 - names of this package

    def proposal(self, key: str) -> Row | None:
        return next(iter(self._rows("id = ?", key)), None)

    def proposals(self) -> Iterator[Row]:
        return map(dict, self._db.execute("SELECT * FROM proposals NOT INDEXED"))

    def some(self, keys: Collection[str]) -> list[Row]:
        return [row for key in keys if (row := self.proposal(key)) is not None]

    def in_states(self, states: Collection[str], scope: str | None = None) -> list[Row]:
        return self._rows(f"status IN ({_listed(states)}) AND {_SCOPE} ORDER BY created_at, rowid", scope, scope)

    def waiting_of(self, proposer: str, scope: str) -> int:
        where = "status = 'proposed' AND proposer = ? AND (proposer <> '' OR scope = ?)"
        found: int = self._column(f"SELECT count(*) FROM proposals WHERE {where}", proposer, scope)[0]  # noqa: S608 - a clause of this module
        return found

    def changed_since(self, moment: str, scope: str | None = None) -> list[Row]:
        return self._rows(f"changed_at >= ? AND {_SCOPE} ORDER BY changed_at DESC", moment, scope, scope)

    def of_digest(self, digest: str) -> list[Row]:
        return self._rows("digest = ? ORDER BY created_at DESC", digest)

    def of_letter(self, kind: str, letter: str) -> list[Row]:
        return self._rows("letter = ? AND kind = ?", letter, kind)

    def over(self, proposed_until: str, approved_until: str) -> list[Row]:
        return self._rows(
            "(status = 'proposed' AND created_at <= ?) OR (status = 'approved' AND approved_at <= ?)",
            proposed_until,
            approved_until,
        )

    def remembered(self, states: Collection[str], changed_before: str) -> list[Row]:
        return self._rows(f"status IN ({_listed(states)}) AND content IS NOT NULL AND changed_at < ?", changed_before)

    def ahead_of(self, moment: str) -> list[Row]:
        return self._rows(f"{_LATEST} > ?", moment)

    def owners(self, state: str) -> list[str]:
        return self._column("SELECT DISTINCT owner FROM proposals WHERE status = ?", state)

    def message_ids(self, administration_id: str, kind: str) -> list[str]:
        return self._column(
            "SELECT message_id FROM proposals WHERE administration_id = ? AND kind = ? AND message_id <> ''",
            administration_id,
            kind,
        )

    def append(self, event: Event) -> None:
        self._db.execute(f"INSERT INTO events ({_EVENT}) VALUES (?,?,?,?,?,?,?,?,?)", tuple(vars(event).values()))  # noqa: S608 - names of this package

    def last(self) -> Event | None:
        return self._event("ORDER BY seq DESC LIMIT 1")

    def event(self, seq: int) -> Event | None:
        return self._event("WHERE seq = ?", seq)

    def events(self, after: int = 0) -> Iterator[Event]:
        return self._events("WHERE seq > ? ORDER BY seq", after)

    def history(self, key: str) -> list[Event]:
        return list(self._events("WHERE proposal_id = ? ORDER BY seq", key))

    def last_of(self, key: str) -> Event | None:
        return self._event("WHERE proposal_id = ? ORDER BY seq DESC LIMIT 1", key)

    def last_of_each(self, keys: Collection[str]) -> dict[str, Event]:
        found = ((key, self.last_of(key)) for key in keys)
        return {key: event for key, event in found if event is not None}

    def marks(self, seqs: Collection[int]) -> dict[int, str]:
        found = ((seq, self.event(seq)) for seq in seqs)
        return {seq: event.mark for seq, event in found if event is not None}

    def last_moment_until(self, moment: str) -> str | None:
        found: str | None = self._column("SELECT max(at) FROM events WHERE at <= ?", moment)[0]
        return found

    def _rows(self, where: str, *values: Any) -> list[Row]:
        return [dict(row) for row in self._db.execute(f"SELECT * FROM proposals WHERE {where}", values)]  # noqa: S608 - clauses of this module

    def _column(self, query: str, *values: Any) -> list[Any]:
        return [row[0] for row in self._db.execute(query, values)]

    def _event(self, where: str, *values: Any) -> Event | None:
        return next(self._events(where, *values), None)

    def _events(self, where: str, *values: Any) -> Iterator[Event]:
        return (Event(*row) for row in self._db.execute(f"SELECT {_EVENT} FROM events {where}", values))  # noqa: S608 - clauses of this module


def _listed(states: Collection[str]) -> str:
    """States of this package as a list in SQL."""
    return ", ".join(f"'{state}'" for state in states)


def _identity(path: Path) -> tuple[object, ...]:
    """Which file stands at a path, and which journal beside it: SQLite keeps both open."""
    found: list[object] = []
    for one in (path, path.with_name(f"{path.name}-wal")):
        with suppress(OSError):
            kept = one.stat()
            found += [kept.st_dev, kept.st_ino]
    return tuple(found)


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, or make it, in the layout of today.

    Raises:
        LedgerError: it cannot be opened or made, or has a layout this program does not know.
        AlteredError: it is no ledger.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (
            not path.exists()
        ):  # else left alone: to close a file drops what other connections of this process lock in it
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise LedgerError(f"The ledger {path} cannot be opened ({error.strerror}).") from None
    with _explained(path):
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        with _explained(path):
            _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    _journal(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    with _transaction(connection, "IMMEDIATE"):
        _migrate(connection, path)


def _journal(connection: sqlite3.Connection) -> None:
    """Keep a log beside the file. Of several that open a new file at once, SQLite refuses this to all but one without
    waiting, whatever its time-out is: whoever is refused tries again.
    """
    until = time.monotonic() + _PATIENCE
    while not _is_journaled(connection, may_wait=time.monotonic() < until):
        time.sleep(0.01)


def _is_journaled(connection: sqlite3.Connection, *, may_wait: bool) -> bool:
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if may_wait and error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the layout, whose number the file keeps, to that of today."""
    steps = _migrations()
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(steps):
        raise LedgerError(
            f"The ledger {path} has the layout of version {version}, made by a newer payt-mcp; this program knows "
            f"version {len(steps)}. Start the newer one, or move its folder aside to begin a new one."
        )
    if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise LedgerError(
            f"The ledger {path} has the layout of version 0, which no payt-mcp made. Move its folder aside to begin a "
            "new one."
        )
    for statements in steps[version:]:
        for statement in statements.split(";"):
            connection.execute(statement)
    if version < len(steps):
        connection.execute(f"PRAGMA user_version={len(steps)}")


def _migrations() -> list[str]:
    """The statements of each version, the first one first."""
    folder = resources.files("payt_mcp.proposals.ledger").joinpath("migrations")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    return [one.read_text(encoding="utf-8") for one in found]


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's errors as sentences."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LedgerError(f"The ledger {path} cannot be written ({error}).") from None
    except sqlite3.DatabaseError:
        raise AlteredError(f"The ledger {path} is damaged or not a ledger.") from None
