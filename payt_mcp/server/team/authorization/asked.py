"""What a program asked for, until a person answers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.server.team.authorization.hashing import hashed
from payt_mcp.server.team.authorization.redirects import place_of

_ADD = """
    insert into oauth_requests (id, client_id, client, vouched_by, redirect_uri, state, challenge, writes)
    values (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_OLD = """
    delete from oauth_requests where created_at < greatest(now() - interval '1 hour', (
        select created_at from oauth_requests order by created_at desc offset 20000 limit 1
    ))
"""
_LIVE = "select * from oauth_requests where id = %s and created_at > now() - interval '1 hour'"
_TAKE = "delete from oauth_requests where id = %s and created_at > now() - interval '1 hour' returning *"


@dataclass(frozen=True)
class Asked:
    """`client` is the program's name, `vouched_by` as in Program; `writes`: it wants to propose writes too."""

    client_id: str
    client: str
    vouched_by: str
    redirect_uri: str
    state: str | None
    challenge: str
    writes: bool

    @property
    def client_host(self) -> str:
        """Where it comes from: the host that vouches for it, else where its answers go."""
        return self.vouched_by or place_of(self.redirect_uri)


async def note(database: Database, asked: Asked) -> str:
    """Keep it for an hour: a person may have to sign in first, and to connect Payt. Returns its id.

    Anybody can ask, so there is a bound; beyond it the oldest go.
    """
    key = secrets.token_urlsafe(24)

    def add(connection: Connection) -> None:
        connection.execute(_OLD)
        values = (hashed(key), asked.client_id, asked.client, asked.vouched_by, asked.redirect_uri)
        connection.execute(_ADD, (*values, asked.state, asked.challenge, asked.writes))

    await database.run(add)
    return key


async def noted(database: Database, key: str) -> Asked | None:
    row = await database.run(lambda c: first(c, _LIVE, (hashed(key),)))
    return _asked(row) if row else None


def take(connection: Connection, key: str) -> Asked | None:
    """The one that takes it may answer it; None for everybody after that."""
    row = first(connection, _TAKE, (hashed(key),))
    return _asked(row) if row else None


def _asked(row: DictRow) -> Asked:
    return Asked(
        row["client_id"],
        row["client"],
        row["vouched_by"],
        row["redirect_uri"],
        row["state"],
        row["challenge"],
        row["writes"],
    )
