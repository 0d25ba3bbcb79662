"""`payt-mcp team`: keys change while replicas run, and a person is forgotten."""

import base64
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from payt_mcp.cli.team.opened import record_of
from payt_mcp.database.database import Database
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.resealing import GRANTS
from payt_mcp.settings import Secret
from payt_mcp.settings.team import NamedKey, keys
from tests.cli.team.conftest import Run
from tests.support.house import PAGE, TOOL, draft

pytestmark = pytest.mark.slow

OLD, NEW = (f"{name}:{base64.b64encode(name.encode() * 16).decode()}" for name in ("k1", "k2"))


def test_everything_comes_under_the_first_key(team: Run, database_url: str) -> None:
    team("init", "Noord BV", "--admin", "anouk@noord.example")
    old = KeyRing([NamedKey("k1", Secret(OLD[3:]))])
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        tenant = connection.execute("select id from tenants where name = 'Noord BV'").fetchone()
        assert tenant
        sealed = old.seal(b"a grant", GRANTS.about(tenant["id"], "g-1"))
        connection.execute(
            "insert into payt_grants (id, tenant, login, client_id, sealed) values ('g-1', %s, '', 'x', %s)",
            (tenant["id"], sealed),
        )
    assert "Set PAYT_KEYS" in team("keys", "rotate").stderr
    lost = team("keys", "rotate", PAYT_KEYS=NEW)
    assert lost.returncode == 1
    assert "k1" in lost.stderr
    done = team("keys", "rotate", PAYT_KEYS=f"{NEW},{OLD}")
    assert done.returncode == 0, done.stderr
    assert "under key k2: 1." in done.stdout
    assert "7 days" in done.stdout
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        row = connection.execute("select sealed from payt_grants").fetchone()
        assert row
    new = KeyRing([NamedKey("k2", Secret(NEW[3:]))])
    assert new.open(row["sealed"], GRANTS.about(tenant["id"], "g-1")) == b"a grant"
    assert team("keys", "rotate", PAYT_KEYS=NEW).stdout == "Sealed anew under key k2: 0.\n"


def test_one_altered_record_keeps_no_other_company_from_what_all_of_them_need(team: Run, database_url: str) -> None:
    """Nor its own last event under a key that is taken away. What was altered is named."""
    names, both = ("Eerst BV", "Laatst BV"), {"PAYT_KEYS": f"{NEW},{OLD}"}
    database = Database(Secret(database_url))
    for name in names:
        team("init", name, "--admin", f"{name[0].lower()}@person.example")
        (row,) = _rows(database_url, "select id from tenants where name = %s", name)
        with record_of(database, row["id"], keys(OLD)) as ledger:
            key = ledger.propose(draft(name), TOOL)[0].id
            ledger.decline(key, PAGE)
    database.close()
    query = "update proposals set changed_at = '2020', outcome = 'x' where digest = 'digest-Eerst BV' returning id"
    assert _rows(database_url, query)
    purged = team("purge", "--days", "0", **both)
    assert (purged.returncode, "Eerst BV: 0 forgotten." in purged.stdout) == (0, True), purged.stderr
    assert "Laatst BV: 1 forgotten." in purged.stdout
    assert "Eerst BV: " in purged.stderr
    assert "`payt-mcp team export`" in purged.stderr
    done = team("keys", "rotate", **both)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "was altered" in done.stderr
    signed = {
        row["name"]: row["key"]
        for row in _rows(database_url, "select name, key from heads join tenants on id = tenant")
    }
    assert signed == dict.fromkeys(names, "k2")
    forged = "update heads set mark = 'x', key = 'k1' from tenants where id = tenant and name = %s returning key"
    assert _rows(database_url, forged, names[0])
    left = team("keys", "rotate", **both)
    assert left.returncode == 1
    assert "Still signed by an older key: the record of writes of Eerst BV." in left.stdout


def _rows(url: str, query: str, *values: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(query.encode(), values or None).fetchall()


def test_who_is_forgotten_leaves_nothing_and_others_keep_what_is_theirs(team: Run, database_url: str) -> None:
    """Eva works for two companies: forgotten in one, her browser stays signed in for the other."""
    team("init", "Oost BV", "--admin", "eva@oost.example")
    team("init", "West BV", "--admin", "eva@west.example")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update people set issuer = 'https://login.example', subject = 'eva', status = 'active', name = 'Eva Smit' "
            "where email like 'eva@%'"
        )
        connection.execute(
            "insert into web_sessions (id, issuer, subject) values ('x', 'https://login.example', 'eva')"
        )
        connection.execute("insert into identities (issuer, subject) values ('https://login.example', 'eva')")
        connection.execute(
            "insert into payt_grants (id, tenant, person, login, client_id) "
            "select 'g-' || id, tenant, id, '', 'x' from people where email like 'eva@%'"
        )
        connection.execute("update people set status = 'removed' where email = 'eva@west.example'")
    oost, west = ("--company", "Oost BV"), ("--company", "West BV")
    assert "Say --yes" in team("forget", "eva@oost.example", *oost).stderr
    assert "nobody of that address" in team("forget", "eva@west.example", *oost, "--yes").stderr
    assert "is forgotten" in team("forget", "EVA@oost.example", *oost, "--yes").stdout
    assert _left(database_url) == {"people": 1, "web_sessions": 1, "identities": 1, "payt_grants": 1, "roles": 1}
    assert (
        "is forgotten" in team("forget", "eva@west.example", *west, "--yes").stdout
    )  # removed before: forgotten all the same
    assert _left(database_url) == {"people": 0, "web_sessions": 0, "identities": 0, "payt_grants": 0, "roles": 0}
    assert "nobody of that address" in team("forget", "eva@west.example", *west, "--yes").stderr


def test_whatever_refers_to_a_person_goes_with_them(database_url: str) -> None:
    query = "select conrelid::regclass::text, confdeltype from pg_constraint where confrelid = 'people'::regclass"
    with psycopg.connect(database_url) as connection:
        found = connection.execute(query).fetchall()
    assert len(found) > 4
    assert {how for _, how in found} == {"c"}, found  # cascade


def _left(database_url: str) -> dict[str, int]:
    counted = {
        "people": "people where email like 'eva@%'",
        "web_sessions": "web_sessions",
        "identities": "identities",
        "payt_grants": "payt_grants where person is not null",
        "roles": "roles join people on people.id = person where email like 'eva@%'",
    }
    with psycopg.connect(database_url) as connection:
        return {
            name: (connection.execute(f"select count(*) from {query}").fetchone() or (0,))[0]
            for name, query in counted.items()
        }
