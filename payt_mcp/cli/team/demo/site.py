"""What a company would run, on this machine: PostgreSQL, two replicas, a balancer; and the strangers they deal with."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import anyio
import psycopg
from psycopg import sql

from payt_mcp.cli.team.demo.balancer import Balancer
from payt_mcp.cli.team.demo.replica import Replica
from payt_mcp.cli.team.keys import new_key
from payt_mcp.cli.team.opened import reach
from payt_mcp.database.cluster import Cluster, programs
from payt_mcp.errors import SettingsError
from payt_mcp.network import value_of
from payt_mcp.settings.team import database_url
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.provider import Someone, create_provider
from payt_sandbox.server import Handle, Served, run_in_thread
from payt_sandbox.signin.access import Application

ANNA = Someone("sub-anna", "anna@example.com", "Anna Visser")
BRAM = Someone("sub-bram", "bram@example.com", "Bram de Wit")
_SECRET = "no-secret-at-all"  # noqa: S105 - between programs of one machine, for as long as the demo lasts


@dataclass
class Site:
    """`settings` are those of every replica; `payt` is the embedded one."""

    public_url: str
    settings: Mapping[str, str]
    replicas: tuple[Replica, ...]
    balancer: Balancer
    payt: Handle
    folder: Path

    @property
    def mcp_url(self) -> str:
        return f"{self.public_url}/mcp"


@asynccontextmanager
async def site(environ: Mapping[str, str], port: int, database: str) -> AsyncIterator[Site]:
    """All but the replicas runs; `database` is the address of an empty one."""
    public = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="payt-mcp-demo-")))
        application = Application("Payt for the office", _SECRET, (f"{public}/connect/callback",))
        options = Options(applications={"demo": application})
        payt = stack.enter_context(run_in_thread(create_app(build_world(invoices=300, seed=4), options=options)))
        issued_at = _free_port()
        issuer = f"http://127.0.0.1:{issued_at}"
        provider = create_provider([ANNA, BRAM], issuer, clients={"demo": _SECRET})
        stack.enter_context(Served(provider, issued_at).start())
        settings = {
            "PAYT_DATABASE_URL": database, "PAYT_PUBLIC_URL": public, "PAYT_KEYS": new_key(), "PAYT_API_URL": payt.url,
            "PAYT_OIDC_ISSUER": issuer, "PAYT_OIDC_CLIENT_ID": "demo", "PAYT_OIDC_CLIENT_SECRET": _SECRET,
            "PAYT_CLIENT_ID": "demo", "PAYT_CLIENT_SECRET": _SECRET,
        }  # fmt: skip
        env = {name: value for name, value in environ.items() if not name.startswith("PAYT_")} | settings
        replicas = tuple(
            Replica(f"Replica {number}", _free_port(), env, folder / f"replica-{number}.log") for number in (1, 2)
        )
        balancer = Balancer([one.port for one in replicas])
        async with anyio.create_task_group() as group:
            await group.start(balancer.serve, port)
            try:
                yield Site(public, settings, replicas, balancer, payt, folder)
            finally:
                for one in replicas:
                    one.end()
                group.cancel_scope.cancel()


@contextmanager
def an_empty_database(environ: Mapping[str, str]) -> Iterator[str]:
    """Its address: in the server of PAYT_DATABASE_URL, else in one made of this machine's programs. It is gone after.

    Raises:
        SettingsError: there is neither; or the server that is named lets nobody make a database.
    """
    given = value_of(environ, "PAYT_DATABASE_URL")
    if given is None:
        with _cluster() as url:
            yield url
        return
    reach(database_url(given))
    name = f"payt_demo_{secrets.token_hex(4)}"
    made = sql.Identifier(name)
    try:
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(made))
    except psycopg.Error:
        raise SettingsError(
            "The demo makes a database of its own at PAYT_DATABASE_URL, and may not: name a user that may, or leave it "
            "out where this machine has the programs of PostgreSQL."
        ) from None
    try:
        yield urlunsplit(urlsplit(given)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(made))


@contextmanager
def _cluster() -> Iterator[str]:
    found = programs()
    if found is None:
        raise SettingsError(
            "There is no PostgreSQL on this machine (Debian: apt install postgresql; macOS: brew install postgresql), "
            "and PAYT_DATABASE_URL names none."
        )
    folder = Path(tempfile.mkdtemp(prefix="payt-mcp-postgres-"))
    try:
        cluster = Cluster(folder, found, _free_port())
        cluster.make()
        cluster.start()
        cluster.stop_with(os.getpid())
        try:
            yield cluster.url
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    return a_port(0)


def a_port(wanted: int) -> int:
    """A port that can be listened at: the one that is wanted (0: any). Raises SettingsError where it is taken."""
    with socket.socket() as found:
        try:
            found.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise SettingsError(f"Cannot listen at 127.0.0.1, port {wanted}: {error.strerror}. Pass --port.") from None
        port: int = found.getsockname()[1]
        return port
