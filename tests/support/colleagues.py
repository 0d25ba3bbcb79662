"""A company with a server for all: people, their grants at one sandbox, and replicas of the server over TCP.

Who asks stands in a header, in the place of the access token that is checked elsewhere.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_mcp.database.database import Database
from payt_mcp.payt.signin.tokens import StaticToken, TokenSource
from payt_mcp.policy.team import Role, TenantPolicy
from payt_mcp.server.server import build_server
from payt_mcp.server.team import who
from payt_mcp.server.team.callers import TeamCallers, team_callers
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.people import People, Person
from payt_mcp.settings import TOOLSETS, Secret, Settings
from payt_mcp.settings.team import NamedKey, TeamSettings
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from payt_sandbox.signin.access import Token
from tests.support import postgres
from tests.support.callers import at_mcp

HEADER = "x-person"
KEY = NamedKey("k1", Secret(base64.b64encode(b"k" * 32).decode()))
PUBLIC_URL = "https://payt.company.example"


@dataclass(frozen=True)
class Grant:
    id: str
    scope: str
    token: str


class StandInGrants:
    """Grants as tokens of the sandbox, by person; `ended` are those that are over."""

    def __init__(self) -> None:
        self.of_person: dict[str, Grant] = {}
        self.ended: set[str] = set()

    async def of(self, person: Person) -> Grant | None:
        found = self.of_person.get(person.id)
        return found if found and found.id not in self.ended else None

    async def named(self, tenant_id: str, grant_id: str) -> Grant | None:
        found = [one for one in self.of_person.values() if one.id == grant_id]
        return found[0] if found and grant_id not in self.ended else None

    async def source_of(self, tenant_id: str, grant_id: str) -> TokenSource:
        found = await self.named(tenant_id, grant_id)
        assert found is not None
        return StaticToken(Secret(found.token))


class BySaying:
    """Takes a header's word for who asks: `tenant person connection writes`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            said = dict(scope["headers"]).get(HEADER.encode(), b"").decode().split()
            who.remember(scope, who.SignedIn(said[0], said[1], said[2], "Claude", "claude.ai", said[3] == "writes"))
        await self._app(scope, receive, send)


@dataclass
class Company:
    """One tenant (or several) in a database, one sandbox as Payt, and what is needed to serve them."""

    database: Database
    url: str
    payt: Handle
    grants: StandInGrants = field(default_factory=StandInGrants)
    gone: set[str] = field(default_factory=set)
    replicas: list[TeamCallers] = field(default_factory=list)

    @property
    def people(self) -> People:
        return People(self.database)

    async def tenant(self, name: str, **policy: Any) -> str:
        return (await self.people.add_tenant(name, TenantPolicy(**{"read_only": False, **policy}))).id

    async def person(self, tenant: str, name: str, token: str, *, grant: str = "", **roles: Role) -> Person:
        """Somebody with roles by administration (`a4711="reader"`, or `everywhere=`) and a token of the sandbox."""
        made: Person | None = None
        for where, role in roles.items():
            key = "*" if where == "everywhere" else where.removeprefix("a")
            made = await self.people.invite(tenant, f"{name}@{tenant}.example", role, key)
        assert made is not None
        await self.database.run(
            lambda c: c.execute("update people set status = 'active', name = %s where id = %s", (name, made.id))
        )
        scope = "all" if token != "narrow" else "narrow"
        self.grants.of_person[made.id] = Grant(grant or f"g-{made.id}", scope, token)
        return replace(made, status="active", name=name)

    def settings(self, **changes: Any) -> TeamSettings:
        of_base = {"rate": changes.pop("rate", 1000), "freshness_seconds": changes.pop("freshness", 30)}
        base = Settings(api_url=self.payt.url, toolsets=TOOLSETS, **of_base)
        values: dict[str, Any] = {
            "base": base, "database_url": Secret(self.url), "public_url": PUBLIC_URL, "keys": (KEY,),
            "oidc_issuer": "https://login.example", "oidc_client_id": "x", "oidc_client_secret": None,
            "books_mb": 256, "mail": None,
        }  # fmt: skip
        return TeamSettings(**values | changes)

    @asynccontextmanager
    async def replica(self, **changes: Any) -> AsyncIterator[str]:
        """The address of one process of the server, with a pool of connections of its own."""
        settings, database = self.settings(**changes), Database(Secret(self.url))

        async def is_current(_tenant: str, person: str) -> bool:
            return person not in self.gone

        callers = team_callers(
            settings, database, self.grants, KeyRing(settings.keys), is_current, opened=self.replicas.append
        )
        server = build_server(settings.base, callers=callers, question_keys=[KEY.raw])
        app = BySaying(server.streamable_http_app(streamable_http_path="/mcp", stateless_http=True, host="127.0.0.1"))
        try:
            async with at_mcp(app) as url:
                yield url
        finally:
            database.close()

    def mailable(self, place: int = 0) -> str:
        """One of the debtors that a letter may go to."""
        rows = self.payt.sandbox.world.rows("4711", "debtors")
        fit = [row for row in rows if row["reminder_email_address"] and not row["paused_at"]]
        return [str(row["debtor_number"]) for row in fit if not row["reminding_paused_at"]][place]


@asynccontextmanager
async def asks(
    url: str, person: Person, *, mode: Any = "auto", answer: Any = None, connection: str = "c1", writes: bool = True
) -> AsyncIterator[Client]:
    """A client of one person."""
    said = f"{person.tenant_id} {person.id} {connection} {'writes' if writes else 'reads'}"
    async with httpx2.AsyncClient(headers={HEADER: said}, timeout=120) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=answer) as client:
            yield client


@contextmanager
def company(**tokens: Token) -> Iterator[Company]:
    """`tokens` are those the sandbox knows beside `whole`, which reaches everything."""
    options = Options(rate=None, token="whole", tokens=tokens)
    with (
        run_in_thread(create_app(build_world(invoices=150, seed=4), options=options)) as payt,
        postgres.a_database(postgres.of_this_run()) as url,
    ):
        database = Database(Secret(url))
        try:
            yield Company(database, url, payt)
        finally:
            database.close()


async def until(is_so: Any, seconds: float = 60.0) -> None:
    """Wait for something that another task or process does."""
    with anyio.fail_after(seconds):
        while not await is_so():  # noqa: ASYNC110 - what others do, nobody tells
            await anyio.sleep(0.02)
