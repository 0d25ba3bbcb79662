"""Steps on the ledger's file: each one a transaction that is on disk before it counts, and an event in the chain."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger import audit
from payt_mcp.proposals.ledger.database import (
    connect,
    explained,
    make_private,
    transaction,
)
from payt_mcp.proposals.ledger.locks import Owner
from payt_mcp.proposals.ledger.seal import START, Head, Seal
from payt_mcp.proposals.records import (
    Event,
    Record,
    Who,
    event_of,
    record_of,
    row_hash,
    stamp,
    to_json,
)
from payt_mcp.proposals.states import FOLLOWING, Status

FILE = "ledger.sqlite3"
CLOCK_TOLERANCE = dt.timedelta(minutes=2)


class Store:
    """The file, its seal, and this process as one of those who use it. See `ledger.Ledger` for what is done with it."""

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime]) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._clock = clock
        self._lock = threading.RLock()
        self._closed = False
        make_private(folder)
        self._seal = Seal(folder / "seal")
        self._seal.open(ledger_exists=self.path.exists())
        self._db = connect(self.path)
        try:
            self.owner = Owner(folder / "owners")
            self.verify()
        except OSError as error:
            self._db.close()
            raise LedgerError(f"The folder {folder} cannot be written ({error.strerror}).") from None
        except LedgerError:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; what this process left in `sending` may be settled by others from now on.

        A step that another thread is taking is finished first; may be called twice.
        """
        with self._lock:
            self._closed = True
            self.owner.release()
            self._db.close()

    def now(self) -> dt.datetime:
        return self._clock()

    def verify(self) -> int:
        """Check every event against the chain and every proposal against its events; says how many events there are.

        Raises:
            AlteredError: something is not as it was written.
        """
        with self._reading():
            self._db.execute("BEGIN")
            try:
                head = audit.check(self._db, self._seal)
            finally:
                self._db.execute("ROLLBACK")
        self._seal.keep(head)
        return head.seq

    def ahead(self) -> dt.timedelta:
        """By how much the last event is later than the clock of this machine; zero where that is no hindrance."""
        with self._reading():
            apart = self._last_moment(self._clock()) - self._clock()
        return apart if apart > CLOCK_TOLERANCE else dt.timedelta()

    @contextmanager
    def _step(self, tick: Callable[[], dt.datetime] | None = None) -> Iterator[dt.datetime]:
        """One transaction, at the present moment; the head is kept when it is over."""
        with self._open():
            before = self._db.total_changes
            with transaction(self._db):
                yield (tick or self._tick)()
                head = self._last()
            if self._db.total_changes != before:
                self._seal.keep(head)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._open():
            yield

    @contextmanager
    def _open(self) -> Iterator[None]:
        """The file for one thread alone. Every use of it is in here: a connection closed under a running statement
        takes the process with it.
        """
        with self._lock, explained(self.path):
            if self._closed:
                raise LedgerError("The ledger is closed: this server is ending.")
            yield

    def _tick(self) -> dt.datetime:
        """The present moment, which is not before the last event."""
        now = self._clock()
        last = self._last_moment(now)
        if now < last - CLOCK_TOLERANCE:
            raise LedgerError(
                f"The clock of this machine says {now:%Y-%m-%d %H:%M} UTC, but the ledger was last written at "
                f"{last:%Y-%m-%d %H:%M}. Set the clock right and try again; if it is right now and was wrong then, a "
                "person runs `payt-mcp approvals clock` in a terminal."
            )
        return max(now, last)

    def _last_moment(self, none: dt.datetime) -> dt.datetime:
        """When the last event was written; `none` where there is none."""
        row = self._db.execute("SELECT at FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        try:
            last = dt.datetime.fromisoformat(row["at"]) if row else none
            return last.astimezone(dt.UTC)
        except (ValueError, TypeError, OverflowError):
            raise AlteredError(f"The last event of the ledger {self.path} has no date: it was altered.") from None

    def _last(self) -> Head:
        row = self._db.execute("SELECT seq, mark FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return Head(row["seq"], row["mark"]) if row else self._seal.head()

    def _records(self, where: str, *values: str | None) -> list[Record]:
        rows = self._db.execute(f"SELECT * FROM proposals WHERE {where}", values).fetchall()  # noqa: S608 - clauses of this package
        return [record_of(row) for row in rows]

    def _get(self, key: str, scope: str | None = None) -> Record:
        found = self._records("id = ? AND (? IS NULL OR scope = ?)", key, scope, scope)
        if not found:
            raise RefusedWriteError(f"There is no proposal {key[:40]!r} in this ledger.")
        return found[0]

    def _move(
        self,
        record: Record,
        status: Status,
        who: Who,
        now: dt.datetime,
        detail: Mapping[str, Any] | None = None,
        **columns: str | None,
    ) -> Record:
        """Take a proposal to its next state. `detail` goes into its history, `columns` into its row."""
        if status not in FOLLOWING.get(record.status, ()):
            raise RefusedWriteError(f"Proposal {record.id} is {words(record.status)}.")
        return self._change(record.id, who, now, detail, status=status, changed_at=stamp(now), **columns)

    def _change(
        self, key: str, who: Who, now: dt.datetime, detail: Mapping[str, Any] | None, **columns: str | None
    ) -> Record:
        """Change columns of a proposal and note it."""
        self._intact(key)
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(f"UPDATE proposals SET {names} WHERE id = ?", (*columns.values(), key))  # noqa: S608 - column names of this package
        self._note(key, who, now, detail)
        return self._get(key)

    def _intact(self, key: str) -> None:
        """Hold a proposal against its last event, so that the next event does not vouch for what another program wrote.

        Raises:
            AlteredError: it is not as its history left it.
        """
        row = self._db.execute("SELECT * FROM proposals WHERE id = ?", (key,)).fetchone()
        said = self._db.execute(
            "SELECT * FROM events WHERE proposal_id = ? ORDER BY seq DESC LIMIT 1", (key,)
        ).fetchone()
        if row is None or said is None or row_hash(row) != said["body"]:
            raise AlteredError(f"Proposal {key[:40]} in the ledger is not what its history says: it was altered.")
        before = self._db.execute("SELECT mark FROM events WHERE seq = ?", (said["seq"] - 1,)).fetchone()
        try:
            mark = self._seal.mark(before["mark"] if before else START, event_of(said).signed())
        except TypeError:
            mark = ""
        if mark != said["mark"]:
            raise AlteredError(f"Event {said['seq']} of the ledger was altered, or the one before it was removed.")

    def _note(self, key: str, who: Who, now: dt.datetime, detail: Mapping[str, Any] | None = None) -> None:
        """Append an event to the chain that vouches for the row as it is now."""
        row = self._db.execute("SELECT * FROM proposals WHERE id = ?", (key,)).fetchone()
        self._append(key, stamp(now), row["status"], who.as_text(), row["digest"], row_hash(row), detail or {})

    def _append(
        self, key: str, at: str, status: str, who: str, digest: str, body: str, detail: Mapping[str, Any]
    ) -> None:
        head, known = self._last(), self._seal.head()
        if known.seq > head.seq:
            raise AlteredError(f"The ledger {self.path} was cut off: its last {known.seq - head.seq} events are gone.")
        event = Event(head.seq + 1, key, at, status, who, digest, body, to_json(dict(detail)), "")
        self._db.execute(
            "INSERT INTO events (seq, proposal_id, at, status, who, digest, body, detail, mark) "
            "VALUES (?,?,?,?,?,?,?,?,?)",
            (*event.signed(), self._seal.mark(head.mark, event.signed())),
        )


def words(status: Status) -> str:
    """A state as a person says it."""
    return status.replace("_", " ")
