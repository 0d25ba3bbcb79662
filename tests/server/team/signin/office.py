"""A company with its identity provider, and people in front of browsers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from payt_mcp.database.database import Database
from payt_mcp.server.team.access import Access
from payt_mcp.server.team.connecting import Connecting
from payt_mcp.server.team.departures import Departures
from payt_mcp.server.team.grants import Grants
from payt_mcp.server.team.identities import Identities
from payt_mcp.server.team.keyring import KeyRing
from payt_mcp.server.team.oidc import Provider
from payt_mcp.server.team.people import People
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.signing_in import SigningIn
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.settings.team import TeamSettings
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.data.build import build_world
from payt_sandbox.provider import Someone, create_provider
from payt_sandbox.provider.state import Provider as StandIn
from payt_sandbox.signin.access import Application

PUBLIC = "https://payt.company.example"
ISSUER = "https://login.company.example"
PAYT = "https://payt.example"
ANNA = Someone("anna", "Anna@acme.example", "Anna Ames")
BRAM = Someone("bram", "bram@acme.example", "Bram Bos")


def settings(database_url: str = "postgresql://x/y", **more: str) -> TeamSettings:
    given = {
        "PAYT_API_URL": PAYT,
        "PAYT_CLIENT_ID": "sandbox-app",
        "PAYT_CLIENT_SECRET": "sandbox-app-secret",
        "PAYT_DATABASE_URL": database_url,
        "PAYT_PUBLIC_URL": PUBLIC,
        "PAYT_KEYS": "k1:" + "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=",
        "PAYT_OIDC_ISSUER": ISSUER,
        "PAYT_OIDC_CLIENT_ID": "payt-mcp",
        "PAYT_OIDC_CLIENT_SECRET": "provider-secret",
    }
    return TeamSettings.from_env(given | more)


@dataclass
class Office:
    """One server of the company; several of them over one database are its replicas."""

    database: Database
    provider: Starlette = field(default_factory=lambda: create_provider([ANNA, BRAM], ISSUER))
    settings: TeamSettings = field(default_factory=settings)
    payt: Starlette | None = None
    ended: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        ring = KeyRing(self.settings.keys)
        self.oidc = Provider(self.settings, app=self.provider)
        self.identities = Identities(self.database, ring)
        self.access = Access(self.database, self.oidc, self.identities, self._ended)
        self.sessions = WebSessions(self.database, PUBLIC, self.access.is_current)
        self.departures = Departures(self.database)
        self.pages = PlainPages(lambda _: "en")
        signing = SigningIn(PUBLIC, self.oidc, self.identities, self.departures, self.sessions, self.pages)
        self.people = People(self.database)
        self.grants = Grants(self.database, ring, self.settings, self._ended)
        self.connecting = Connecting(
            self.settings, self.people, self.grants, self.departures, self.sessions, self.pages, app=self.payt
        )
        self.routes = [*signing.routes(), *self.connecting.routes(), Route("/approvals", self._home)]

    @property
    def stand_in(self) -> StandIn:
        found = self.provider.state.provider
        assert isinstance(found, StandIn)
        return found

    @property
    def app(self) -> Starlette:
        return Starlette(routes=self.routes)

    def browser(self, **apps: Any) -> Browser:
        known = {PUBLIC: self.app, ISSUER: self.provider, PAYT: self.payt}
        return Browser({urlsplit(url).netloc: app for url, app in known.items() if app} | apps)

    async def _ended(self, tenant_id: str, person_id: str) -> None:
        self.ended.append((tenant_id, person_id))

    async def _home(self, request: Request) -> Response:
        session = await self.sessions.of(request)
        if session is None:
            return JSONResponse(None, 401)
        people = [(one.id, one.email, one.name, one.subject) for one in session.people]
        return JSONResponse({"people": people, "csrf": session.csrf})


def a_payt(**options: Any) -> Starlette:
    """A Payt that knows this server's application."""
    application = Application("Payt for Acme", "sandbox-app-secret", (f"{PUBLIC}/connect/callback",))
    return create_app(
        build_world(invoices=20, seed=4),
        options=Options(rate=None, applications={"sandbox-app": application}, **options),
    )


class Browser:
    """Follows redirects from host to host, each an application of its own, and clicks buttons of forms."""

    def __init__(self, apps: dict[str, Any]) -> None:
        mounts = {f"all://{host}": httpx.ASGITransport(app) for host, app in apps.items()}
        self.http = httpx.AsyncClient(mounts=mounts, base_url=PUBLIC, follow_redirects=True)

    async def get(self, url: str, **given: Any) -> httpx.Response:
        return await self.http.get(url, **given)

    async def click(self, page: httpx.Response, **button: str) -> httpx.Response:
        """Send the first form of a page that has this button, as a browser does."""
        (name, value), *_ = button.items()
        for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL):
            if f'name="{name}" value="{value}"' in form:
                fields = dict(re.findall(r'<input[^>]* name="([^"]*)" value="([^"]*)"', form))
                action = re.search(r'action="([^"]*)"', form)
                target = page.url.join(unescape(action[1]) if action else "")
                data = {unescape(key): unescape(given) for key, given in fields.items()} | button
                origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
                return await self.http.post(target, data=data, headers={"origin": origin})
        raise AssertionError(f"no button {name}={value} on {page.url}: {page.text}")

    async def sign_in(self, subject: str, next_path: str = "/approvals") -> httpx.Response:
        page = await self.get("/signin", params={"next": next_path})
        return await self.click(page, subject=subject)

    async def connect(self, path: str = "/connect", **answer: str) -> httpx.Response:
        """Through the page here and the one of Payt's."""
        page = await self.click(await self.get(path), do="/connect")
        return await self.click(page, **(answer or {"decision": "approve"}))

    async def aclose(self) -> None:
        await self.http.aclose()
