"""A company's rows of the ledger in PostgreSQL: every step is a transaction, and a company's steps wait for each other.

All SQL over proposals and events stands here and in `database/migrations/`.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation
from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database
from payt_mcp.errors import AlteredError, DatabaseError, LedgerError
from payt_mcp.proposals.ledger.store import TakenError
from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Event

CHANNEL = "ledger"
"""Where each step that changed something is notified, with the id of the company."""

SCOPES_CHANNEL = "ledger_scopes"
"""Where it is notified with the company, a space and the scope of each proposal that changed."""

_TELL = "select pg_notify(%s, %s), (select count(pg_notify(%s, %s || ' ' || scope)) from unnest(%s::text[]) scope)"
_AWAY = "The database with the record of writes cannot be reached at the moment."
_READ_AGAIN = 20.0  # seconds in which a database that went away while a step ended is asked what became of it
_AT_A_TIME = 500
_EVENT = ", ".join(Event.__dataclass_fields__)
_LATEST = "greatest(created_at, changed_at, approved_at, sending_at, code_until)"
_SCOPE = "(%s::text is null or scope = %s)"
_TURN = """
    select set_config('idle_in_transaction_session_timeout', '10s', true), set_config('lock_timeout', '20s', true),
           case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', true) end,
           pg_advisory_xact_lock(hashtextextended('ledger ' || %s, 0))
"""
"""One step of a company at a time, on disk when it is over, whatever else the database is set to. A process that was
stopped in the middle of one loses it, and its connection.
"""


@dataclass
class _Frame:
    """A transaction of one thread: how far the chain was known to go when it began, and the last event it adds; in a
    step, in which nobody else adds any, also the `last` there is.
    """

    connection: Connection
    known: int
    is_step: bool = False
    last: Event | None = None
    added: Event | None = None
    reached: int = 0
    is_ending: bool = False


class PostgresStore:
    """See `store.Store`. Used by many threads at a time, each in a transaction of its own."""

    def __init__(self, database: Database, tenant: str) -> None:
        self.tenant = tenant
        self._database = database
        self._thread = threading.local()
        self._uses = threading.Condition()
        self._users = 0
        self._closed = False
        self._reached = 0
        self._apart = dt.timedelta()

    # Transactions

    @contextmanager
    def reading(self) -> Iterator[None]:
        if self._frame is not None:
            yield
            return
        with self._transaction():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with self._transaction():
            self.execute("set transaction isolation level repeatable read")
            yield

    @contextmanager
    def step(self) -> Iterator[None]:
        with self.reading():
            self.execute(_TURN, self.tenant)
            self._here.is_step, self._here.last = True, None
            yield

    def tell(self, scopes: Collection[str]) -> None:
        self.execute(_TELL, CHANNEL, self.tenant, SCOPES_CHANNEL, self.tenant, list(scopes))

    def close(self) -> None:
        with self._uses:
            self._closed = True
            while self._users:
                self._uses.wait()

    def clock(self) -> dt.datetime:
        """The moment by the database's clock; outside a transaction, as it was last seen to go."""
        if self._frame is not None:
            row = self.row("select clock_timestamp() as moment")
            assert row is not None, "it asks for no table"
            moment: dt.datetime = row["moment"].astimezone(dt.UTC)
            self._apart = moment - _monotonic()
        return _monotonic() + self._apart

    @property
    def _frame(self) -> _Frame | None:
        found: _Frame | None = getattr(self._thread, "frame", None)
        return found

    @property
    def _here(self) -> _Frame:
        frame = self._frame
        assert frame is not None, "a store is used inside reading() or step()"
        return frame

    @property
    def connection(self) -> Connection:
        """That of the transaction this thread is in."""
        return self._here.connection

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        frame: _Frame | None = None
        with self._used():
            try:
                with self._database.transaction() as connection:
                    frame = self._thread.frame = _Frame(connection, self._reached)
                    try:
                        yield
                    finally:
                        self._thread.frame = None
                    frame.is_ending = True
            except DatabaseError:
                if frame is None or not frame.is_ending or not self._has_happened(frame):
                    raise LedgerError(_AWAY) from None
            except AlteredError as error:
                raise AlteredError(error.what, AlteredError.OF_A_COMPANY) from None
            except UniqueViolation as error:
                if error.diag.constraint_name == "proposals_under_way":
                    raise TakenError from None
                raise LedgerError(
                    "The database refused to keep the record of writes (it stands there twice)."
                ) from None
            except psycopg.Error as error:
                code = error.sqlstate or type(error).__name__
                raise LedgerError(f"The database refused to keep the record of writes ({code}).") from None
            self._reached = max(self._reached, frame.reached)

    @contextmanager
    def _used(self) -> Iterator[None]:
        with self._uses:
            if self._closed:
                raise LedgerError("The ledger is closed: this server is ending.")
            self._users += 1
        try:
            yield
        finally:
            with self._uses:
                self._users -= 1
                self._uses.notify_all()

    def _has_happened(self, frame: _Frame) -> bool:
        """Whether a step took place whose end was not answered: read behind it, as soon as the database is back."""
        if frame.added is None:
            return True
        until = time.monotonic() + _READ_AGAIN
        while True:
            try:
                with self._database.transaction() as connection:
                    connection.execute(_TURN, (self.tenant,))
                    found = connection.execute(
                        "select mark from events where tenant = %s and seq = %s", (self.tenant, frame.added.seq)
                    ).fetchone()
                    return found is not None and found["mark"] == frame.added.mark
            except DatabaseError:
                if time.monotonic() > until:
                    raise LedgerError(f"{_AWAY} Whether this step is on record is not known yet.") from None
                time.sleep(0.2)

    # How far the chain goes

    def has_reached(self, seq: int) -> None:
        """The chain is signed up to this event, once this transaction is over."""
        self._here.reached = max(self._here.reached, seq)

    def check_not_before(self, seq: int) -> None:
        """Raises AlteredError where the chain went further than this when the transaction began."""
        if seq < self._here.known:
            raise AlteredError(
                f"The ledger was put back to an earlier state: its last {self._here.known - seq} events are gone. "
                "Restart the server once that is settled."
            )

    # Proposals

    def check_whole(self) -> None:
        """PostgreSQL watches over its files itself."""

    def forget_pages(self) -> None:
        """PostgreSQL clears what was overwritten away by itself, in its time."""

    def insert(self, columns: Mapping[str, Any]) -> None:
        marks = ", ".join(["%s"] * len(columns))
        query = f"insert into proposals (tenant, {', '.join(columns)}) values (%s, {marks})"  # noqa: S608 - names of this package
        self.execute(query, self.tenant, *columns.values())

    def update(self, key: str, columns: Mapping[str, Any]) -> None:
        names = ", ".join(f"{name} = %s" for name in columns)
        query = f"update proposals set {names} where tenant = %s and id = %s"  # noqa: S608 - names of this package
        self.execute(query, *columns.values(), self.tenant, key)

    def proposal(self, key: str) -> Row | None:
        if "\0" in key:  # which no text of the database holds
            return None
        return next(iter(self._rows("id = %s", key)), None)

    def proposals(self) -> Iterator[Row]:
        rows = self._rows(f"true order by number limit {_AT_A_TIME}")
        while rows:
            yield from rows
            rows = self._rows(f"number > %s order by number limit {_AT_A_TIME}", rows[-1]["number"])

    def some(self, keys: Collection[str]) -> list[Row]:
        return self._rows("id = any(%s)", list(keys)) if keys else []

    def in_states(self, states: Collection[str], scope: str | None = None) -> list[Row]:
        return self._rows(f"status = any(%s) and {_SCOPE} order by created_at, number", list(states), scope, scope)

    def waiting_of(self, proposer: str, scope: str) -> int:
        where = "status = 'proposed' and proposer = %s and (proposer <> '' or scope = %s)"
        query = f"select count(*) as number from proposals where tenant = %s and {where}"  # noqa: S608 - a clause of this module
        row = self.row(query, self.tenant, proposer, scope)
        return row["number"] if row else 0

    def changed_since(self, moment: str, scope: str | None = None) -> list[Row]:
        return self._rows(f"changed_at >= %s and {_SCOPE} order by changed_at desc", moment, scope, scope)

    def of_digest(self, digest: str) -> list[Row]:
        return self._rows("digest = %s order by created_at desc, number desc", digest)

    def of_letter(self, kind: str, letter: str) -> list[Row]:
        return self._rows("letter = %s and kind = %s", letter, kind)

    def over(self, proposed_until: str, approved_until: str) -> list[Row]:
        where = "((status = 'proposed' and created_at <= %s) or (status = 'approved' and approved_at <= %s))"
        return self._rows(where, proposed_until, approved_until)

    def remembered(self, states: Collection[str], changed_before: str) -> list[Row]:
        return self._rows("status = any(%s) and content is not null and changed_at < %s", list(states), changed_before)

    def ahead_of(self, moment: str) -> list[Row]:
        return self._rows(f"{_LATEST} > %s", moment)

    def owners(self, state: str) -> list[str]:
        rows = self._all("select distinct owner from proposals where tenant = %s and status = %s", self.tenant, state)
        return [row["owner"] for row in rows]

    def message_ids(self, administration_id: str, kind: str) -> list[str]:
        where = "administration_id = %s and kind = %s and message_id <> ''"
        query = f"select message_id from proposals where tenant = %s and {where}"  # noqa: S608 - a clause of this module
        return [row["message_id"] for row in self._all(query, self.tenant, administration_id, kind)]

    # Events

    def append(self, event: Event) -> None:
        marks = ", ".join(["%s"] * len(Event.__dataclass_fields__))
        query = f"insert into events (tenant, {_EVENT}) values (%s, {marks})"  # noqa: S608 - names of this package
        self.execute(query, self.tenant, *vars(event).values())
        self._here.added = self._here.last = event

    def last(self) -> Event | None:
        frame = self._here
        if frame.last is None or not frame.is_step:
            frame.last = self._event("true order by seq desc limit 1")
        return frame.last

    def event(self, seq: int) -> Event | None:
        return self._event("seq = %s", seq)

    def events(self, after: int = 0) -> Iterator[Event]:
        found = self._events(f"seq > %s order by seq limit {_AT_A_TIME}", after)
        while found:
            yield from found
            found = self._events(f"seq > %s order by seq limit {_AT_A_TIME}", found[-1].seq)

    def history(self, key: str) -> list[Event]:
        return self._events("proposal_id = %s order by seq", key)

    def last_of(self, key: str) -> Event | None:
        return self._event("proposal_id = %s order by seq desc limit 1", key)

    def last_of_each(self, keys: Collection[str]) -> dict[str, Event]:
        query = f"select distinct on (proposal_id) {_EVENT} from events where tenant = %s and proposal_id = any(%s) "  # noqa: S608 - names of this package
        rows = self._all(f"{query} order by proposal_id, seq desc", self.tenant, list(keys))
        return {row["proposal_id"]: Event(**row) for row in rows}

    def marks(self, seqs: Collection[int]) -> dict[int, str]:
        rows = self._all("select seq, mark from events where tenant = %s and seq = any(%s)", self.tenant, list(seqs))
        return {row["seq"]: row["mark"] for row in rows}

    def last_moment_until(self, moment: str) -> str | None:
        row = self.row("select max(at) as at from events where tenant = %s and at <= %s", self.tenant, moment)
        return row["at"] if row else None

    # Queries

    def execute(self, query: str, *values: Any) -> None:
        self.connection.execute(query.encode(), values or None)

    def row(self, query: str, *values: Any) -> DictRow | None:
        return self.connection.execute(query.encode(), values or None).fetchone()

    def _all(self, query: str, *values: Any) -> list[DictRow]:
        return self.connection.execute(query.encode(), values or None).fetchall()

    def _rows(self, where: str, *values: Any) -> list[Row]:
        query = f"select * from proposals where tenant = %s and {where}"  # noqa: S608 - clauses of this module
        return list(self._all(query, self.tenant, *values))

    def _event(self, where: str, *values: Any) -> Event | None:
        return next(iter(self._events(where, *values)), None)

    def _events(self, where: str, *values: Any) -> list[Event]:
        query = f"select {_EVENT} from events where tenant = %s and {where}"  # noqa: S608 - clauses of this module
        return [Event(**row) for row in self._all(query, self.tenant, *values)]


def _monotonic() -> dt.datetime:
    """A clock that never goes back, from a beginning of its own."""
    return dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=time.monotonic())
