"""The database of a team server: transactions from threads, and notices of what other processes did."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import psycopg
from anyio.to_thread import run_sync
from psycopg.abc import Params, Query
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from payt_mcp.errors import DatabaseError
from payt_mcp.settings.secret import Secret

Connection = psycopg.Connection[DictRow]
T = TypeVar("T")

PATIENCE = 5.0
"""Seconds a transaction waits for a connection before the database counts as away."""

_LONGEST_TURN = 15.0
"""Seconds for which a thread is waited for: all of them may wait for a database that does not even say no."""

_LEFT_OPEN = 60.0
"""Seconds after which the database takes back a transaction in which nothing is asked: a replica that was stopped in
the middle of one must not hold up all others for as long as it stands still.
"""

_DEAD: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A host that is gone without a word is known to be after half a minute; by itself a connection waits for hours."""

_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.IdleInTransactionSessionTimeout)

SLOW_POLL = 15.0
"""Seconds after which somebody who listens looks again, should a notice have been lost."""


class _OpenEnded(psycopg.Connection[DictRow]):
    """What asks for all columns of a table (`*`) is planned anew each time: a plan that the database keeps is of the
    columns there were, and fails once the next version, while this one still runs, has added another.
    """

    def execute(
        self, query: Query, params: Params | None = None, *, prepare: bool | None = None, binary: bool = False
    ) -> psycopg.Cursor[DictRow]:
        text = query.encode() if isinstance(query, str) else query
        if not isinstance(text, bytes) or b"*" in text:
            prepare = False
        return super().execute(query, params, prepare=prepare, binary=binary)  # type: ignore[arg-type]  # its own type


@dataclass(frozen=True)
class Waits:
    """How often a connection was asked for so far, and for how many seconds in all it was waited for."""

    uses: int
    seconds: float


class Database:
    """Connections to one PostgreSQL, shared by all threads of a process.

    Args:
        url: a connection string of libpq: `postgresql://user:password@host/name`.
        most: connections at a time.
        turn: seconds that one waits for its turn, where all threads are taken.
        left_open: seconds a transaction may stand open in which nothing is asked.
    """

    def __init__(
        self, url: Secret, *, most: int = 10, turn: float = _LONGEST_TURN, left_open: float = _LEFT_OPEN
    ) -> None:
        self._url = url
        self._turns: anyio.Semaphore | None = None
        self._limit: anyio.CapacityLimiter | None = None
        self._most = most
        self._turn_seconds = turn
        self._left_open = left_open
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url.reveal(),
            connection_class=_OpenEnded,
            kwargs={"row_factory": dict_row, "connect_timeout": int(PATIENCE), "application_name": "payt-mcp"} | _DEAD,
            configure=self._configure,
            min_size=0,
            max_size=most,
            timeout=PATIENCE,
            check=ConnectionPool.check_connection,  # a restarted database is met by a new connection, not by an error
            open=False,
        )
        self._pool.open(wait=False)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, from a thread that may wait; what is raised inside takes it back.

        Raises:
            DatabaseError: the database is away. Whether a transaction that was being ended took place is not known.
        """
        try:
            with self._pool.connection() as connection:
                yield connection
        except (*_AWAY, PoolTimeout, PoolClosed, TooManyRequests):
            raise DatabaseError from None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do this in one transaction, in a thread. Raises DatabaseError, and what the work raises."""

        def in_thread() -> T:
            with self.transaction() as connection:
                return work(connection)

        async with self._turn():
            return await run_sync(in_thread, limiter=self._limit)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One of as many threads as there are connections. Raises DatabaseError."""
        if self._turns is None:
            self._turns, self._limit = anyio.Semaphore(self._most), anyio.CapacityLimiter(self._most)
        try:
            with anyio.fail_after(self._turn_seconds):
                await self._turns.acquire()
        except TimeoutError:
            raise DatabaseError from None
        try:
            yield
        finally:
            self._turns.release()

    def _configure(self, connection: Connection) -> None:
        value = f"{round(self._left_open * 1000)}ms"
        connection.autocommit = True
        connection.execute("select set_config('idle_in_transaction_session_timeout', %s, false)", (value,))
        connection.autocommit = False

    async def notices(self, channel: str) -> AsyncGenerator[str, None]:
        """What is notified on a channel, as it comes; "" where something may have been missed: at the start, after a
        connection was lost, and every fifteen seconds. Whoever stops listening closes it (`aclosing`).
        """
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._url.reveal(), autocommit=True, connect_timeout=int(PATIENCE), **_DEAD
                )
                try:
                    await connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
                    yield ""
                    while True:
                        async for notice in connection.notifies(timeout=SLOW_POLL):
                            yield notice.payload
                        yield ""
                finally:  # its own `async with` waits for whoever listens, and is cut short where this is cancelled
                    await connection.close()
            except psycopg.Error:
                await anyio.sleep(1)

    def waits(self) -> Waits:
        stats = self._pool.get_stats()
        return Waits(stats.get("requests_num", 0), stats.get("requests_wait_ms", 0) / 1000)

    def close(self) -> None:
        self._pool.close()


def try_once(url: Secret) -> None:
    """Connect once, and see whether that works; a pool would go on trying. Raises DatabaseError."""
    try:
        psycopg.connect(url.reveal(), connect_timeout=int(PATIENCE)).close()
    except psycopg.Error:
        raise DatabaseError from None


def first(connection: Connection, query: str, values: Any = None) -> DictRow | None:
    """The first row of an answer."""
    return connection.execute(query, values).fetchone()
