"""/connect, /connect/callback and /disconnect: a person connects their Payt, or an admin one for the whole company."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from payt_mcp.errors import PaytMcpError
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.resources import Resources
from payt_mcp.payt.signin import grants as oauth
from payt_mcp.payt.signin.sign_in import tokens_of
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.policy.team import EVERYWHERE
from payt_mcp.server.team.connect_form import ConnectForm
from payt_mcp.server.team.departures import Departure, Departures, derived, own_path
from payt_mcp.server.team.grants import CONNECT, DISCONNECT, Grants
from payt_mcp.server.team.people import People, Person
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.settings import Secret
from payt_mcp.settings.team import TeamSettings
from payt_mcp.words.said import say

logger = logging.getLogger("payt_mcp")

_CALLBACK = f"{CONNECT}/callback"
_PERSEVERANCE = 3.0
"""Seconds of trying again: somebody sits there and waits."""


class Connecting:
    """The routes. `app` is an ASGI application that answers in Payt's place."""

    def __init__(
        self,
        settings: TeamSettings,
        people: People,
        grants: Grants,
        departures: Departures,
        sessions: WebSessions,
        pages: PlainPages,
        *,
        app: Any = None,
    ) -> None:
        self._settings = settings
        self._people = people
        self._grants = grants
        self._departures = departures
        self._sessions = sessions
        self._pages = pages
        self._app = app

    def routes(self) -> list[Route]:
        return [
            Route(CONNECT, self.show, methods=["GET"]),
            Route(CONNECT, self.leave, methods=["POST"]),
            Route(_CALLBACK, self.come_back, methods=["GET"]),
            Route(DISCONNECT, self.disconnect, methods=["POST"]),
        ]

    async def missing(self, person: Person, next_path: str) -> str | None:
        """Where this person must go first, and comes on to `next_path` from; None where they are connected."""
        if await self._grants.of(person) is not None:
            return None
        return f"{CONNECT}?{urlencode({'person': person.id, 'next': next_path})}"

    async def show(self, request: Request) -> Response:
        """What connecting means, how it stands, and the buttons."""
        session = await self._sessions.of(request)
        if session is None:
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(self._sessions.signin_path(path), 303, {"Cache-Control": "no-store"})
        asked = request.query_params
        person = session.as_person(asked.get("person") or session.person_id)
        if person is None:
            return self._said(request, say("There is nothing here."), 404)
        is_company = asked.get("for") == "company"
        if is_company and not await self._is_admin(person):
            return self._said(request, say("Only an admin of your company connects Payt for everybody."), 403)
        if self._application is None:
            return self._said(request, say("This server lacks the application at Payt that it asks with."), 503)
        html = self._pages.html(request)
        found = next((one for one in await self._grants.shown(person) if one.is_company == is_company), None)
        form = ConnectForm(html, session, person, own_path(asked.get("next", "")), is_company)
        heading = say("Connect Payt for your company") if is_company else say("Connect your Payt")
        return self._pages.answer(html, heading, form.drawn(found), leads_to=self._payt)

    async def leave(self, request: Request) -> Response:
        """To Payt's consent page."""
        found = await self._form(request)
        application = self._application
        if found is None or application is None:
            return self._refused(request)
        person, departure = found
        if departure.is_company and not await self._is_admin(person):
            return self._refused(request)
        browser = self._sessions.token(request)
        state = await self._departures.leave(browser, departure)
        settings = self._settings.base
        reading, writing = oauth.reading(settings.toolsets), oauth.writing(settings.toolsets)
        address = oauth.consent_url(
            settings.api_url,
            application[0],
            self._settings.public_url + _CALLBACK,
            state=state,
            verifier=derived(browser, state, "verifier"),
            scopes=reading if settings.read_only else (*reading, *writing),
        )
        return RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    async def come_back(self, request: Request) -> Response:
        """What Payt led back with."""
        query, browser, session = request.query_params, self._sessions.token(request), await self._sessions.of(request)
        state, code = query.get("state", ""), query.get("code", "")
        is_plain = session is not None and len(query.multi_items()) == len(query) and bool(state)
        departure = await self._departures.come_back(browser, state) if is_plain else None
        person = session.as_person(departure.person_id) if session and departure else None
        if departure is None or person is None:
            return self._said(request, say("This answer belongs to no connection that was begun in this browser."), 400)
        if departure.is_company and not await self._is_admin(person):
            return self._refused(request)
        if not code or query.get("error"):
            return self._said(request, _why_none(query.get("error", "")), 403)
        try:
            await self._connect(departure, person, code, derived(browser, state, "verifier"))
        except (oauth.GrantRefused, oauth.GrantTrouble, PaytMcpError) as error:
            logger.warning("Payt could not be connected: %s", error)
            return self._said(request, say("Payt gave no access with this consent. Nothing was connected."), 502)
        return RedirectResponse(departure.next_path, 303, {"Cache-Control": "no-store"})

    async def disconnect(self, request: Request) -> Response:
        found = await self._form(request)
        if found is None:
            return self._refused(request)
        person, departure = found
        if departure.is_company and not await self._is_admin(person):
            return self._refused(request)
        for grant in await self._grants.shown(person):
            if grant.is_company == departure.is_company and not grant.ended:
                await self._grants.disconnect(grant)
        return RedirectResponse(departure.next_path, 303, {"Cache-Control": "no-store"})

    async def _connect(self, departure: Departure, person: Person, code: str, verifier: str) -> None:
        """Exchange the code, try what it gave, and keep it."""
        application, settings = self._application, self._settings.base
        assert application is not None
        client_id, secret = application
        body = oauth.of_code(code, self._settings.public_url + _CALLBACK, verifier)
        client = self._client(None)
        try:
            granted = await client.grant(client_id, secret, body)
            tokens = tokens_of(granted, None, client.now())
        finally:
            await client.aclose()
        trial = self._client(granted.access_token)
        try:
            await Resources(trial).administrations()
        finally:
            await trial.aclose()
        whose = "" if departure.is_company else person.id
        grant = await self._grants.keep(person.tenant_id, whose, client_id, tokens, granted)
        await self._grants.was_tried(grant)
        logger.info("Payt was connected for %s of %s, at %s", whose or "all", person.tenant_id, settings.api_url)

    def _client(self, access: Secret | None) -> PaytClient:
        settings = self._settings.base
        return PaytClient(
            settings.api_url, StaticToken(access), network=settings.network, app=self._app, budget=_PERSEVERANCE
        )

    async def _form(self, request: Request) -> tuple[Person, Departure] | None:
        """Who sent a form of ours, and what about; None for whatever else was sent."""
        session = await self._sessions.of(request)
        fields = await self._sessions.form(request, session) if session else None
        person = session.as_person(fields.get("person", "")) if session and fields else None
        if fields is None or person is None:
            return None
        return person, Departure(own_path(fields.get("next", "")), person.id, fields.get("for") == "company")

    async def _is_admin(self, person: Person) -> bool:
        return (await self._people.rights(person.id)).may("admin", EVERYWHERE)

    @property
    def _application(self) -> tuple[str, Secret] | None:
        settings = self._settings.base
        if settings.client_id is None or settings.client_secret is None:
            return None
        return settings.client_id, settings.client_secret

    @property
    def _payt(self) -> str:
        return oauth.consent_origin(self._settings.base.api_url)

    def _refused(self, request: Request) -> Response:
        return self._said(
            request, say("This did not come from a page of this server that is open. Go back and reload."), 403
        )

    def _said(self, request: Request, said: str, status: int) -> Response:
        html = self._pages.html(request)
        content = html('<p>{}</p><p><a href="{}">{}</a></p>', said, CONNECT, say("Connect your Payt"))
        return self._pages.answer(html, say("Not connected"), content, status=status)


def _why_none(error: str) -> str:
    if error == "invalid_scope":
        return say(
            "The application of this server may not ask Payt for all that its tools need. Whoever runs the server adds "
            "the permissions to it at Payt. Nothing was connected."
        )
    return say("The consent page was answered with no. Nothing was connected.")
