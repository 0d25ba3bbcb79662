"""From an identity at the provider to people here: by their address the first time, by their subject ever after."""

from __future__ import annotations

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import SealedError
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.oidc import Identity, Kept
from payt_mcp.server.team.people import Person, person_of
from payt_mcp.server.team.resealing import IDENTITIES


class Identities:
    """Whoever signed in. Every method raises DatabaseError."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring

    async def admit(self, identity: Identity, kept: Kept) -> list[Person]:
        """The people somebody is, in each company that has or has invited them; none where nobody expects them.

        An invitation is taken up by the first identity whose address the provider vouches for, and by no other after
        that, whatever its address.
        """

        def enter(connection: Connection) -> list[Person]:
            people = _take_up(connection, identity)
            if people:
                self._remember(connection, identity, kept)
            return people

        return await self._database.run(enter)

    def sealed(self, issuer: str, subject: str, kept: Kept) -> bytes:
        return self._ring.seal(kept.as_bytes(), IDENTITIES.about(issuer, subject))

    def opened(self, issuer: str, subject: str, sealed: bytes) -> Kept:
        """Raises SealedError."""
        return Kept.of(self._ring.open(sealed, IDENTITIES.about(issuer, subject)))

    def _remember(self, connection: Connection, identity: Identity, kept: Kept) -> None:
        """Some providers give a refresh token at the first sign-in alone: it is kept."""
        key = (identity.issuer, identity.subject)
        row = first(connection, "select sealed from identities where issuer = %s and subject = %s for update", key)
        before = None
        if row and row["sealed"]:
            try:
                before = self.opened(*key, row["sealed"])
            except SealedError:
                before = None  # a key that was taken away: what it sealed is replaced
        connection.execute(
            "insert into identities (issuer, subject, sealed) values (%s, %s, %s) on conflict (issuer, subject) do "
            "update set sealed = excluded.sealed, signed_in_at = now(), confirmed_at = now(), tried_at = now(), "
            "answered_at = now(), ended_at = null",
            (*key, self.sealed(*key, kept.after(before))),
        )


def _take_up(connection: Connection, identity: Identity) -> list[Person]:
    key = (identity.issuer, identity.subject)
    if identity.email:
        connection.execute(
            "update people set issuer = %s, subject = %s, status = 'active', joined_at = now() "
            "where status = 'invited' and lower(email) = lower(%s) and not exists (select from people as other "
            "where other.tenant = people.tenant and other.issuer = %s and other.subject = %s "
            "and other.status <> 'removed')",
            (*key, identity.email, *key),
        )
    connection.execute(
        "update people set name = coalesce(nullif(%s, ''), name) where issuer = %s and subject = %s "
        "and status = 'active'",
        (identity.name, *key),
    )
    rows = connection.execute(
        "select * from people where issuer = %s and subject = %s and status = 'active' order by tenant", key
    )
    return [person_of(row) for row in rows.fetchall()]
