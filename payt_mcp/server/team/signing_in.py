"""/signin, /signin/callback and /signout: people sign in at their company's identity provider."""

from __future__ import annotations

import logging
import secrets

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from payt_mcp.errors import ProviderError
from payt_mcp.server.team.departures import SECONDS, Departure, Departures, derived, own_path
from payt_mcp.server.team.identities import Identities
from payt_mcp.server.team.oidc import Asked, Provider
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.words.said import say

logger = logging.getLogger("payt_mcp")

_CALLBACK = "/signin/callback"


class SigningIn:
    """The routes. Everyone who asks is sent to the provider; who comes back and is expected has a session."""

    def __init__(
        self,
        public_url: str,
        provider: Provider,
        identities: Identities,
        departures: Departures,
        sessions: WebSessions,
        pages: PlainPages,
    ) -> None:
        self._public_url = public_url
        self._provider = provider
        self._identities = identities
        self._departures = departures
        self._sessions = sessions
        self._pages = pages
        self._is_secure = public_url.startswith("https:")
        self._cookie = "__Host-payt-way" if self._is_secure else "payt_way"

    def routes(self) -> list[Route]:
        return [
            Route("/signin", self.leave, methods=["GET"]),
            Route(_CALLBACK, self.come_back, methods=["GET"]),
            Route("/signout", self.sign_out, methods=["POST"]),
        ]

    async def leave(self, request: Request) -> Response:
        """To the provider; a second tab goes with the same cookie."""
        browser = request.cookies.get(self._cookie) or secrets.token_urlsafe(32)
        next_path = own_path(request.query_params.get("next", ""))
        state = await self._departures.leave(browser, Departure(next_path))
        try:
            address = await self._provider.address(self._asked(browser, state))
        except ProviderError as error:
            return self._unanswered(request, error)
        answer = RedirectResponse(address, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        answer.set_cookie(
            self._cookie, browser, max_age=SECONDS, path="/", secure=self._is_secure, httponly=True, samesite="lax"
        )
        return answer

    async def come_back(self, request: Request) -> Response:
        """What the provider led back with."""
        query, browser = request.query_params, request.cookies.get(self._cookie, "")
        state, code = query.get("state", ""), query.get("code", "")
        is_plain = len(query.multi_items()) == len(query) and bool(state and browser)
        departure = await self._departures.come_back(browser, state) if is_plain else None
        if departure is None or departure.person_id:
            return self._again(request, say("This answer belongs to no sign-in that was begun in this browser."), 400)
        if not code or query.get("error"):
            return self._again(request, say("You were not signed in by your company's identity provider."), 403)
        try:
            if not (await self._provider.metadata()).answers_as(query.get("iss")):
                raise ProviderError("the answer is another provider's")  # noqa: TRY301 - beside what else may be wrong
            identity, kept = await self._provider.came_back(self._asked(browser, state), code)
        except ProviderError as error:
            return self._unanswered(request, error)
        people = await self._identities.admit(identity, kept)
        if not people:
            return self._again(
                request,
                say("You are not expected here. Ask whoever runs this server in your company to invite your address."),
                403,
            )
        answer = RedirectResponse(departure.next_path, 303, {"Cache-Control": "no-store"})
        self._sessions.put(answer, await self._sessions.begin(request, identity.issuer, identity.subject))
        answer.delete_cookie(self._cookie, path="/", secure=self._is_secure, httponly=True, samesite="lax")
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Of this browser alone: programs that were let in stay so."""
        session = await self._sessions.of(request)
        if session is not None and await self._sessions.form(request, session) is None:
            return self._refused(request)
        answer = self._again(request, say("You are signed out in this browser."), 200)
        await self._sessions.end(request, answer)
        return answer

    def _asked(self, browser: str, state: str) -> Asked:
        nonce, verifier = derived(browser, state, "nonce"), derived(browser, state, "verifier")
        return Asked(self._public_url + _CALLBACK, state, nonce, verifier)

    def _unanswered(self, request: Request, error: ProviderError) -> Response:
        logger.warning("nobody could be signed in: %s", error.trouble)
        said = say("Your company's identity provider gave no answer that can be used. Try again in a minute.")
        return self._again(request, said, 502)

    def _refused(self, request: Request) -> Response:
        html = self._pages.html(request)
        said = html("<p>{}</p>", say("This did not come from a page of this server that is open. Go back and reload."))
        return self._pages.answer(html, say("Nothing was done"), said, status=403)

    def _again(self, request: Request, said: str, status: int) -> Response:
        """A page with a way to begin anew."""
        html = self._pages.html(request)
        heading = say("Signed out") if status == 200 else say("Not signed in")
        content: Markup = html('<p>{}</p><p><a href="/signin">{}</a></p>', said, say("Sign in"))
        return self._pages.answer(html, heading, content, status=status)
