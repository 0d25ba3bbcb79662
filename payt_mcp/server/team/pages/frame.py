"""What all pages have in common: the head, the way to the others, who is signed in, and what a browser is told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from importlib import resources

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from payt_mcp.errors import AlteredError, LedgerError
from payt_mcp.proposals.asking.page_guard import EMBEDDED, HEADERS, asset
from payt_mcp.proposals.asking.script_words import script_words
from payt_mcp.server.team.web_sessions import WebSession, WebSessions
from payt_mcp.words.hypertext import NOTHING, Html
from payt_mcp.words.languages import Language
from payt_mcp.words.said import say
from payt_mcp.words.sentences import spoken

HEADING = say("Payt approvals")
CONNECTIONS = say("Connections")
_CLOSED = say(
    "This page is no longer kept up to date: the server cannot be reached, or you were signed out. Read it anew."
)
_PAUSE = 2000
"""Milliseconds between looks for news."""

Endpoint = Callable[[Request], Awaitable[Response]]
OfSession = Callable[[Request, WebSession], Awaitable[Response]]


def document(
    html: Html,
    session: WebSession,
    title: str,
    main: Markup,
    *,
    heading: str = "",
    here: str = "",
    live: str = "",
    follows: Mapping[str, str] | None = None,
    footer: Markup = NOTHING,
) -> str:
    """A whole page; without a `heading` it is headed by its title. `here` is the part of the site that it is, `live` a
    line below the head; one that `follows` what happens names where it `look`s for news, and what is known (`changes`).
    """
    scripts = Markup(
        '<script src="/approvals/assets/rest.js" defer></script><script src="/approvals/assets/page.js" defer></script>'
    )
    return str(
        html(
            '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} - {site}</title>'
            '<link rel="stylesheet" href="/approvals/assets/page.css">'
            '<link rel="stylesheet" href="/approvals/assets/team.css">{scripts}</head>'
            "<body{data}><header>{nav}<h1>{heading}</h1>{live}</header>"
            '<main aria-live="polite">{main}</main>{footer}</body></html>',
            language=html.language,
            title=title,
            site=HEADING,
            heading=heading or title,
            scripts=scripts if follows else NOTHING,
            data=_data(html, follows) if follows else NOTHING,
            nav=_nav(html, session, here),
            live=html('<p id="live">{}</p>', live) if live else NOTHING,
            main=main,
            footer=footer,
        )
    )


def _data(html: Html, follows: Mapping[str, str]) -> Markup:
    words = json.loads(script_words(html.language)) | {"closed": spoken(_CLOSED, html.language)}
    data = {**follows, "pause": str(_PAUSE), "words": json.dumps(words, ensure_ascii=False)}
    return Markup("").join(html(' data-{}="{}"', name, value) for name, value in data.items())


def _nav(html: Html, session: WebSession, here: str) -> Markup:
    places = (("/approvals", HEADING), ("/connections", CONNECTIONS))
    links = Markup("").join(
        html('<a href="{}"{}>{}</a>', path, Markup(' aria-current="page"') if path == here else NOTHING, said)
        for path, said in places
    )
    who = session.person.name or session.person.email
    return html(
        '<nav>{}<span class="soft">{}</span><form method="post" action="/signout">{}<button>{}</button></form></nav>',
        links,
        who,
        csrf(html, session),
        say("Sign out"),
    )


def csrf(html: Html, session: WebSession) -> Markup:
    return html('<input type="hidden" name="csrf" value="{}">', session.csrf)


def page(content: str, status: int = 200) -> Response:
    return Response(content, status, media_type="text/html")


def refused(status: int) -> Response:
    return PlainTextResponse("Refused.", status)


def guarded(endpoint: Endpoint) -> Endpoint:
    """Refuse to be shown inside another page, and tell the browser what this one may do."""

    @wraps(endpoint)
    async def answer(request: Request) -> Response:
        dest = request.headers.get("sec-fetch-dest", "").encode()
        response = refused(403) if dest in EMBEDDED else await endpoint(request)
        for name, value in HEADERS.items():
            response.headers[name.decode()] = value.decode()
        return response

    return answer


def of_session(sessions: WebSessions, endpoint: OfSession) -> Endpoint:
    """For whoever is signed in; others are led to where they sign in, and from there to what they asked for."""

    async def answer(request: Request) -> Response:
        session = await sessions.of(request)
        if session is not None:
            try:
                return await endpoint(request, session)
            except AlteredError as error:  # no matter of a while
                return PlainTextResponse(str(error), 409)
            except LedgerError as error:
                return _unable(str(error))
        if "html" not in request.headers.get("accept", "html"):
            return refused(401)
        there = request.url.path if request.method != "GET" else _asked(request)
        return RedirectResponse(sessions.signin_path(there), 303)

    return guarded(answer)


def _unable(why: str) -> Response:
    """The record of proposals cannot be read or written now. For people and scripts alike."""
    return PlainTextResponse(why, 503, {"Retry-After": "5"})


def _asked(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


async def assets(request: Request) -> Response:
    """Stylesheets and scripts; they say nothing of anybody."""
    name = request.path_params["name"]
    if name == "team.css":
        content = resources.files("payt_mcp.server.team.pages").joinpath("assets", name).read_bytes()
        return Response(content, media_type="text/css")
    return asset(name) or refused(404)


def nothing_there(html: Html, session: WebSession) -> Response:
    """For what is not there and for what is not for this person alike."""
    said = say("There is nothing here for you: no such proposal, or none that you may see.")
    return page(document(html, session, say("Not found"), html('<p class="soft">{}</p>', said)), 404)


def language_of(request: Request, language_for: Callable[[str], Language]) -> Html:
    return Html(language_for(request.headers.get("accept-language", "")))
