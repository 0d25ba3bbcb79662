"""What stands on the page that connects Payt: what it means, how it stands, and the buttons."""

from __future__ import annotations

from markupsafe import Markup

from payt_mcp.server.team.grants import CONNECT, DISCONNECT, Grant
from payt_mcp.server.team.people import Person
from payt_mcp.server.team.web_sessions import WebSession
from payt_mcp.words.hypertext import Html
from payt_mcp.words.said import day_of, say


class ConnectForm:
    """The buttons of one connection."""

    def __init__(self, html: Html, session: WebSession, person: Person, next_path: str, is_company: bool) -> None:
        self._html = html
        self._hidden = html(
            '<input type="hidden" name="csrf" value="{csrf}"><input type="hidden" name="person" value="{person}">'
            '<input type="hidden" name="next" value="{next}"><input type="hidden" name="for" value="{whom}">',
            csrf=session.csrf,
            person=person.id,
            next=next_path,
            whom="company" if is_company else "me",
        )
        self._is_company = is_company
        self._who = person.name or person.email

    def drawn(self, grant: Grant | None) -> Markup:
        html, is_in_force = self._html, grant is not None and not grant.ended
        return html(
            '<p>{what}</p><p class="soft">{who}</p>{how}{go}{end}',
            what=self._what(),
            who=say("You are signed in as {name}.", name=self._who),
            how=self._how(grant),
            go=self._button(CONNECT, "yes", say("Connect again") if is_in_force else say("Go on to Payt")),
            end=self._button(DISCONNECT, "", say("Disconnect")) if is_in_force else Markup(),
        )

    def _what(self) -> str:
        if self._is_company:
            return say(
                "Payt asks you for consent. With it, everybody your company let in here sees and proposes, through "
                "this server, what their role allows. Without it, everybody connects a Payt account of their own."
            )
        return say(
            "Payt asks you for consent. With it, the assistants you let in see what you may see at Payt, through this "
            "server. Nothing reaches a debtor before somebody has approved it."
        )

    def _how(self, grant: Grant | None) -> Markup:
        if grant is None:
            return Markup()
        if grant.ended:
            return self._html("<p>{}</p>", say("It is not connected any more: Payt has to be asked again."))
        return self._html("<p>{}</p>", say("Connected on {day}.", day=day_of(f"{grant.given_at:%Y-%m-%d}")))

    def _button(self, action: str, kind: str, said: str) -> Markup:
        return self._html(
            '<form method="post" action="{}">{}<button class="{}" name="do" value="{}">{}</button></form>',
            action,
            self._hidden,
            kind,
            action,
            said,
        )
