"""Who makes a request at /mcp: a live access token of a connection, and a person who still may."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from typing import TypeVar

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.connections import CHANNEL
from payt_mcp.server.team.authorization.contracts import IsCurrent
from payt_mcp.server.team.authorization.hashing import hashed
from payt_mcp.server.team.authorization.scopes import ALL
from payt_mcp.server.team.who import SignedIn, remember

K = TypeVar("K")
V = TypeVar("V")

_KNOWN_FOR = 5.0
"""Seconds that a token need not be looked up again: as long as a revocation may take whose notice is lost."""

_CURRENT_FOR = 60.0
_MOST_KNOWN = 10_000
_LIVE = """
    select n.*, t.writes as writes_now, extract(epoch from t.expires_at - now())::float as seconds_left
    from connection_tokens t join connections n on n.id = t.connection
    where t.hash = %s and t.kind = 'access' and t.expires_at > now() and n.revoked_at is null and n.resource = %s
"""
_USED = """
    update connections set used_at = now()
    where id = %s and (used_at is null or used_at < now() - interval '1 minute')
"""


class BearerRequired:
    """Lets an HTTP request through with a live token alone, and notes whose it is (`who.of_scope`)."""

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        public_url: str,
        is_current: IsCurrent,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._database = database
        self._addresses = Addresses(public_url)
        self._ask_current = is_current
        self._clock = clock
        self._known: dict[str, tuple[float, SignedIn]] = {}
        self._seen_current: dict[tuple[str, str], float] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = [value for name, value in scope["headers"] if name == b"authorization"]
            who = await self._who(given)
            if who is None:
                await self._refusal(was_given=bool(given))(scope, receive, send)
                return
            remember(scope, who)
        await self._app(scope, receive, send)

    async def forget_ended(self) -> None:
        """Runs for as long as the server: a connection that ends, wherever that was, ends here at once."""
        async with aclosing(self._database.notices(CHANNEL)) as notices:
            async for ended in notices:
                kept = self._known.items() if ended else ()  # else something may have been missed
                self._known = {token: entry for token, entry in kept if entry[1].connection_id != ended}

    async def _who(self, given: list[bytes]) -> SignedIn | None:
        scheme, _, token = (given[0] if len(given) == 1 else b"").decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        who = await self._holder(hashed(token.strip()))
        return who if who and await self._is_current(who) else None

    async def _holder(self, token: str) -> SignedIn | None:
        """Raises DatabaseError."""
        until, who = self._known.get(token, (0.0, None))
        if who is not None and self._clock() < until:
            return who
        self._known.pop(token, None)
        asked_at = self._clock()
        found = await self._database.run(lambda c: _found(c, token, self._addresses.resource))
        if found is None:
            return None
        seconds, who = found
        _keep(self._known, token, (asked_at + min(seconds, _KNOWN_FOR), who))
        return who

    async def _is_current(self, who: SignedIn) -> bool:
        key, now = (who.tenant_id, who.person_id), self._clock()
        if now < self._seen_current.get(key, 0.0):
            return True
        if not await self._ask_current(*key):
            return False
        _keep(self._seen_current, key, now + _CURRENT_FOR)
        return True

    def _refusal(self, *, was_given: bool) -> ASGIApp:
        wrong = 'error="invalid_token", error_description="The access token is not valid (any more)", '
        challenge = (
            f"Bearer {wrong if was_given else ''}"
            f'resource_metadata="{self._addresses.resource_metadata}", scope="{" ".join(ALL)}"'
        )
        said = "Sign in: this server needs an access token of its own in the Authorization header."
        headers = {"WWW-Authenticate": challenge, "Cache-Control": "no-store"}
        return JSONResponse({"error": "invalid_token", "error_description": said}, 401, headers)


def _found(connection: Connection, token: str, resource: str) -> tuple[float, SignedIn] | None:
    row = first(connection, _LIVE, (token, resource))
    if row is None:
        return None
    connection.execute(_USED, (row["id"],))
    who = SignedIn(
        row["tenant"], row["person"], row["id"], row["client"], row["client_host"], row["writes"] and row["writes_now"]
    )
    return row["seconds_left"], who


def _keep(kept: dict[K, V], key: K, value: V) -> None:
    """The newest stay."""
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > _MOST_KNOWN:
        kept.pop(next(iter(kept)))
