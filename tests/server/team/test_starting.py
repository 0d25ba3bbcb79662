"""A replica begins only where all is right, and says in a sentence what is not; what others start loads none of it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from payt_mcp.database.database import Database
from payt_mcp.database.migrating import steps
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.resealing import IDENTITIES
from payt_mcp.settings import Secret
from payt_mcp.settings.team import keys
from tests.support import postgres
from tests.support.commands import run_here
from tests.support.fixed import free_port
from tests.support.replicas import a_key

pytestmark = pytest.mark.slow

GOOD = {
    "PAYT_PUBLIC_URL": "https://payt.company.example", "PAYT_KEYS": a_key("k1"), "PAYT_OIDC_CLIENT_ID": "payt-mcp",
    "PAYT_OIDC_ISSUER": "https://login.company.example", "PAYT_DATABASE_URL": "postgresql://payt:s3cret@127.0.0.1:9/payt",
}  # fmt: skip


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    with postgres.a_database(postgres.of_this_run()) as url:
        yield url


def refused(**settings: str) -> str:
    """What a start says that ends at once; an empty setting is none."""
    ended = run_here("serve", "--team", "--port", str(free_port()), env={**GOOD, **settings})
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("payt-mcp: ")
    assert not any(word in line for word in ("s3cret", "Traceback", GOOD["PAYT_KEYS"].partition(":")[2]))
    return line


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PAYT_KEYS": "", "PAYT_PUBLIC_URL": ""}, "needs PAYT_PUBLIC_URL, PAYT_KEYS (docs/team.md"),
        ({"PAYT_PUBLIC_URL": "http://payt.company.example"}, "PAYT_PUBLIC_URL must begin with https://"),
        ({"PAYT_API_TOKEN": "tok-1"}, "PAYT_API_TOKEN is for a server of one person"),
        ({"PAYT_PUBLIC_URL": "https://exa mple"}, "PAYT_PUBLIC_URL must name its host in letters from a to z"),
        ({"PAYT_OIDC_ISSUER": "https://b\u00fccher.example"}, "PAYT_OIDC_ISSUER must name its host in letters"),
        ({"PAYT_API_URL": "sandbox"}, "PAYT_API_URL=sandbox is for a server of one person"),
        ({"PAYT_CLIENT_ID": "payt"}, "PAYT_CLIENT_ID and PAYT_CLIENT_SECRET are set together"),
        ({"PAYT_KEYS": "k1:short"}, "`payt-mcp team keys new` makes one"),
        ({}, "The database of PAYT_DATABASE_URL cannot be reached"),
    ],
)
def test_a_wrong_setting_stops_the_start(settings: dict[str, str], sentence: str) -> None:
    assert sentence in refused(**settings)


def test_a_port_that_is_taken_stops_the_start(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for option in ("--port", "--metrics-port"):
            given = ["--port", str(free_port()), option, port]
            ended = run_here("serve", "--team", *given, env={**GOOD, "PAYT_DATABASE_URL": database_url})
            assert ended.returncode == 1
            assert f"port {port}: Address already in use." in ended.stderr


def test_tables_that_are_missing_or_sealed_with_a_lost_key_stop_the_start(database_url: str) -> None:
    """A later version's further steps stop nobody: replicas are replaced one by one."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("insert into migrations (name) values ('9999_of_a_later_version')")
        connection.execute("delete from migrations where name = %s", (steps()[-1].name,))
        said = refused(PAYT_DATABASE_URL=database_url)
        assert f"lacks 1 of the steps this version needs (the first is {steps()[-1].name})" in said
        assert "`payt-mcp team migrate`" in said
        connection.execute("insert into migrations (name) values (%s)", (steps()[-1].name,))
        sealed = KeyRing(keys(a_key("lost"))).seal(b"a refresh token", IDENTITIES.about("https://issuer", "sub"))
        connection.execute(
            "insert into identities (issuer, subject, sealed) values ('https://issuer', 'sub', %s)", (sealed,)
        )
        assert "with a key named lost, which PAYT_KEYS does not hold" in refused(PAYT_DATABASE_URL=database_url)


_LOADED = """
import sys
from payt_mcp.cli import run
team = ("psycopg", "joserfc", "prometheus_client", "payt_mcp.database", "payt_mcp.server.team")
import payt_mcp.cli.serve, payt_mcp.cli.stdio, payt_mcp.server.http_app, payt_mcp.server.server
from payt_mcp.settings import Settings
payt_mcp.server.http_app.build_app(Settings.from_env({}), host="127.0.0.1")
print([name for name in sys.modules if name.startswith(team)])
"""


def test_a_server_of_one_person_loads_nothing_of_it() -> None:
    ended = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=300)
    assert ended.stdout.strip() == "[]"


async def test_a_database_tells_how_long_it_was_waited_for(database_url: str) -> None:
    database = Database(Secret(database_url))
    before = database.waits()
    await database.run(lambda c: c.execute("select 1"))
    after = database.waits()
    database.close()
    assert after.uses == before.uses + 1
    assert after.seconds >= before.seconds
