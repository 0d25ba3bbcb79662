"""A real PostgreSQL for tests: the one of TEST_DATABASE_URL, else one made from the system's own programs.

All processes of a test run share one; every test has a database of its own in it, copied from one with all tables.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from payt_mcp.database.database import Database
from payt_mcp.database.migrating import migrate
from payt_mcp.disk import try_lock
from payt_mcp.settings import Secret
from tests.support.fixed import free_port

REQUIRED = "CI_POSTGRES"
"""Set where tests that find no PostgreSQL must fail instead of being skipped."""

_GIVEN = "TEST_DATABASE_URL"
_TEMPLATE = "payt_template"
_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_min_messages": "fatal",
}
_GUARD = "while kill -0 {parent} 2>/dev/null; do sleep 0.5; done; {stop}; rm -rf {folder}"


_GUARDS: list[subprocess.Popen[bytes]] = []  # they outlive this process, which waits for none of them


class Cluster:
    """A PostgreSQL of this machine, as the system's user `postgres` where this is root: it refuses to run as root."""

    def __init__(self, folder: Path, programs: Path, port: int) -> None:
        self.folder = folder
        self.url = f"postgresql://payt@127.0.0.1:{port}/postgres"
        self._programs = programs
        self._port = port
        self._user = "postgres" if os.name == "posix" and os.geteuid() == 0 else None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        self.data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(self.data, self._user)
        self._run("initdb", "--no-sync", "--auth=trust", "--username=payt", "--encoding=UTF8", "--no-locale")
        lines = {**_QUICK, "port": str(self._port)}
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def start(self) -> None:
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.data / 'log'}")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}")

    def stop_with(self, parent: int) -> None:
        """Have it stopped, and its folder removed, when a process ends."""
        stop = f"{self._programs / 'pg_ctl'} stop --silent --mode=immediate --pgdata={self.data}"
        if self._user:
            stop = f"runuser -u {self._user} -- {stop}"
        script = _GUARD.format(parent=parent, stop=stop, folder=self.folder)
        _GUARDS.append(
            subprocess.Popen(
                ["sh", "-c", script], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self.data}", *arguments]
        subprocess.run(command, user=self._user, check=True, cwd="/", stdout=subprocess.DEVNULL)


def of_this_run() -> str:
    """The address of the PostgreSQL that all tests of this run share, with the template in it."""
    if given := os.environ.get(_GIVEN):
        with _turn(Path(tempfile.gettempdir()) / "payt-mcp-tests-given.lock"):
            _make_template(given)
        return given
    parent = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    told = Path(tempfile.gettempdir()) / f"payt-mcp-tests-{parent}.postgres"
    with _turn(told.with_suffix(".lock")):
        if not told.exists():
            cluster = a_cluster()
            cluster.start()
            cluster.stop_with(parent)
            _make_template(cluster.url)
            told.write_text(cluster.url)
    return told.read_text()


def a_cluster() -> Cluster:
    """One that is made and not started. The test is skipped where this machine has no PostgreSQL."""
    programs = _programs()
    if programs is None:
        if os.environ.get(REQUIRED):
            pytest.fail("there is no PostgreSQL, and it is required here")
        pytest.skip("there is no PostgreSQL on this machine (Debian: apt install postgresql), and no TEST_DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="payt-mcp-postgres-"))
    folder.chmod(0o755)  # of root's; the data inside is the other user's alone
    cluster = Cluster(folder, programs, free_port())
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


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl: Debian keeps them out of PATH, one folder a version."""
    if sys.platform == "win32":
        return None
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
