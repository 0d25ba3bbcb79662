"""A replica that lacks a key with which another one sealed: it says so at once, and whoever asks again is served."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.requests import HTTPConnection

from payt_mcp.database.database import Connection, Database
from payt_mcp.server.team.app import TeamServer
from payt_mcp.server.team.authorization.hashing import hashed
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.oidc import Kept
from payt_mcp.server.team.people import People
from payt_mcp.server.team.resealing import IDENTITIES
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.settings import Secret
from tests.server.team.signin.office import ISSUER, PUBLIC, settings
from tests.support import postgres
from tests.support.keys import key

pytestmark = pytest.mark.slow


@pytest.fixture
def database_url() -> Iterator[str]:
    with postgres.a_database(postgres.of_this_run()) as url:
        yield url


async def signed_in(database: Database, ring: KeyRing) -> tuple[str, str]:
    """Somebody whom the provider is to be asked about again: what their browser sends, and their program."""
    people = People(database)
    tenant = await people.add_tenant("Acme")
    person = await people.invite(tenant.id, "anna@acme.example", "approver")
    sealed = ring.seal(Kept(Secret("refresh")).as_bytes(), IDENTITIES.about(ISSUER, "anna"))
    before = "now() - interval '5 minutes'"
    program = (
        "insert into connections (id, tenant, person, client_id, client, client_host, resource, redirect_uri, "
        "challenge, writes, code, code_expires_at, began_at) "
        "values ('c', %s, %s, 'x', 'x', 'x', %s, 'x', 'x', true, 'x', now(), now())"
    )
    access = (
        "insert into connection_tokens (hash, connection, kind, writes, expires_at) "
        "values (%s, 'c', 'access', true, now() + interval '5 minutes')"
    )
    identity = (
        "insert into identities (issuer, subject, sealed, confirmed_at, tried_at, answered_at) "
        f"values (%s, 'anna', %s, {before}, {before}, {before})"
    )

    def add(c: Connection) -> None:
        joined = "update people set issuer = %s, subject = 'anna', status = 'active' where id = %s"
        c.execute(joined, (ISSUER, person.id))
        c.execute(identity.encode(), (ISSUER, sealed))
        c.execute(program, (tenant.id, person.id, f"{PUBLIC}/mcp"))
        c.execute(access, (hashed("payt_access_x"),))

    await database.run(add)

    async def is_current(_tenant: str, _person: str) -> bool:
        return True

    sessions = WebSessions(database, PUBLIC, is_current)
    token = await sessions.begin(HTTPConnection({"type": "http", "headers": []}), ISSUER, "anna")
    return f"{sessions.cookie}={token}", "Bearer payt_access_x"


async def test_it_answers_503_and_the_log_names_the_key(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(Secret(database_url))
    other = key("k7")
    cookie, bearer = await signed_in(database, KeyRing([other]))
    team = TeamServer(settings(database_url))
    transport = httpx.ASGITransport(team.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        for answer in (
            await http.get("/approvals", headers={"Cookie": cookie}),
            await http.post("/mcp", headers={"Authorization": bearer}, json={}),
        ):
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), answer.text
            assert "Try again in a moment" in answer.json()["error"]
            assert "k7" not in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
    assert caplog.text.count("it was sealed with a key named k7, which PAYT_KEYS does not hold") == 2
    assert other.value.reveal() not in caplog.text
    team.close()
    database.close()
