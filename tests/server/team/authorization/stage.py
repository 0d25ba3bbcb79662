"""Where programs are let in: two replicas over one database, browsers of people, and programs that ask."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import ssl
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from payt_mcp.database.database import Database
from payt_mcp.policy.team import TenantPolicy
from payt_mcp.server.team.authorization.bearer import BearerRequired
from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.authorization.routes import routes
from payt_mcp.server.team.people import People, Person, Tenant
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.server.team.who import of_scope

PUBLIC = "https://payt.example"
ISSUER = "https://login.example"
CALLBACK = "https://app.example/callback"


@dataclass
class Access:
    """The real one asks the provider; here a test says who is gone, and who has no Payt."""

    gone: set[str] = field(default_factory=set)
    unconnected: set[str] = field(default_factory=set)
    asked: int = 0

    async def is_current(self, _tenant_id: str, person_id: str) -> bool:
        self.asked += 1
        return person_id not in self.gone

    async def connect_first(self, person: Person, next_path: str) -> str | None:
        return f"/connect?{urlencode({'next': next_path})}" if person.id in self.unconnected else None


def replica(
    database: Database,
    public_url: str,
    access: Access,
    documents: Documents | None,
    mcp: ASGIApp | None = None,
    **bearer: Any,
) -> tuple[Starlette, WebSessions, BearerRequired]:
    """One process of the server: what lets programs in, and behind it `mcp` (else: who asks)."""
    sessions = WebSessions(database, public_url, access.is_current)
    let_in = routes(database, public_url, sessions, access.is_current, access.connect_first, documents)
    guarded = BearerRequired(mcp or _who_asks, database, public_url, access.is_current, **bearer)
    return Starlette(routes=[*let_in, Route("/mcp", guarded)]), sessions, guarded


async def _who_asks(scope: Any, receive: Any, send: Any) -> None:
    await JSONResponse(vars(of_scope(Request(scope).scope)))(scope, receive, send)


class Stage:
    """Ann and Bob work for Acme; Ann works for Beta too."""

    acme: Tenant
    beta: Tenant
    ann: Person
    ann_at_beta: Person
    bob: Person
    sessions: WebSessions
    guarded: BearerRequired

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people = People(database)
        self.now = 1_000.0
        self.access = Access()

    async def fill(self) -> None:
        self.acme = await self.people.add_tenant("Acme", TenantPolicy(read_only=False))
        self.beta = await self.people.add_tenant("Beta", TenantPolicy())
        self.bob = await self._joined(self.acme, "bob", "Bob Berg")
        self.ann = await self._joined(self.acme, "ann", "Ann Aal")
        self.ann_at_beta = await self._joined(self.beta, "ann", "Ann Aal")

    async def _joined(self, tenant: Tenant, subject: str, name: str) -> Person:
        person = await self.people.invite(tenant.id, f"{subject}@{tenant.name.lower()}.example", "approver")
        joined = "update people set issuer = %s, subject = %s, name = %s, status = 'active' where id = %s"
        await self.database.run(lambda c: c.execute(joined, (ISSUER, subject, name, person.id)))
        return replace(person, issuer=ISSUER, subject=subject, name=name, status="active")

    async def begin(self) -> None:
        self.access.gone.clear()
        self.access.unconnected.clear()
        await self.policy(read_only=False)
        documents = Documents(ssl.create_default_context, loopback=True)
        self.replicas = []
        for _ in range(2):
            app, self.sessions, self.guarded = replica(
                self.database, PUBLIC, self.access, documents, clock=lambda: self.now
            )
            self.replicas.append(
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC, follow_redirects=False)
            )

    async def end(self) -> None:
        for one in self.replicas:
            await one.aclose()

    @property
    def server(self) -> httpx.AsyncClient:
        return self.replicas[0]

    async def policy(self, **changed: Any) -> None:
        await self.people.set_policy(self.acme.id, TenantPolicy(**changed))

    async def signed_in(self, subject: str) -> dict[str, str]:
        """The headers of a browser in which somebody is signed in."""
        token = await self.sessions.begin(HTTPConnection({"type": "http", "headers": []}), ISSUER, subject)
        return {"cookie": f"{self.sessions.cookie}={token}"}

    async def program(self, *redirects: str, name: str = "App") -> Program:
        """One that registers itself."""
        asked = {"client_name": name, "redirect_uris": redirects or (CALLBACK,)}
        answer = await self.server.post("/register", json=asked)
        assert answer.status_code == 201, answer.text
        return Program(self, answer.json()["client_id"], (redirects or (CALLBACK,))[0])

    async def later(self, what: str, where: str, shift: str) -> None:
        """As if something had happened earlier than it did."""
        column, table = what, where
        query = f"update {table} set {column} = {column} - interval '{shift}' where {column} is not null"
        await self.database.run(lambda c: c.execute(query.encode()))


@dataclass
class Program:
    stage: Stage
    id: str
    redirect: str
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def asks(self, **changed: str | None) -> str:
        """The address that it opens in a browser."""
        wanted = {
            "response_type": "code", "client_id": self.id, "redirect_uri": self.redirect, "state": "s&1",
            "code_challenge": self.challenge, "code_challenge_method": "S256", "resource": f"{PUBLIC}/mcp",
        }  # fmt: skip
        given = {name: value for name, value in {**wanted, **changed}.items() if value is not None}
        return f"/authorize?{urlencode(given)}"

    async def code(self, browser: dict[str, str], **form: Any) -> str:
        """What comes of asking, and of a person who says yes."""
        answered = await self.answered(browser, **form)
        return answered["code"]

    async def answered(
        self, browser: dict[str, str], *, asking: dict[str, str] | None = None, **form: str
    ) -> dict[str, str]:
        page = await self.page(browser, **(asking or {}))
        answer = await submit(self.stage.server, page, browser, **form)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(self.redirect)
        return query_of(answer)

    async def page(self, browser: dict[str, str], **asking: str) -> httpx.Response:
        """The consent page for Acme."""
        asked = await self.stage.server.get(self.asks(**asking))
        company = urlencode({"company": self.stage.acme.id})
        page = await self.stage.server.get(f"{asked.headers['location']}&{company}", headers=browser)
        assert page.status_code == 200, page.text
        return page

    async def redeem(self, code: str, replica: int = 0, **changed: str | None) -> httpx.Response:
        return await self.token(
            replica,
            **{"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect,
               "code_verifier": self.verifier, **changed},
        )  # fmt: skip

    async def refresh(self, token: str, replica: int = 0, **changed: str | None) -> httpx.Response:
        return await self.token(replica, **{"grant_type": "refresh_token", "refresh_token": token, **changed})

    async def token(self, replica: int = 0, **form: str | None) -> httpx.Response:
        given = {"client_id": self.id, "resource": f"{PUBLIC}/mcp", **form}
        data = {name: value for name, value in given.items() if value is not None}
        return await self.stage.replicas[replica].post("/token", data=data)

    async def tokens(self, subject: str = "bob", **form: Any) -> dict[str, Any]:
        answer = await self.redeem(await self.code(await self.stage.signed_in(subject), **form))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def who(self, token: str, replica: int = 0) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}"}
        return await self.stage.replicas[replica].get("/mcp", headers=headers)


async def submit(
    server: httpx.AsyncClient, page: httpx.Response, browser: dict[str, str], **changed: str
) -> httpx.Response:
    """What a browser sends when a person clicks; "allow" unless it is said otherwise."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    form = {name: unescape(value) for name, value in fields} | {"action": "allow"} | changed
    return await server.post("/consent", data=form, headers={"origin": PUBLIC, **browser})


def query_of(answer: Response | httpx.Response) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
