"""Who is alive among the processes that share a database: each says so again and again, until a moment it is told.

A process that was stopped, or could not reach the database, for longer than its lease is dead to the others for good:
it goes on under another name, and may not send what it claimed before.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Collection
from contextlib import suppress

import psycopg

from payt_mcp.database.database import Database
from payt_mcp.errors import DatabaseError
from payt_mcp.proposals.ledger.postgres.store import PostgresStore

LEASE = 60.0
"""Seconds for which a process counts as alive: longer than anything is being sent (see `sending.SENDING_BOUND`)."""

BEAT = 15.0
"""Seconds after which it says so again."""

_LONG_OVER = "1 day"
_PROLONG = """
    update owners set lease_until = clock_timestamp() + make_interval(secs => %s)
    where name = any(%s) and lease_until > clock_timestamp() returning name
"""


class Leases:
    """The leases of this process, one for each ledger it has claimed from; a thread prolongs them."""

    def __init__(self, database: Database, *, lease: float = LEASE, beat: float = BEAT) -> None:
        self.database = database
        self.seconds = lease
        self._beat = beat
        self._held: dict[str, LeasedOwner] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def keep(self, name: str, owner: LeasedOwner) -> None:
        """Prolong what was taken under a name from now on."""
        with self._lock:
            self._held[name] = owner
            if self._thread is None:
                self._thread = threading.Thread(target=self._prolong_on, name="payt-leases", daemon=True)
                self._thread.start()

    def drop(self, names: Collection[str]) -> None:
        """Be dead to the others under these names, from now on."""
        with self._lock:
            for name in names:
                self._held.pop(name, None)
        with suppress(DatabaseError), self.database.transaction() as connection:  # else it is over by itself
            connection.execute("delete from owners where name = any(%s)", (list(names),))

    def close(self) -> None:
        """Prolong nothing more."""
        self._over.set()

    def _prolong_on(self) -> None:
        while not self._over.wait(self._beat):
            with suppress(DatabaseError, psycopg.Error):  # what cannot be prolonged in time is over
                self._prolong()

    def _prolong(self) -> None:
        with self._lock:
            held = dict(self._held)
        asked = time.monotonic()
        with self.database.transaction() as connection:
            rows = connection.execute(_PROLONG, (self.seconds, list(held))).fetchall()
        for name in {row["name"] for row in rows}:
            held[name].prolonged(name, asked + self.seconds)
        with self._lock:
            for name, owner in held.items():
                if not owner.holds(name):
                    self._held.pop(name, None)


class LeasedOwner:
    """See `parts.Owning`: this process, for one ledger."""

    def __init__(self, leases: Leases, store: PostgresStore) -> None:
        self.name = _new_name()
        self._leases = leases
        self._store = store
        self._until: dict[str, float] = {}

    def take(self) -> str:
        asked = time.monotonic()
        if self.name not in self._until or not self._is_prolonged():
            self._begin()
        self._until[self.name] = asked + self._leases.seconds
        self._leases.keep(self.name, self)
        return self.name

    def was(self, name: str) -> bool:
        return name in self._until

    def holds(self, name: str) -> bool:
        return time.monotonic() < self._until.get(name, 0.0)

    def prolonged(self, name: str, until: float) -> None:
        """The lease of that name lasts until this moment of the monotonic clock, and a little longer at the others'."""
        self._until[name] = until

    def dead(self, names: Collection[str]) -> set[str]:
        """Whoever is found dead here is so for good: the row that could be prolonged is gone."""
        if not names:
            return set()
        with self._store.reading():
            connection = self._store.connection
            gone = "delete from owners where name = any(%s) and lease_until <= clock_timestamp()"
            connection.execute(gone, (list(names),))
            rows = connection.execute("select name from owners where name = any(%s)", (list(names),)).fetchall()
        return set(names) - {row["name"] for row in rows}

    def release(self) -> None:
        if self._until:
            self._leases.drop(list(self._until))

    def _is_prolonged(self) -> bool:
        found = self._store.connection.execute(_PROLONG, (self._leases.seconds, [self.name])).fetchone()
        return found is not None

    def _begin(self) -> None:
        """Be alive to the others from the end of this step on, under a name nobody ever had."""
        if self.name in self._until:
            self.name = _new_name()
        connection = self._store.connection
        connection.execute("delete from owners where lease_until < clock_timestamp() - %s::interval", (_LONG_OVER,))
        connection.execute(
            "insert into owners (name, lease_until) values (%s, clock_timestamp() + make_interval(secs => %s))",
            (self.name, self._leases.seconds),
        )


def _new_name() -> str:
    return f"r-{secrets.token_hex(8)}"
