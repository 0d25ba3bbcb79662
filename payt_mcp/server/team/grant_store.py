"""One consent at Payt as the database keeps it: what a token source renews, one replica at a time."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from typing import Any

import anyio
from anyio.to_thread import run_sync
from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import DatabaseError, SignInStoreError
from payt_mcp.payt.signin.grants import GrantTrouble
from payt_mcp.payt.signin.sign_in import SignIn, Tokens
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.resealing import GRANTS
from payt_mcp.settings import Secret

LEASE = 40.0
"""Seconds one replica alone may renew: longer than a renewal can take."""

PATIENCE = 45.0
"""Seconds to wait for another one: until it has died over it, at the most."""

DISCONNECTED = "it was disconnected here"

_LOOK = 30.0
"""Seconds after which it is read again: who disconnected it did so on any replica."""


class GrantStore:
    """A `Store` of payt/signin/renewing.py over one row. What it does to the database blocks: call it in a thread."""

    def __init__(self, database: Database, ring: KeyRing, row: DictRow, client_secret: Secret | None) -> None:
        self._database = database
        self._ring = ring
        self._client_secret = client_secret
        self._key: tuple[str, str] = (row["tenant"], row["id"])
        self._version = 0
        self._whose, self._login = _bare(row).whose, row["login"]
        self._turn = anyio.Lock()

    def stamp(self) -> tuple[int, int]:
        return self._version, int(time.monotonic() / _LOOK)

    def look_again(self, login: str | None = None) -> None:
        """Have it read before it is used again; where a `login` is given, only if it is another than was known."""
        if login != self._login:
            self._login = login or self._login
            self._version += 1

    def whose(self) -> tuple[str, str] | None:
        return self._whose, self._login

    def read(self) -> SignIn | None:
        with self._connection() as connection:
            row = first(connection, "select * from payt_grants where tenant = %s and id = %s", self._key)
        if row is None:
            return None
        self._login = row["login"]
        return replace(_bare(row), tokens=opened(self._ring, row, self._client_secret))

    def keep(self, signin: SignIn) -> None:
        """Only one of those who had the same refresh token can have got new ones for it: they are kept whatever the
        others noted meanwhile, unless somebody connected anew.
        """
        sealed = self._ring.seal(json.dumps(plain(signin.tokens)).encode(), GRANTS.about(*self._key))
        self._update(
            "sealed = %s, scope = %s, renewing = '', ended = '', renewed_at = now()", signin, sealed, signin.scope
        )

    def note(self, signin: SignIn) -> None:
        """How a renewal stands; what has ended holds no secret any more."""
        over = ", sealed = null" if signin.ended else ""
        self._update(f"renewing = %s, ended = %s{over}", signin, signin.renewing, signin.ended)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Be the only one, of all replicas, that renews it.

        Raises:
            GrantTrouble: another has been at it for too long.
            SignInStoreError: the database is away.
        """
        me = secrets.token_hex(8)
        give_up = anyio.current_time() + PATIENCE
        async with self._turn:
            while not await run_sync(self._take, me):
                if anyio.current_time() > give_up:
                    raise GrantTrouble("another process has been renewing it for too long", taken=False)
                await anyio.sleep(0.1)
            try:
                yield
            finally:
                with anyio.CancelScope(shield=True), suppress(SignInStoreError):
                    await run_sync(self._give_back, me)

    def _take(self, me: str) -> bool:
        with self._connection() as connection:
            taken = first(
                connection,
                "update payt_grants set turn_of = %s, turn_until = now() + %s * interval '1 second' "
                "where tenant = %s and id = %s and (turn_until is null or turn_until < now()) returning id",
                (me, LEASE, *self._key),
            )
            known = first(connection, "select 1 from payt_grants where tenant = %s and id = %s", self._key)
        return taken is not None or known is None  # of one that is gone, reading says so

    def _give_back(self, me: str) -> None:
        with self._connection() as connection:
            connection.execute(
                "update payt_grants set turn_until = null where tenant = %s and id = %s and turn_of = %s",
                (*self._key, me),
            )

    def _update(self, what: str, signin: SignIn, *values: Any) -> None:
        query = f"update payt_grants set {what} where tenant = %s and id = %s and login = %s"  # noqa: S608 - ours
        with self._connection() as connection:
            connection.execute(query.encode(), (*values, *self._key, signin.login))
        self._version += 1

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._database.transaction() as connection:
                yield connection
        except DatabaseError as error:
            raise SignInStoreError(str(error)) from None


def plain(tokens: Tokens) -> dict[str, Any]:
    """What is sealed of tokens: the application's secret is in the settings and nowhere else."""
    return replace(tokens, client_secret=None).as_json()


def opened(ring: KeyRing, row: DictRow, client_secret: Secret | None) -> Tokens:
    """The tokens of a row; none that works where it has ended. Raises SealedError."""
    if row["sealed"] is None:
        return Tokens(Secret(""), client_secret=client_secret)
    found = json.loads(ring.open(row["sealed"], GRANTS.about(row["tenant"], row["id"])))
    return replace(Tokens.from_json(found), client_secret=client_secret)


def _bare(row: DictRow) -> SignIn:
    """Without its tokens."""
    ended = row["ended"] or ("" if row["sealed"] else DISCONNECTED)
    return SignIn(
        "oauth",
        row["login"],
        Tokens(Secret("")),
        row["client_id"],
        row["scope"],
        row["renewing"],
        ended,
        grant=row["id"],
    )
