"""`/oauth/authorize`: a person allows an application, or does not."""

import datetime as dt
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from payt_sandbox.signin.access import Application
from payt_sandbox.signin.consent import consent_page, error_page
from payt_sandbox.signin.grants import CODE_LIFE
from payt_sandbox.signin.sign_in import SignIn
from payt_sandbox.wire.forms import parse_body
from payt_sandbox.wire.problems import Problem

_COOKIE: Final = "sandbox_browser"
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True)
class _Asked:
    client_id: str
    application: Application
    redirect_uri: str
    state: str
    scopes: frozenset[str]
    challenge: str | None

    def answer(self, **values: str) -> Response:
        return _redirect(self.redirect_uri, {**values, "state": self.state})


class _Unanswerable(Exception):  # noqa: N818 - a state of affairs, answered with a page or a redirect
    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


class Consents:
    """The consent pages that are open, each bound to the browser it was shown in."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._open: dict[str, tuple[str, _Asked, dt.datetime]] = {}
        self._browsers: set[str] = set()

    async def ask(self, request: Request) -> Response:
        """Shows the page, or says what is wrong: to the application where it is known, else to the person."""
        with self._sign_in.world.lock:
            try:
                asked = _read(self._sign_in, request)
            except _Unanswerable as refusal:
                return refusal.answer
            browser = request.cookies.get(_COOKIE, "")
            if browser not in self._browsers:
                browser = secrets.token_urlsafe(24)
                self._browsers.add(browser)
            secret = secrets.token_urlsafe(24)
            self._open[secret] = (browser, asked, self._sign_in.world.clock() + CODE_LIFE)
        page = consent_page(asked.application, asked.scopes, asked.redirect_uri, secret)
        page.set_cookie(_COOKIE, browser, path="/oauth/", httponly=True, samesite="strict")
        return page

    async def decide(self, request: Request) -> Response:
        """Takes the answer of a person, once, from the page that was shown and from nowhere else."""
        try:
            form = parse_body(request.headers.get("content-type", ""), await request.body())
        except Problem as problem:
            return error_page(problem.message, problem.status)
        if request.headers.get("origin") not in (None, f"{request.url.scheme}://{request.headers.get('host')}"):
            return error_page("The answer did not come from the consent page.", 403)
        with self._sign_in.world.lock:
            shown = self._open.get(str(form.get("authenticity_token")))
            if shown is None or shown[0] != request.cookies.get(_COOKIE):
                return error_page("The answer did not come from a consent page that is open. Begin again.", 403)
            if form.get("decision") not in ("approve", "deny"):
                return error_page("The answer is neither approve nor deny.", 422)
            del self._open[form["authenticity_token"]]
            _, asked, expires_at = shown
            if expires_at <= self._sign_in.world.clock():
                return error_page("The consent page was open for too long. Begin again.", 403)
            return self._close(asked, approved=form["decision"] == "approve")

    def _close(self, asked: _Asked, approved: bool) -> Response:
        grants = self._sign_in.grants
        if not approved:
            grants.counts.denials += 1
            return asked.answer(error="access_denied", error_description="The person denied the request")
        return asked.answer(code=grants.allow(asked.client_id, asked.scopes, asked.redirect_uri, asked.challenge))


def sign_in_routes(sign_in: SignIn) -> list[Route]:
    """GET and POST /oauth/authorize."""
    consents = Consents(sign_in)
    return [
        Route("/oauth/authorize", consents.ask, methods=["GET"]),
        Route("/oauth/authorize", consents.decide, methods=["POST"]),
    ]


def _read(sign_in: SignIn, request: Request) -> _Asked:
    query = request.query_params
    client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
    application = sign_in.applications.get(client_id)
    if len(query.multi_items()) != len(query):
        raise _Unanswerable(error_page("A parameter is given more than once."))
    if application is None:
        raise _Unanswerable(error_page("The application (client_id) is unknown."))
    if not application.redirects_to(redirect_uri):
        raise _Unanswerable(error_page("The redirect_uri is not registered for this application."))
    state = query.get("state", "")
    scopes = frozenset(query["scope"].split()) if query.get("scope") else application.scopes
    challenge = query.get("code_challenge")
    error = _what_is_wrong(query, application, scopes)
    if error is not None:
        values = {"error": error[0], "error_description": error[1]}
        raise _Unanswerable(_redirect(redirect_uri, {**values, "state": state} if state else values))
    return _Asked(client_id, application, redirect_uri, state, scopes, challenge)


def _what_is_wrong(query: Any, application: Application, scopes: frozenset[str]) -> tuple[str, str] | None:
    """What the application has to be told: the error code of RFC 6749 and a sentence."""
    if query.get("response_type") != "code":
        return "unsupported_response_type", "response_type must be code"
    if not query.get("state"):
        return "invalid_request", "state is missing"
    if not scopes <= application.scopes:
        return "invalid_scope", f"Unknown scope: {' '.join(sorted(scopes - application.scopes))}"
    if "code_challenge" in query or "code_challenge_method" in query:
        good = query.get("code_challenge_method") == "S256" and _CHALLENGE.match(query.get("code_challenge", ""))
        return None if good else ("invalid_request", "code_challenge must be made with the method S256")
    return None


def _redirect(redirect_uri: str, values: dict[str, str]) -> Response:
    joint = "&" if "?" in redirect_uri else "?"
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return RedirectResponse(f"{redirect_uri}{joint}{urlencode(values)}", 302, headers)
