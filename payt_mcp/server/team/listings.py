"""Listings that every replica goes on with: kept in the database too, sealed, for whoever began them."""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

from payt_mcp.books.contacts import Chain
from payt_mcp.books.listings import LIFETIME, Listing, Listings
from payt_mcp.database.database import Connection, Database, first
from payt_mcp.errors import DatabaseError, SealedError
from payt_mcp.payt.wire import Query

_MOST_TOKEN = 40
_MOST, _EVERY = 100, 16
"""Listings of one person that are kept, as many as a replica has in memory; looked at with every so many that come."""


class Sealer(Protocol):
    """Seals what is secret (see `keyring.KeyRing`)."""

    def seal(self, secret: bytes, about: str) -> bytes: ...

    def open(self, sealed: bytes, about: str) -> bytes: ...


class SharedListings(Listings):
    """The listings of one person. Where the database is away, those of this replica are what there is."""

    def __init__(self, database: Database, sealer: Sealer, tenant_id: str, person_id: str) -> None:
        super().__init__()
        self._database = database
        self._sealer = sealer
        self._whose = {"tenant": tenant_id, "person": person_id}
        self._written: dict[str, tuple[object, ...]] = {}
        self._keepings = 0
        self._versions: dict[str, int] = {}

    async def fetch(self, cursor: str) -> None:
        token = cursor.partition(".")[0]
        if not token.isprintable() or not 0 < len(token) <= _MOST_TOKEN:  # none of ours, nor one the database takes
            return
        with suppress(DatabaseError, SealedError):
            row = await self._database.run(lambda c: first(c, _READ, self._values(token)))
            if row is not None and row["body"] is not None:
                listing = _unpacked(self._sealer.open(row["body"], self._about(token)))
                self._versions[token], self._written[token] = row["version"], _state(listing)
                self.put(listing)

    async def keep(self) -> None:
        changed = [one for one in self.all() if one.cursor(one.size) and self._written.get(one.token) != _state(one)]
        if not changed:
            return
        states = {one.token: _state(one) for one in changed}
        self._keepings += 1
        with suppress(DatabaseError):
            self._versions |= await self._database.run(lambda c: self._write(c, changed))
            kept = {one.token for one in self.all()}
            self._written = {token: state for token, state in (self._written | states).items() if token in kept}
            self._versions = {token: version for token, version in self._versions.items() if token in kept}

    def _write(self, connection: Connection, listings: list[Listing]) -> dict[str, int]:
        versions = {}
        for one in listings:
            body = self._sealer.seal(_packed(one), self._about(one.token))
            row = first(connection, _WRITE, self._values(one.token) | {"body": body})
            if row is not None:
                versions[one.token] = row["version"]
        connection.execute(_FORGET, {"seconds": LIFETIME})
        if self._keepings % _EVERY == 0:
            connection.execute(_TOO_MANY, self._whose | {"most": _MOST})
        return versions

    def _values(self, token: str) -> dict[str, Any]:
        return {**self._whose, "token": token, "known": self._versions.get(token, 0), "seconds": LIFETIME}

    def _about(self, token: str) -> str:
        return f"listing:{self._whose['tenant']}:{self._whose['person']}:{token}"


_READ = """
update listings set used_at = now()
where token = %(token)s and tenant = %(tenant)s and person = %(person)s
    and used_at > now() - make_interval(secs => %(seconds)s)
returning version, case when version <> %(known)s then body end as body
"""

_WRITE = """
insert into listings as known (token, tenant, person, version, body)
values (%(token)s, %(tenant)s, %(person)s, 1, %(body)s)
on conflict (token) do update set version = known.version + 1, body = excluded.body, used_at = now()
where known.tenant = excluded.tenant and known.person = excluded.person
returning version
"""

_FORGET = "delete from listings where used_at < now() - make_interval(secs => %(seconds)s)"


_TOO_MANY = """
delete from listings where token in (
    select token from listings where tenant = %(tenant)s and person = %(person)s order by used_at desc offset %(most)s
)
"""


def _state(listing: Listing) -> tuple[object, ...]:
    """What of a listing changes while it is gone on with."""
    chain = listing.chain
    return len(listing.ids), listing.size, None if chain is None else chain.query


def _packed(listing: Listing) -> bytes:
    plain = {name: getattr(listing, name) for name in ("token", "tool", "args", "administration_id", "size")}
    chain = None if listing.chain is None else asdict(listing.chain)
    found = {**plain, "ids": list(listing.ids), "rows": dict(listing.rows), "chain": chain}
    return zlib.compress(json.dumps(found).encode(), 1)


def _unpacked(packed: bytes) -> Listing:
    found = json.loads(zlib.decompress(packed))
    chain = found.pop("chain")
    if chain is not None:
        chain = Chain(query=Query(**chain.pop("query")), **chain)
    return Listing(**found, chain=chain)
