"""What is sealed opens with its key and for its purpose alone, and comes under another key while it is used."""

from __future__ import annotations

import pytest

from payt_mcp.database.database import Connection, Database
from payt_mcp.errors import SealedError
from payt_mcp.server.team.keyring import KeyRing, key_of
from payt_mcp.server.team.resealing import GRANTS, IDENTITIES, SEALED, check_keys, keys_in_use, reseal
from tests.server.team.signin.conftest import key

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

SECRET = b"a refresh token of Payt's"


def test_it_opens_with_its_key_and_for_its_purpose_alone() -> None:
    ring = KeyRing([key("k1")])
    sealed = ring.seal(SECRET, "grant:1")
    assert ring.open(sealed, "grant:1") == SECRET
    assert KeyRing([key("k2"), key("k1")]).open(sealed, "grant:1") == SECRET
    assert SECRET not in sealed
    assert sealed != ring.seal(SECRET, "grant:1")
    assert key_of(sealed) == "k1"
    altered = [sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :] for i in range(len(sealed))]
    wrong = [(ring, "grant:2", sealed), (KeyRing([key("k1", b"?")]), "grant:1", sealed)]
    wrong += [(ring, "grant:1", one) for one in [*altered, b"", b"\x01", sealed[:4], sealed[:-1], sealed + b"x"]]
    for opener, about, given in wrong:
        with pytest.raises(SealedError) as caught:
            opener.open(given, about)
        assert SECRET.decode() not in str(caught.value)
    with pytest.raises(SealedError, match="a key named k1, which PAYT_KEYS does not hold"):
        KeyRing([key("k2")]).open(sealed, "grant:1")
    assert "1111" not in repr(ring) + repr(key("k1")) + str(vars(key("k1")))


async def test_everything_sealed_comes_under_the_first_key_in_batches(database: Database) -> None:
    old, both = KeyRing([key("k1")]), KeyRing([key("k2"), key("k1")])

    def fill(connection: Connection) -> None:
        connection.execute("insert into tenants (id, name) values ('t-1', 'One')")
        for number in range(7):
            about = IDENTITIES.about("https://idp", f"s{number}")
            connection.execute(
                "insert into identities (issuer, subject, sealed) values ('https://idp', %s, %s)",
                (f"s{number}", old.seal(SECRET, about)),
            )
        connection.execute("insert into identities (issuer, subject) values ('https://idp', 'none')")
        connection.execute(
            "insert into payt_grants (id, tenant, login, client_id, sealed) values ('g-1', 't-1', 'l', 'c', %s)",
            (old.seal(SECRET, GRANTS.about("t-1", "g-1")),),
        )

    await database.run(fill)
    assert await keys_in_use(database) == {"k1": 8}
    await check_keys(database, both)
    for missing in (KeyRing([key("k2")]), KeyRing([key("k2"), key("k1", b"?")])):
        with pytest.raises(SealedError):
            await check_keys(database, missing)
        with pytest.raises(SealedError):
            await reseal(database, missing)
    assert await reseal(database, both, batch=3) == 8
    assert await reseal(database, both, batch=3) == 0
    assert await keys_in_use(database) == {"k2": 8}
    await check_keys(database, KeyRing([key("k2")]))


HASHES = {("web_sessions", "id"), ("departures", "state"), ("departures", "browser")}
SHORT_LIVED = {("listings", "body")}
"""Sealed, and gone long before an old key may be taken away."""


async def test_every_column_of_sealed_values_is_known_to_the_rotation(database: Database) -> None:
    rows = await database.run(
        lambda c: c.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'public' "
            "and data_type = 'bytea'"
        ).fetchall()
    )
    found = {(row["table_name"], row["column_name"]) for row in rows}
    assert found - HASHES - SHORT_LIVED == {(one.table, one.column) for one in SEALED}
