"""/consent: whoever has signed in says yes or no to what a program asked for, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from payt_mcp.database.database import Connection, Database
from payt_mcp.server.team.authorization import asked
from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.answers import UNCACHED, Refusal, once
from payt_mcp.server.team.authorization.clients import is_welcome
from payt_mcp.server.team.authorization.codes import Consented, issue
from payt_mcp.server.team.authorization.consent_page import Consent, choice_page, consent_page
from payt_mcp.server.team.authorization.contracts import ConnectFirst
from payt_mcp.server.team.authorization.sending_back import sent_back
from payt_mcp.server.team.authorization.trouble import trouble_page
from payt_mcp.server.team.people import People, Person, Tenant
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.web_sessions import WebSession, WebSessions
from payt_mcp.words.hypertext import Html
from payt_mcp.words.said import say

_OVER = say("This request has been answered, or is too old. Start again in the program that sent you here.")
_FOREIGN = say("This form is not from this page any more. Start again in the program that sent you here.")


@dataclass(frozen=True)
class Consenting:
    database: Database
    addresses: Addresses
    people: People
    sessions: WebSessions
    connect_first: ConnectFirst
    pages: PlainPages

    async def answer(self, request: Request) -> Response:
        html = self.pages.html(request)
        if request.method == "POST":
            return await self._answered(request, html)
        try:
            return await self._asked(request, once(list(request.query_params.multi_items())), html)
        except Refusal as refusal:
            return trouble_page(self.pages, html, say("The request cannot be read: {why}", why=refusal.description))

    async def _asked(self, request: Request, given: Mapping[str, str], html: Html) -> Response:
        key = given.get("request", "")
        wanted = await asked.noted(self.database, key)
        if wanted is None:
            return trouble_page(self.pages, html, _OVER)
        session = await self.sessions.of(request)
        if session is None:
            return self._lead_to(self.sessions.signin_path(_path(given)))
        companies = await self._companies(session, wanted)
        if not companies:
            return trouble_page(self.pages, html, _unwelcome(wanted), status=403)
        chosen = _chosen(companies, given.get("company"))
        if chosen is None:
            return choice_page(self.pages, html, key, [company for _, company in companies])
        person, company = chosen
        if path := await self.connect_first(person, _path(given)):
            return self._lead_to(path)
        may_write = wanted.writes and not company.policy.read_only
        return consent_page(self.pages, html, Consent(wanted, key, session.csrf, person, company, may_write))

    async def _answered(self, request: Request, html: Html) -> Response:
        session = await self.sessions.of(request)
        given = await self.sessions.form(request, session) if session else None
        if session is None or given is None:
            return trouble_page(self.pages, html, _FOREIGN, status=403)
        key = given.get("request", "")
        wanted = await asked.noted(self.database, key)
        chosen = _chosen(await self._companies(session, wanted), given.get("company")) if wanted else None
        if wanted is None or chosen is None:
            return trouble_page(self.pages, html, _OVER)
        if given.get("action") != "allow":
            taken = await self.database.run(lambda c: asked.take(c, key))
            denied = {"error": "access_denied", "error_description": "The person said no."}
            return self._sent_back(wanted, denied) if taken else trouble_page(self.pages, html, _OVER)
        person, company = chosen
        if path := await self.connect_first(person, _path(given)):
            return self._lead_to(path)
        writes = wanted.writes and not company.policy.read_only and "read_only" not in given
        code = await self._issued(key, Consented(person, wanted, self.addresses.resource, writes))
        return self._sent_back(wanted, {"code": code}) if code else trouble_page(self.pages, html, _OVER)

    async def _issued(self, key: str, consented: Consented) -> str | None:
        """A code; None where somebody has answered meanwhile."""

        def work(connection: Connection) -> str | None:
            return issue(connection, consented) if asked.take(connection, key) else None

        return await self.database.run(work)

    async def _companies(self, session: WebSession, wanted: asked.Asked) -> list[tuple[Person, Tenant]]:
        """For which companies somebody may let this program in."""
        found = [(person, await self.people.tenant(person.tenant_id)) for person in session.people]
        return [(one, company) for one, company in found if company and is_welcome(company.policy, wanted.client_host)]

    def _lead_to(self, path: str) -> Response:
        return RedirectResponse(self.addresses.of(path), 303, UNCACHED)

    def _sent_back(self, wanted: asked.Asked, answer: Mapping[str, str]) -> Response:
        return sent_back(self.addresses, wanted.redirect_uri, wanted.state, answer)


def _chosen(companies: list[tuple[Person, Tenant]], tenant_id: str | None) -> tuple[Person, Tenant] | None:
    """The company that is meant; the only one, where none was named."""
    if tenant_id is None:
        return companies[0] if len(companies) == 1 else None
    return next((entry for entry in companies if entry[1].id == tenant_id), None)


def _path(given: Mapping[str, str]) -> str:
    return f"/consent?{urlencode({name: given[name] for name in ('request', 'company') if name in given})}"


def _unwelcome(wanted: asked.Asked) -> str:
    return say(
        "Your company does not let programs from {host} in. Whoever runs this server for it can change that.",
        host=wanted.client_host,
    )
