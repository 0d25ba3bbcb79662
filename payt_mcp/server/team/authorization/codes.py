"""A consent becomes a connection, with a code that its program redeems within a minute, once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from payt_mcp.database.database import Connection, first
from payt_mcp.server.team.authorization.asked import Asked
from payt_mcp.server.team.authorization.connections import end
from payt_mcp.server.team.authorization.hashing import hashed, new_secret
from payt_mcp.server.team.authorization.tokens import Pair, mint
from payt_mcp.server.team.people import Person

_OLD = """
    delete from connections where revoked_at < now() - interval '30 days' or created_at < now() - interval '181 days'
        or (began_at is null and created_at < now() - interval '1 day')
"""
_ADD = """
    insert into connections (id, tenant, person, client_id, client, client_host, resource, redirect_uri, challenge,
        writes, code, code_expires_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now() + interval '60 seconds')
"""
_HELD = """
    select *, began_at is null and revoked_at is null and code_expires_at > now() as is_fresh
    from connections where code = %s for update
"""
_BEGIN = "update connections set began_at = now(), used_at = now() where id = %s"
_USED = "update oauth_clients set used_at = now() where id = %s"
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


@dataclass(frozen=True)
class Consented:
    person: Person
    asked: Asked
    resource: str
    writes: bool


@dataclass(frozen=True)
class Redeeming:
    """What a program shows for a code. It may leave `redirect_uri` out (OAuth 2.1): the verifier proves more."""

    code: str
    client_id: str
    redirect_uri: str | None
    verifier: str
    resource: str


def issue(connection: Connection, consented: Consented) -> str:
    code, asked = new_secret("payt_code"), consented.asked
    whose = (f"c-{secrets.token_hex(8)}", consented.person.tenant_id, consented.person.id)
    program = (asked.client_id, asked.client, asked.client_host, consented.resource, asked.redirect_uri)
    connection.execute(_OLD)
    connection.execute(_ADD, (*whose, *program, asked.challenge, consented.writes, hashed(code)))
    return code


def redeem(connection: Connection, given: Redeeming) -> Pair | None:
    """The first pair of a connection. None where the code is not this program's, or none any more; if it was redeemed
    before, somebody has it who should not, and the connection ends.
    """
    row = first(connection, _HELD, (hashed(given.code),))
    if row is None or row["client_id"] != given.client_id or row["resource"] != given.resource:
        return None
    if given.redirect_uri not in {None, row["redirect_uri"]} or not _proves(given.verifier, row["challenge"]):
        return None
    if not row["is_fresh"]:
        if row["began_at"] is not None:
            end(connection, row["id"])
        return None
    connection.execute(_BEGIN, (row["id"],))
    connection.execute(_USED, (given.client_id,))
    return mint(connection, row["id"], writes=row["writes"])


def _proves(verifier: str, challenge: str) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return bool(_VERIFIER.fullmatch(verifier)) and hmac.compare_digest(digest, challenge)
