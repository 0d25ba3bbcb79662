"""A real PostgreSQL for tests: the one of TEST_DATABASE_URL, else one made from the system's own programs.

All processes of a test run share one; every test has a database of its own in it, copied from one with all tables.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from payt_mcp.database.cluster import Cluster, programs
from payt_mcp.database.database import Database
from payt_mcp.database.migrating import migrate
from payt_mcp.disk import try_lock
from payt_mcp.settings import Secret
from tests.support import this_run
from tests.support.fixed import free_port

__all__ = ["REQUIRED", "Cluster", "a_cluster", "a_database", "of_this_run"]

REQUIRED = "CI_POSTGRES"
"""Set where tests that find no PostgreSQL must fail instead of being skipped."""

_GIVEN = "TEST_DATABASE_URL"
_TEMPLATE = "payt_template"


def of_this_run() -> str:
    """The address of the PostgreSQL that all tests of this run share, with the template in it."""
    if given := os.environ.get(_GIVEN):
        with _turn(Path(tempfile.gettempdir()) / "payt-mcp-tests-given.lock"):
            _make_template(given)
        return given
    folder = Path(tempfile.gettempdir()) / f"payt-mcp-tests-{this_run.NAME}"
    folder.mkdir(exist_ok=True)
    told = folder / "address"
    with _turn(folder / "lock"):
        if not told.exists():
            cluster = a_cluster(folder)
            cluster.start()
            cluster.stop_with(this_run.process())
            _make_template(cluster.url)
            told.write_text(cluster.url)
    return told.read_text()


def a_cluster(folder: Path | None = None) -> Cluster:
    """One that is made and not started, in a folder of its own unless told which. The test is skipped where this
    machine has no PostgreSQL.
    """
    found = programs()
    if found is None:
        if os.environ.get(REQUIRED):
            pytest.fail("there is no PostgreSQL, and it is required here")
        pytest.skip("there is no PostgreSQL on this machine (Debian: apt install postgresql), and no TEST_DATABASE_URL")
    folder = folder or Path(tempfile.mkdtemp(prefix="payt-mcp-postgres-"))
    cluster = Cluster(folder, found, free_port())
    cluster.make()
    return cluster


@contextmanager
def a_database(server: str) -> Iterator[str]:
    """A database with all tables and no rows; its address."""
    name = f"test_{secrets.token_hex(6)}"
    _create(server, name, _TEMPLATE)
    try:
        yield _with_name(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def with_template(server: str) -> str:
    """A server of one's own, with what databases are copied from."""
    _make_template(server)
    return server


def _make_template(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_TEMPLATE)))
    _create(server, _TEMPLATE, "template0")
    database = Database(Secret(_with_name(server, _TEMPLATE)))
    migrate(database)
    database.close()


def _create(server: str, name: str, template: str) -> None:
    """A template that somebody still uses cannot be copied: two tests may begin at one moment."""
    until = time.monotonic() + 60
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    while True:
        try:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(statement)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _with_name(server: str, name: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not try_lock(descriptor):
            time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)
