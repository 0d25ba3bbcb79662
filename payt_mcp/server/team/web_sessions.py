"""Who is signed in in a browser: a cookie, and behind it a row of the database that every replica reads.

The row is named by the hash of what the cookie holds, so nobody can sign in with what the database gives away. What a
form must carry is derived from the cookie, which no other page can read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.server.team.people import Person, person_of

IDLE = "12 hours"
LONGEST = "7 days"
_SECONDS = 7 * 24 * 3600
_MOST_FORM = 16_384
"""Bytes of a form."""

IsCurrent = Callable[[str, str], Awaitable[bool]]
"""Whether a person of a company (their ids) still has access."""


@dataclass(frozen=True)
class WebSession:
    """An identity that is signed in. `people` is who they are in each of their companies, and at least one; `person` is
    the first. `csrf` stands in every form, as the field of that name.
    """

    issuer: str
    subject: str
    people: tuple[Person, ...]
    csrf: str = field(repr=False)

    @property
    def person(self) -> Person:
        return self.people[0]

    @property
    def person_id(self) -> str:
        return self.person.id

    @property
    def tenant_id(self) -> str:
        return self.person.tenant_id

    def as_person(self, person_id: str) -> Person | None:
        """Who they are in another of their companies; None where that is nobody of theirs."""
        return next((person for person in self.people if person.id == person_id), None)


class WebSessions:
    """All of them. Every method that waits raises DatabaseError.

    Args:
        database: where they are kept.
        public_url: as people reach the server; where it is https, the cookie goes over nothing else.
        is_current: asked for every person at every request.
    """

    def __init__(self, database: Database, public_url: str, is_current: IsCurrent) -> None:
        self._database = database
        self._is_current = is_current
        self._origin = public_url
        self._is_secure = public_url.startswith("https:")
        self.cookie = "__Host-payt" if self._is_secure else "payt_session"

    def signin_path(self, next_path: str) -> str:
        """Where somebody signs in and is led on to a path of ours from."""
        return f"/signin?{urlencode({'next': next_path})}"

    def token(self, request: HTTPConnection) -> str:
        """What the cookie holds, or ""."""
        return request.cookies.get(self.cookie, "")

    async def of(self, request: HTTPConnection) -> WebSession | None:
        """Who is signed in; None where nobody is who may still be here."""
        token = self.token(request)
        if not token:
            return None
        found = await self._database.run(lambda c: _found(c, _hash(token)))
        if found is None:
            return None
        issuer, subject, known = found
        people = tuple([person for person in known if await self._is_current(person.tenant_id, person.id)])
        return WebSession(issuer, subject, people, _csrf(token)) if people else None

    async def form(self, request: Request, session: WebSession) -> dict[str, str] | None:
        """The fields of a form of ours, the first of each name; None for whatever else was sent here."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.headers.get("origin") != self._origin or kind != "application/x-www-form-urlencoded":
            return None
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_FORM:
                return None
        fields = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if any("\0" in value for value in fields.values()):  # nothing that somebody typed, or the database takes
            return None
        is_ours = hmac.compare_digest(fields.get("csrf", "").encode(), session.csrf.encode())
        return fields if is_ours else None

    async def begin(self, request: HTTPConnection, issuer: str, subject: str) -> str:
        """A new session in the place of the one of this browser; what its cookie will hold."""
        token, before = secrets.token_urlsafe(32), self.token(request)

        def add(connection: Connection) -> None:
            connection.execute("delete from web_sessions where id = %s", (_hash(before),))
            connection.execute(f"delete from web_sessions where not ({_LIVES})")  # noqa: S608 - text of ours
            connection.execute(
                "insert into web_sessions (id, issuer, subject) values (%s, %s, %s)", (_hash(token), issuer, subject)
            )

        await self._database.run(add)
        return token

    def put(self, response: Response, token: str) -> None:
        """Give the browser its cookie."""
        response.set_cookie(
            self.cookie, token, max_age=_SECONDS, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )

    async def end(self, request: HTTPConnection, response: Response) -> None:
        """Sign this browser out."""
        gone = (_hash(self.token(request)),)
        await self._database.run(lambda c: c.execute("delete from web_sessions where id = %s", gone))
        response.delete_cookie(self.cookie, path="/", secure=self._is_secure, httponly=True, samesite="lax")


_LIVES = f"seen_at > now() - interval '{IDLE}' and created_at > now() - interval '{LONGEST}'"


def _found(connection: Connection, key: bytes) -> tuple[str, str, list[Person]] | None:
    """A session that lives: issuer, subject, and the people they are."""
    row = first(
        connection,
        "select issuer, subject, seen_at < now() - interval '1 minute' as is_late from web_sessions "  # noqa: S608 - text of ours
        f"where id = %s and {_LIVES}",
        (key,),
    )
    if row is None:
        return None
    if row["is_late"]:
        connection.execute("update web_sessions set seen_at = now() where id = %s", (key,))
    people = connection.execute(
        "select people.* from people join tenants on tenants.id = people.tenant "
        "where issuer = %s and subject = %s and status = 'active' order by tenants.name",
        (row["issuer"], row["subject"]),
    ).fetchall()
    return row["issuer"], row["subject"], [person_of(one) for one in people]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _csrf(token: str) -> str:
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
