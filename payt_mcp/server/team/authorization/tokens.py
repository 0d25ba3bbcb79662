"""Access tokens of five minutes, and refresh tokens that are good once.

A program whose requests run side by side refreshes side by side, and an answer may get lost. So for two minutes after
its first use a refresh token gives further pairs, until one of those was used in its turn; when it comes later,
somebody else has it, and the connection ends.

All pairs that came of one token are of one generation: the first of them that is used begins the two minutes of all. So
two who go on side by side, of whom one has stolen a token, have to come within the same two minutes every time; the
first who does not ends it for both.
"""

from __future__ import annotations

from dataclasses import dataclass

from payt_mcp.database.database import Connection, first
from payt_mcp.server.team.authorization.connections import end
from payt_mcp.server.team.authorization.hashing import hashed, new_secret

ACCESS_SECONDS = 300

_ADD_ACCESS = """
    insert into connection_tokens (hash, connection, kind, writes, expires_at)
    values (%s, %s, 'access', %s, now() + make_interval(secs => %s))
"""
_ADD_REFRESH = """
    insert into connection_tokens (hash, connection, kind, writes, expires_at)
    select %s, id, 'refresh', writes, least(now() + interval '30 days', created_at + interval '180 days')
    from connections where id = %s
"""
_OLD = """
    delete from connection_tokens where connection = %s
        and (expires_at < now() or used_at < now() - interval '7 days')
"""
_LIVE = """
    t.hash = %s and t.kind = 'refresh' and t.expires_at > now() and n.id = t.connection
    and n.client_id = %s and n.resource = %s and n.revoked_at is null
"""
_WHOSE = f"select n.* from connection_tokens t, connections n where {_LIVE}"  # noqa: S608 - a constant
_LOCK = f"select n.id, n.writes from connection_tokens t, connections n where {_LIVE} for update of n"  # noqa: S608 - a constant
_STATE = """
    select used_at is null as is_first, used_at > now() - interval '120 seconds' as is_early, exists (
        select from connection_tokens o where o.connection = t.connection and o.used_at > t.used_at
    ) as is_passed from connection_tokens t where hash = %s
"""
_USE = "update connection_tokens set used_at = now() where connection = %s and kind = 'refresh' and used_at is null"


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str
    writes: bool


@dataclass(frozen=True)
class Refreshing:
    token: str
    client_id: str
    resource: str


@dataclass(frozen=True)
class Whose:
    """Whom a refresh token speaks for, through which program."""

    tenant_id: str
    person_id: str
    client_host: str


def whose(connection: Connection, given: Refreshing) -> Whose | None:
    row = first(connection, _WHOSE, (hashed(given.token), given.client_id, given.resource))
    return Whose(row["tenant"], row["person"], row["client_host"]) if row else None


def refresh(connection: Connection, given: Refreshing, *, writes: bool) -> Pair | None:
    """The next pair; None where the token is none of this program's, or none any more. `writes`: asked for again; its
    refresh token keeps what the person allowed.
    """
    held = first(connection, _LOCK, (hashed(given.token), given.client_id, given.resource))
    state = first(connection, _STATE, (hashed(given.token),)) if held else None
    if held is None or state is None:
        return None
    if state["is_first"]:
        connection.execute(_USE, (held["id"],))  # and what else is of its generation
    elif not state["is_early"]:
        end(connection, held["id"])
        return None
    elif state["is_passed"]:
        return None
    connection.execute(_OLD, (held["id"],))
    return mint(connection, held["id"], writes=held["writes"] and writes)


def mint(connection: Connection, connection_id: str, *, writes: bool) -> Pair:
    pair = Pair(new_secret("payt_access"), new_secret("payt_refresh"), writes)
    connection.execute(_ADD_ACCESS, (hashed(pair.access), connection_id, writes, ACCESS_SECONDS))
    connection.execute(_ADD_REFRESH, (hashed(pair.refresh), connection_id))
    return pair
