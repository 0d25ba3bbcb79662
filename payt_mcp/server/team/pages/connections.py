"""The programs somebody let in, and how they are signed in at Payt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from payt_mcp.proposals.asking.page_view import fields
from payt_mcp.proposals.outcomes import at
from payt_mcp.server.team.authorization.connections import Connected
from payt_mcp.server.team.grants import CONNECT, Grant
from payt_mcp.server.team.pages import frame
from payt_mcp.server.team.pages.needed import Needed
from payt_mcp.server.team.people import Person
from payt_mcp.server.team.web_sessions import WebSession
from payt_mcp.words.hypertext import Html, one_by_one
from payt_mcp.words.said import day_of, say

HERE = "/connections"


class ConnectionPages:
    """The pages below /connections."""

    def __init__(self, needed: Needed) -> None:
        self._needed = needed

    async def all(self, request: Request, session: WebSession) -> Response:
        html = self._html(request)
        several = len(session.people) > 1
        parts = []
        for person in session.people:
            tenant = await self._needed.people.tenant(person.tenant_id)
            if several and tenant is not None:
                parts.append(html('<h2 class="company">{}</h2>', tenant.name))
            parts.append(_programs(html, session, person, await self._needed.connections.of(person)))
            parts.append(_payt(html, person, await self._needed.grants.shown(person)))
        return frame.page(frame.document(html, session, frame.CONNECTIONS, one_by_one(parts), here=HERE))

    async def end(self, request: Request, session: WebSession) -> Response:
        """End what somebody let in. What is not theirs is not there."""
        given = await self._needed.sessions.form(request, session)
        if given is None:
            return frame.refused(403)
        person = session.as_person(given.get("person", ""))
        if person is None or not await self._needed.connections.revoke(person, given.get("connection", "")):
            return frame.nothing_there(self._html(request), session)
        return RedirectResponse(HERE, 303)

    def _html(self, request: Request) -> Html:
        return frame.language_of(request, self._needed.language_for)


def _programs(html: Html, session: WebSession, person: Person, connected: Sequence[Connected]) -> Markup:
    items = one_by_one(_program(html, session, person, one) for one in connected)
    nothing = html(
        '<p class="soft">{}</p>', say("You let no program in. An assistant asks for it when you add this server to it.")
    )
    return html("<section><h2>{}</h2>{}</section>", say("Programs you let in"), items or nothing)


def _program(html: Html, session: WebSession, person: Person, one: Connected) -> Markup:
    rows = [
        (say("From"), one.client_host),
        (say("Since"), at(one.since, dt.UTC)),
        (say("Last used"), at(one.last_used, dt.UTC)),
        (say("May"), say("read, and propose what people approve") if one.writes else say("read only")),
    ]
    hidden = {"csrf": session.csrf, "person": person.id, "connection": one.id}
    return html(
        '<article><h3>{}</h3><dl>{}</dl><form method="post" action="{}">{}<button>{}</button></form></article>',
        one.client,
        one_by_one(html("<dt>{}</dt><dd>{}</dd>", *row) for row in rows),
        HERE,
        fields(html, hidden),
        say("End this connection"),
    )


def _payt(html: Html, person: Person, found: Sequence[Grant]) -> Markup:
    """Their own sign-in at Payt, else their company's: how it stands, and where that is changed."""
    grant = next((one for one in found if not one.ended), None)
    if grant is None:
        said, label = say("You are not connected to Payt: nothing can be read or written for you."), say("Connect Payt")
    elif grant.is_company:
        said = say("Your company connected Payt for everybody, on {day}.", day=_day(grant))
        label = say("Connect a Payt account of your own")
    else:
        said, label = say("You connected your Payt on {day}.", day=_day(grant)), say("Connect again, or disconnect")
    there = f"{CONNECT}?{urlencode({'person': person.id, 'next': HERE})}"
    return html('<section><h2>Payt</h2><p>{}</p><p><a href="{}">{}</a></p></section>', said, there, label)


def _day(grant: Grant) -> str:
    return day_of(f"{grant.given_at:%Y-%m-%d}")
