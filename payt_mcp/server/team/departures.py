"""Browsers that were sent away to sign in or to give consent, and what they must come back with.

`state` works once, for ten minutes, and in the browser it was made for: whoever leads somebody else's browser to an
answer of their own signs them in to nothing. What is secret about a way out is derived from the browser's cookie.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from payt_mcp.database.database import Connection, Database, first

SECONDS = 600
_MOST = 20_000
"""Anybody can leave; beyond so many the oldest go."""

_OLD = """
    delete from departures where created_at < greatest(now() - %s * interval '1 second', (
        select created_at from departures order by created_at desc offset %s limit 1
    ))
"""
HOME = "/approvals"
"""Where somebody is led on to who came from nowhere."""


@dataclass(frozen=True)
class Departure:
    """Where to go on afterwards, and for whom consent is asked: a person, or (`is_company`) their whole company.

    `person_id` is "" where somebody is signing in.
    """

    next_path: str
    person_id: str = ""
    is_company: bool = False


class Departures:
    """All that are under way. Every method raises DatabaseError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def leave(self, browser: str, departure: Departure) -> str:
        """The `state` to go with; `browser` is what only this browser's cookie holds."""
        state = secrets.token_urlsafe(32)
        values = (
            _hash(state),
            _hash(browser),
            departure.next_path,
            departure.person_id or None,
            departure.is_company,
        )

        def add(connection: Connection) -> None:
            connection.execute(_OLD, (SECONDS, _MOST))
            connection.execute(
                "insert into departures (state, browser, next, person, company) values (%s, %s, %s, %s, %s)", values
            )

        await self._database.run(add)
        return state

    async def come_back(self, browser: str, state: str) -> Departure | None:
        """What somebody left with; None for a state that was never made, or is used, late or another browser's."""
        values = (_hash(state), _hash(browser), SECONDS)

        def take(connection: Connection) -> Departure | None:
            row = first(
                connection,
                "delete from departures where state = %s and browser = %s "
                "and created_at > now() - %s * interval '1 second' returning next, person, company",
                values,
            )
            return Departure(row["next"], row["person"] or "", row["company"]) if row else None

        return await self._database.run(take)


def derived(browser: str, state: str, purpose: str) -> str:
    """A secret of one way out: the verifier of PKCE, the nonce."""
    made = hmac.new(browser.encode(), f"{purpose} {state}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def own_path(given: str) -> str:
    """A path of ours to be led on to; HOME for anything that a browser could take for another place."""
    is_plain = given.startswith("/") and given.isascii() and given.isprintable() and "\\" not in given
    if not is_plain or given.startswith("//") or len(given) > 2000:
        return HOME
    parts = urlsplit(given)
    return given if not parts.scheme and not parts.netloc else HOME


def _hash(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
