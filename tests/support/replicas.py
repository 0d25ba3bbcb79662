"""A team server as it runs in a company: two replicas behind a balancer, PostgreSQL, an identity provider, Payt."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx

from payt_mcp.database.database import Database
from payt_mcp.policy.team import Role, TenantPolicy
from payt_mcp.server.team.people import People, Person, Tenant
from payt_mcp.settings import Secret
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.provider import Provider, Someone, create_provider
from payt_sandbox.server import Handle, Served, run_in_thread
from payt_sandbox.signin.access import Application
from tests.support import postgres
from tests.support.balancing import Balancer, balanced
from tests.support.fixed import ADMINISTRATION, free_port
from tests.support.forking import begun
from tests.support.processes import COMMAND, PATIENCE

APP, APP_SECRET = "payt-app", "payt-app-secret"
PROVIDER_APP, PROVIDER_SECRET = "payt-mcp", "provider-secret"
ANNA = Someone("sub-anna", "anna@acme.example", "Anna Visser")
BRAM = Someone("sub-bram", "bram@acme.example", "Bram de Wit")
CARLA = Someone("sub-carla", "carla@other.example", "Carla Smit")


def a_key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


class Replica:
    """One `payt-mcp serve --team` in a process of its own."""

    def __init__(self, env: Mapping[str, str], log: Path, *arguments: str) -> None:
        self.env = dict(env)
        self.port = free_port()
        self.metrics_port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._arguments = arguments
        self.process = self._begun()

    def _begun(self) -> subprocess.Popen[bytes]:
        given = ["--port", str(self.port), "--metrics-port", str(self.metrics_port), "--leave-seconds", "0"]
        with self.log.open("ab") as log:
            command = [*COMMAND, "serve", "--team", *given, *self._arguments]
            return begun(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self) -> None:
        """Again, at the same address."""
        self.process = self._begun()
        self.until_ready()

    def restart(self, settings: Mapping[str, str]) -> None:
        """With these settings, where it runs or has been killed."""
        if self._is_alive():
            assert self.end() == 0
        self.env |= settings
        self.start()

    def until_ready(self) -> None:
        until(lambda: self.is_ready, lambda: f"no replica came: {self.lines()[-5:]}", self._is_alive)

    def _is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.origin}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def send(self, how: signal.Signals) -> None:
        self.process.send_signal(how)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def end(self) -> int:
        """By SIGTERM; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def lines(self) -> list[dict[str, Any]]:
        """What it logged."""
        found = []
        for line in self.log.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                found.append({"event": line})
        return found

    def figures(self) -> str:
        return httpx.get(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=10).text


class Company:
    """All of it. `url` is what people type into their programs."""

    def __init__(
        self, database_url: str, payt: Handle, provider: Provider, balancer: Balancer, env: Mapping[str, str]
    ) -> None:
        self.database_url = database_url
        self.payt = payt
        self.provider = provider
        self.balancer = balancer
        self.env = dict(env)
        self.replicas: list[Replica] = []
        self.url = f"{balancer.url}/mcp"

    @property
    def world(self) -> World:
        return self.payt.sandbox.world

    def add(self, folder: Path, **settings: str) -> Replica:
        """One more replica."""
        number = len(self.replicas)
        replica = Replica(self.env | settings, folder / f"replica-{number}.log")
        self.replicas.append(replica)
        self.balancer.replicas.append(replica.origin)
        return replica

    def found(
        self, name: str, people: Mapping[Someone, Role], policy: TenantPolicy | None = None
    ) -> tuple[Tenant, dict[Someone, Person]]:
        """A company, and whom it invited."""

        async def add() -> tuple[Tenant, dict[Someone, Person]]:
            database = Database(Secret(self.database_url))
            try:
                known = People(database)
                tenant = await known.add_tenant(name, policy or TenantPolicy(read_only=False))
                return tenant, {one: await known.invite(tenant.id, one.email, role) for one, role in people.items()}
            finally:
                database.close()

        return anyio.run(add)

    def mailable(self, administration: str = ADMINISTRATION) -> str:
        """A debtor that a letter may go to."""
        for row in self.world.rows(administration, "debtors"):
            if row["reminder_email_address"] and not row["paused_at"] and not row["reminding_paused_at"]:
                return str(row["debtor_number"])
        raise LookupError(administration)

    def mails(self, subject: str) -> int:
        """How many letters of this subject Payt has sent."""
        return sum(mail.subject == subject for mail in self.payt.sandbox.mails)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def a_company(
    folder: Path, *, replicas: int = 2, database_url: str | None = None, world: World | None = None, **settings: str
) -> Iterator[Company]:
    """`settings` are of every replica's environment."""
    with ExitStack() as stack:
        url = database_url or stack.enter_context(postgres.a_database(postgres.of_this_run()))
        front, issued_at = free_port(), free_port()
        public = f"http://127.0.0.1:{front}"
        options = Options(
            rate=None, applications={APP: Application("Payt", APP_SECRET, (f"{public}/connect/callback",))}
        )
        payt = stack.enter_context(
            run_in_thread(create_app(world or build_world(invoices=120, seed=4), options=options))
        )
        issuer = f"http://127.0.0.1:{issued_at}"
        provider = create_provider([ANNA, BRAM, CARLA], issuer, clients={PROVIDER_APP: PROVIDER_SECRET})
        stack.enter_context(Served(provider, issued_at).start())
        balancer = stack.enter_context(balanced([], front))
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
        env = {
            "PYTHONWARNINGS": "", "PAYT_API_URL": payt.url, "PAYT_DATABASE_URL": url, "PAYT_PUBLIC_URL": public,
            "PAYT_KEYS": a_key("k1"), "PAYT_OIDC_ISSUER": issuer, "PAYT_OIDC_CLIENT_ID": PROVIDER_APP,
            "PAYT_OIDC_CLIENT_SECRET": PROVIDER_SECRET, "PAYT_CLIENT_ID": APP, "PAYT_CLIENT_SECRET": APP_SECRET,
        }  # fmt: skip
        company = Company(url, payt, provider.state.provider, balancer, outside | env | settings)
        try:
            for _ in range(replicas):
                company.add(folder)
            for replica in company.replicas:
                replica.until_ready()
            yield company
        finally:
            for replica in company.replicas:
                if replica.process.poll() is None:
                    replica.kill()


def until(
    is_so: Callable[[], object],
    otherwise: Callable[[], str] = lambda: "it never came",
    goes_on: Callable[[], bool] = lambda: True,
    pause: float = 0.1,
) -> None:
    """Wait for something, for as long as a slow machine may take over it."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, otherwise()
        assert goes_on(), otherwise()
        time.sleep(pause)
