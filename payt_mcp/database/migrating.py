"""The tables as numbered steps, each taken once, by one process at a time.

A step only adds (a table, a column with a default, an index): the version before it goes on working while replicas are
replaced one by one. What nothing uses any more is taken away a version later.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from payt_mcp.database.database import Connection, Database
from payt_mcp.errors import SettingsError

_TURN = 0x70617974  # one number for all who migrate: "payt"
_KEPT = "create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())"


@dataclass(frozen=True)
class Step:
    name: str
    sql: str


def steps() -> tuple[Step, ...]:
    """All there are, in order."""
    folder = resources.files("payt_mcp.database") / "migrations"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    return tuple(Step(one.name.removesuffix(".sql"), one.read_text("utf-8")) for one in files)


def migrate(database: Database) -> list[str]:
    """Take the steps that were not taken yet; returns their names. Raises DatabaseError."""
    with database.transaction() as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (_TURN,))
        connection.execute(_KEPT)
        missing = _missing(connection)
        for step in missing:
            connection.execute(step.sql.encode())  # bytes: a file of ours, not a text that was put together
            connection.execute("insert into migrations (name) values (%s)", (step.name,))
        return [step.name for step in missing]


def check(database: Database) -> None:
    """Whether this program may use the database as it is. Steps of a later version do not matter.

    Raises:
        SettingsError: steps are missing.
        DatabaseError: it is away.
    """
    with database.transaction() as connection:
        found = connection.execute("select to_regclass('migrations') is not null as there").fetchone()
        missing = _missing(connection) if found and found["there"] else list(steps())
    if missing:
        raise SettingsError(
            f"The database of PAYT_DATABASE_URL lacks {len(missing)} of the steps this version needs (the first is "
            f"{missing[0].name}): run `payt-mcp team migrate` once, then start again."
        )


def _missing(connection: Connection) -> list[Step]:
    taken = {row["name"] for row in connection.execute("select name from migrations").fetchall()}
    return [step for step in steps() if step.name not in taken]
