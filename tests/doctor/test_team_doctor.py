"""`payt-mcp team doctor`: each thing that can be wrong with a team server is found, and has its remedy."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette

from payt_mcp.database.database import Database
from payt_mcp.doctor.team import check_team
from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.metadata import metadata_routes
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.people import People
from payt_mcp.server.team.resealing import IDENTITIES
from payt_mcp.settings import Secret
from payt_sandbox.provider import create_provider
from tests.server.team.signin.conftest import key
from tests.server.team.signin.office import ISSUER, PUBLIC, settings
from tests.support import postgres
from tests.support.commands import run_here

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with postgres.a_database(postgres.of_this_run()) as url:
        yield url


@pytest.fixture(scope="module")
def people(database_url: str) -> Iterator[People]:
    database = Database(Secret(database_url))
    yield People(database)
    database.close()


async def found(
    database_url: str, *, public: str = PUBLIC, issuer: str = ISSUER, **more: str
) -> dict[str, tuple[str, str]]:
    """The status and the text of each finding, where server and provider say that they are `public` and `issuer`."""
    apps: dict[str, Any] = {
        ISSUER: create_provider([], issuer),
        PUBLIC: Starlette(routes=metadata_routes(Addresses(public), documents=True)),
    }
    findings = await check_team(settings(database_url, **more), apps)
    return {one.check: (one.status, f"{one.message} {one.remedy}") for one in findings}


@pytest.mark.anyio
async def test_a_server_nobody_was_invited_to_and_one_where_all_is_well(people: People, database_url: str) -> None:
    assert "team init" in (await found(database_url))["people.company"][1]
    tenant = await people.add_tenant("Acme")
    await people.invite(tenant.id, "anna@acme.example", "admin")
    now = await found(database_url)
    assert {status for status, _ in now.values()} == {"ok"}, now
    assert f"{PUBLIC}/signin/callback" in now["provider.found"][1]
    assert f"{PUBLIC}/connect/callback" in now["payt.application"][1]
    assert "Acme: 1 person, and reads only" in now["people.company"][1]


@pytest.mark.anyio
async def test_what_is_wrong_is_found_with_its_remedy(people: People, database_url: str) -> None:
    assert "another issuer" in (await found(database_url, issuer="https://other.example"))["provider.found"][1]
    elsewhere = await found(database_url, public="https://other.example")
    assert elsewhere["address.reached"][0] == "problem"
    assert "another PAYT_PUBLIC_URL" in elsewhere["address.reached"][1]
    assert (await found(database_url, PAYT_CLIENT_ID=""))["payt.application"][0] == "problem"
    await people.add_tenant("Leaderless")
    assert "has no admin" in (await found(database_url))["people.admin"][1]

    old = KeyRing([key("k0")])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into identities (issuer, subject, sealed) values ('i', 's', %s)",
            (old.seal(b"x", IDENTITIES.about("i", "s")),),
        )
    lost = (await found(database_url))["keys.open"]
    assert lost[0] == "problem"
    assert "k0" in lost[1]
    both = ",".join(f"{one.name}:{one.value.reveal()}" for one in (key("k1"), key("k0")))
    assert "keys rotate" in (await found(database_url, PAYT_KEYS=both))["keys.open"][1]

    with psycopg.connect(database_url) as connection:
        connection.execute("delete from migrations where name like '0004%'")
    lacking = await found(database_url)
    assert "team migrate" in lacking["database.tables"][1]
    assert "keys.open" not in lacking


def test_a_database_that_is_away_and_settings_that_are_wrong() -> None:
    away = settings("postgresql://payt:geheim@127.0.0.1:9/payt")
    env = {
        "PAYT_DATABASE_URL": away.database_url.reveal(), "PAYT_PUBLIC_URL": "http://127.0.0.1:9", "PAYT_CLIENT_ID": "x",
        "PAYT_OIDC_ISSUER": "http://127.0.0.1:9", "PAYT_OIDC_CLIENT_ID": "x",
        "PAYT_KEYS": f"k1:{away.keys[0].value.reveal()}",
    }  # fmt: skip
    done = run_here("team", "doctor", "--json", env=env)
    assert done.returncode == 1
    told = {one["check"]: one["status"] for one in json.loads(done.stdout)["findings"]}
    assert told == {
        "settings.valid": "ok", "database.reached": "problem", "provider.found": "problem", "payt.application": "ok",
        "address.reached": "problem",
    }  # fmt: skip
    assert "geheim" not in done.stdout + done.stderr
    text = run_here("team", "doctor", env={"PAYT_KEYS": "x"})
    assert "problem" in text.stdout
    assert "PAYT_DATABASE_URL" in text.stdout
