"""What is sealed in the database, and how all of it comes under another key while replicas run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from psycopg import sql
from psycopg.rows import DictRow

from payt_mcp.database.database import Connection, Database
from payt_mcp.server.team.keyring import KeyRing, head_of, key_of


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values. `keys` are the columns that name a row; with `purpose` they say what it is about."""

    table: str
    column: str
    purpose: str
    keys: tuple[str, ...]

    def about(self, *key: str) -> str:
        """The words its values are sealed with, for the row of this key."""
        return "\n".join((self.purpose, *key))


IDENTITIES = SealedColumn("identities", "sealed", "identity", ("issuer", "subject"))
GRANTS = SealedColumn("payt_grants", "sealed", "grant", ("tenant", "id"))
SEALED: tuple[SealedColumn, ...] = (IDENTITIES, GRANTS)
"""Every column there is: what is sealed elsewhere is listed here, or a rotation leaves it behind."""

_BATCH = 100


async def reseal(database: Database, ring: KeyRing, *, batch: int = _BATCH) -> int:
    """Seal everything anew that the first key has not sealed; returns how much that was.

    Raises:
        SealedError: something does not open; what was sealed anew before stays so, and the rest as it was.
        DatabaseError: as above.
    """
    done = 0
    for column in SEALED:
        some = partial(_some, ring=ring, column=column, batch=batch)
        while changed := await database.run(some):
            done += changed
    return done


async def check_keys(database: Database, ring: KeyRing) -> None:
    """See that the ring opens one value of each key there is. Raises SealedError, DatabaseError."""

    def look(connection: Connection) -> None:
        for column in SEALED:
            for row in connection.execute(_ONE_OF_EACH.format(**_names(column))).fetchall():
                ring.open(row[column.column], column.about(*(row[key] for key in column.keys)))

    await database.run(look)


async def keys_in_use(database: Database) -> dict[str, int]:
    """How many values each key has sealed, by its name."""

    def count(connection: Connection) -> dict[str, int]:
        found: dict[str, int] = {}
        for column in SEALED:
            for row in connection.execute(_COUNTED.format(**_names(column))).fetchall():
                name = key_of(row["head"])
                found[name] = found.get(name, 0) + row["number"]
        return found

    return await database.run(count)


async def signed_by_others(database: Database, key: str) -> list[str]:
    """The names of companies whose record of writes another key than this one has signed last. Raises DatabaseError."""
    query = "select name from heads join tenants on id = tenant where key <> %s order by name"
    rows = await database.run(lambda c: c.execute(query, (key,)).fetchall())
    return [row["name"] for row in rows]


_HEAD = sql.SQL("substring({column} from 1 for 2 + get_byte({column}, 1))")
"""What `head_of` made."""

_ONE_OF_EACH = sql.SQL("select distinct on ({head}) {keys}, {column} from {table} where {column} is not null")
_COUNTED = sql.SQL("select {head} as head, count(*) as number from {table} where {column} is not null group by 1")
_OTHERS = sql.SQL(
    "select {keys}, {column} from {table} where {column} is not null and {head} <> %s limit %s for update"
)
_ANEW = sql.SQL("update {table} set {column} = %s where ({keys}) = ({values})")


def _names(column: SealedColumn) -> dict[str, sql.Composable]:
    name = sql.Identifier(column.column)
    return {
        "table": sql.Identifier(column.table),
        "column": name,
        "head": _HEAD.format(column=name),
        "keys": sql.SQL(", ").join(map(sql.Identifier, column.keys)),
        "values": sql.SQL(", ").join([sql.Placeholder()] * len(column.keys)),
    }


def _some(connection: Connection, ring: KeyRing, column: SealedColumn, batch: int) -> int:
    """One batch, in its own transaction."""
    rows = connection.execute(_OTHERS.format(**_names(column)), (head_of(ring.first), batch)).fetchall()
    for row in rows:
        _anew(connection, ring, column, row)
    return len(rows)


def _anew(connection: Connection, ring: KeyRing, column: SealedColumn, row: DictRow) -> None:
    key = [row[name] for name in column.keys]
    secret = ring.open(row[column.column], column.about(*key))
    sealed = ring.seal(secret, column.about(*key))
    connection.execute(_ANEW.format(**_names(column)), (sealed, *key))
