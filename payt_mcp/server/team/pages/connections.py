"""The programs somebody let in, and how they are signed in at Payt."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from payt_mcp.server.team.pages import frame
from payt_mcp.server.team.pages.needed import AtPayt, Connected, Needed
from payt_mcp.server.team.people import Person
from payt_mcp.server.team.web_sessions import WebSession
from payt_mcp.words.hypertext import NOTHING, Html, one_by_one
from payt_mcp.words.said import say

HERE = "/connections"


class ConnectionPages:
    """The pages below /connections."""

    def __init__(self, needed: Needed) -> None:
        self._needed = needed

    async def all(self, request: Request, session: WebSession) -> Response:
        html = frame.language_of(request, self._needed.language_for)
        several = len(session.people) > 1
        parts = []
        for person in session.people:
            tenant = await self._needed.people.tenant(person.tenant_id)
            if several and tenant is not None:
                parts.append(html("<h2>{}</h2>", tenant.name))
            parts.append(_programs(html, session, person, await self._needed.connections.of(person)))
            connect = self._needed.payt.connect_path(HERE)
            parts.append(_payt(html, session, person, await self._needed.payt.of(person), connect))
        return frame.page(frame.document(html, session, frame.CONNECTIONS, one_by_one(parts), here=HERE))

    async def end(self, request: Request, session: WebSession) -> Response:
        """End a connection of a program, or the sign-in at Payt. What is not theirs is not there."""
        fields = await self._needed.sessions.form(request, session)
        if fields is None:
            return frame.refused(403)
        person = session.as_person(fields.get("person", ""))
        if person is None:
            return frame.nothing_there(frame.language_of(request, self._needed.language_for), session)
        if fields.get("action") == "disconnect":
            await self._needed.payt.disconnect(person)
        elif not await self._needed.connections.revoke(person, fields.get("connection", "")):
            return frame.nothing_there(frame.language_of(request, self._needed.language_for), session)
        return RedirectResponse(HERE, 303)


def _programs(html: Html, session: WebSession, person: Person, connected: Sequence[Connected]) -> Markup:
    items = one_by_one(_program(html, session, person, one) for one in connected)
    nothing = html('<p class="soft">{}</p>', say("You let no program in. An assistant asks for it when you add this server to it."))
    return html("<section><h2>{}</h2>{}</section>", say("Programs you let in"), items or nothing)


def _program(html: Html, session: WebSession, person: Person, one: Connected) -> Markup:
    rows = [
        (say("From"), one.client_host),
        (say("Since"), _when(one.since)),
        (say("Last used"), _when(one.used_at) if one.used_at else say("never")),
        (say("May"), say("read, and propose what you approve") if one.writes else say("read only")),
    ]
    return html(
        "<article><h2>{}</h2><dl>{}</dl>{}</article>",
        one.client,
        one_by_one(html("<dt>{}</dt><dd>{}</dd>", *row) for row in rows),
        _button(html, session, person, {"action": "revoke", "connection": one.id}, say("End this connection")),
    )


def _payt(html: Html, session: WebSession, person: Person, found: AtPayt | None, connect: str) -> Markup:
    link = html('<p><a href="{}">{}</a></p>', connect, say("Sign in at Payt"))
    if found is None:
        said, more = say("You are not signed in at Payt: nothing can be read or written for you."), link
    elif found.ended:
        said, more = say("Your sign-in at Payt is over: {why}", why=found.ended), link
    elif not found.own:
        said, more = say("Your company is signed in at Payt for everybody, since {day}.", day=_when(found.since)), NOTHING
    else:
        said = say("You are signed in at Payt since {day}.", day=_when(found.since))
        more = _button(html, session, person, {"action": "disconnect"}, say("End the sign-in at Payt"))
    return html("<section><h2>{}</h2><p>{}</p>{}</section>", say("At Payt"), said, more)


def _button(html: Html, session: WebSession, person: Person, hidden: dict[str, str], label: str) -> Markup:
    fields = {"csrf": session.csrf, "person": person.id, **hidden}
    inputs = one_by_one(html('<input type="hidden" name="{}" value="{}">', *one) for one in fields.items())
    return html('<form method="post" action="{}">{}<button>{}</button></form>', HERE, inputs, label)
