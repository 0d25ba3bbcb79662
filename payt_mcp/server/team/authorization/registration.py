"""/register (RFC 7591): a program makes itself known. It gets an id and no secret, whatever it asked for.

Anybody may; so there are bounds, and what nobody uses is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.server.team.authorization.answers import Refusal, answer, body_of
from payt_mcp.server.team.authorization.fetching import is_public
from payt_mcp.server.team.authorization.program import UnfitError, described

_MOST_FROM_ONE = 600
"""Registrations an hour from one address of the internet. Any other is a balancer's, or of the company's own network:
whoever asks from there cannot be told apart, and a flood must not keep out those that come after it.
"""

_MOST_UNUSED = 5_000
"""Of those that nobody has used yet; beyond it the oldest go."""

_FORGOTTEN = """
    delete from oauth_clients where coalesce(used_at, created_at) < now() - interval '1 year'
        or (used_at is null and created_at < now() - interval '1 day')
"""
_NO_LONGER_NEEDED = """
    update oauth_clients set registered_from = ''
    where registered_from <> '' and created_at < now() - interval '1 hour'
"""
_COUNTED = """
    select count(*) filter (where registered_from = %s) as from_one, count(*) filter (where used_at is null) as unused
    from oauth_clients
"""
_TOO_MANY = """
    delete from oauth_clients where id in (
        select id from oauth_clients where used_at is null order by created_at desc offset %s
    )
"""
_ADD = "insert into oauth_clients (id, name, redirect_uris, registered_from) values (%s, %s, %s, %s)"


class Registering:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, request: Request) -> Response:
        try:
            name, redirects = _described(await body_of(request))
            client_id = await self._add(name, redirects, request.client.host if request.client else "")
        except Refusal as refusal:
            return refusal.answer()
        return answer(_registered(client_id, name, redirects), 201)

    async def _add(self, name: str, redirects: tuple[str, ...], host: str) -> str:
        client_id = f"p-{secrets.token_urlsafe(16)}"
        origin = hashlib.sha256(host.encode()).hexdigest() if _is_of_somebody(host) else ""

        def add(connection: Connection) -> bool:
            connection.execute(_FORGOTTEN)
            connection.execute(_NO_LONGER_NEEDED)
            counted = first(connection, _COUNTED, (origin,))
            assert counted is not None, "it counts what there is"
            if origin and counted["from_one"] >= _MOST_FROM_ONE:
                return False
            if counted["unused"] >= _MOST_UNUSED:
                connection.execute(_TOO_MANY, (_MOST_UNUSED - 1,))
            connection.execute(_ADD, (client_id, name, list(redirects), origin))
            return True

        if not await self._database.run(add):
            raise Refusal("temporarily_unavailable", "Too many registrations: try again later.", 429)
        return client_id


def _is_of_somebody(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return False  # a socket of this machine


def _described(body: bytes) -> tuple[str, tuple[str, ...]]:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Refusal("invalid_client_metadata", "The body must be a JSON object.")
    try:
        name, redirects = described(said)
    except UnfitError as unfit:
        code = "invalid_redirect_uri" if unfit.redirects else "invalid_client_metadata"
        raise Refusal(code, f"Not registered: {unfit}.") from None
    return name or "A program without a name", redirects


def _registered(client_id: str, name: str, redirects: tuple[str, ...]) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "client_name": name,
        "redirect_uris": redirects,
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    }
