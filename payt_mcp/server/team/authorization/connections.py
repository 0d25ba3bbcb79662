"""What people have let in, and how it ends: all of a connection's tokens at once, on every replica."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.server.team.people import Person

CHANNEL = "connections"
"""Where the id of a connection is notified that ended."""

_END = "update connections set revoked_at = now() where id = %s and revoked_at is null returning id"
_END_ALL = """
    update connections set revoked_at = now() where tenant = %s and person = %s and revoked_at is null returning id
"""
_NOTIFY = "select pg_notify(%s, %s)"
_LIVE = """
    select * from connections where tenant = %s and person = %s and revoked_at is null and began_at is not null
        and exists (select 1 from connection_tokens where connection = connections.id and expires_at > now())
    order by created_at desc, id
"""
_OWN = "select id from connections where id = %s and tenant = %s and person = %s and revoked_at is null"


@dataclass(frozen=True)
class Connected:
    """A program that somebody has let in. `last_used` is right to the minute."""

    id: str
    client: str
    client_host: str
    since: dt.datetime
    last_used: dt.datetime
    writes: bool


class Connections:
    """Every method takes whose they are: nobody sees, or ends, those of somebody else. All raise DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: Person) -> list[Connected]:
        """The newest first."""
        values = (person.tenant_id, person.id)
        rows = await self._database.run(lambda c: c.execute(_LIVE, values).fetchall())
        return [_connected(row) for row in rows]

    async def revoke(self, person: Person, connection_id: str) -> bool:
        """False where they have none of this id."""

        def work(connection: Connection) -> bool:
            own = first(connection, _OWN, (connection_id, person.tenant_id, person.id))
            return own is not None and end(connection, connection_id)

        return await self._database.run(work)

    async def revoke_all(self, tenant_id: str, person_id: str) -> int:
        """All that somebody has let in; how many those were."""
        return await self._database.run(lambda c: end_all(c, tenant_id, person_id))


def end(connection: Connection, connection_id: str) -> bool:
    """In a transaction that is under way; False where it had ended."""
    ended = first(connection, _END, (connection_id,))
    if ended is not None:
        connection.execute(_NOTIFY, (CHANNEL, connection_id))
    return ended is not None


def end_all(connection: Connection, tenant_id: str, person_id: str) -> int:
    ended = connection.execute(_END_ALL, (tenant_id, person_id)).fetchall()
    for row in ended:
        connection.execute(_NOTIFY, (CHANNEL, row["id"]))
    return len(ended)


def _connected(row: DictRow) -> Connected:
    return Connected(
        row["id"],
        row["client"],
        row["client_host"],
        row["created_at"],
        row["used_at"] or row["began_at"],
        row["writes"],
    )
