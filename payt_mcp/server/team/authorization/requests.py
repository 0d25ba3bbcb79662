"""/authorize: what a program asks for, checked and noted; then the person goes to the consent page.

Until the program and its address are known to be right, whatever is wrong is said on a page; after that, it is sent
back to the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from payt_mcp.database.database import Database
from payt_mcp.server.team.authorization import asked
from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.answers import UNCACHED, Refusal, once
from payt_mcp.server.team.authorization.clients import Clients
from payt_mcp.server.team.authorization.program import Program, UnknownProgramError
from payt_mcp.server.team.authorization.redirects import is_one_of
from payt_mcp.server.team.authorization.scopes import asks_to_write
from payt_mcp.server.team.authorization.sending_back import sent_back
from payt_mcp.server.team.authorization.trouble import trouble_page
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.words.said import say

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Authorizing:
    database: Database
    addresses: Addresses
    clients: Clients
    pages: PlainPages

    async def answer(self, request: Request) -> Response:
        html = self.pages.html(request)
        try:
            given = once(parse_qsl(request.url.query, keep_blank_values=True))
            program = await self._program(given)
        except Refusal as refusal:
            return trouble_page(self.pages, html, say("The request cannot be read: {why}", why=refusal.description))
        except UnknownProgramError as unknown:
            return trouble_page(
                self.pages,
                html,
                say("The program that sent you here cannot be let in: {why}.", why=unknown.why),
            )
        try:
            wanted = self._wanted(program, given)
        except Refusal as refusal:
            return sent_back(self.addresses, given["redirect_uri"], given.get("state"), refusal.parameters)
        key = await asked.note(self.database, wanted)
        return RedirectResponse(self.addresses.of(f"/consent?{urlencode({'request': key})}"), 303, UNCACHED)

    async def _program(self, given: Mapping[str, str]) -> Program:
        """Whoever asks, at an address that is its own. Raises UnknownProgramError."""
        program = await self.clients.find(given.get("client_id", ""))
        if not is_one_of(given.get("redirect_uri", ""), program.redirect_uris):
            raise UnknownProgramError(say("it wants the answer at an address that it did not register (redirect_uri)"))
        return program

    def _wanted(self, program: Program, given: Mapping[str, str]) -> asked.Asked:
        """Raises Refusal."""
        if given.get("response_type") != "code":
            raise Refusal("unsupported_response_type", "response_type must be code.")
        challenge = given.get("code_challenge", "")
        if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise Refusal("invalid_request", "PKCE is needed: code_challenge, with code_challenge_method S256.")
        check_resource(self.addresses, given)
        return asked.Asked(
            client_id=program.id,
            client=program.name,
            vouched_by=program.vouched_by,
            redirect_uri=given["redirect_uri"],
            state=given.get("state"),
            challenge=challenge,
            writes=asks_to_write(given.get("scope")),
        )


def check_resource(addresses: Addresses, given: Mapping[str, str]) -> None:
    """What the token is to be good for is this server, or is not said. Raises Refusal."""
    if not all(map(addresses.is_resource, given.get("resource", "").split())):
        raise Refusal("invalid_target", f"resource must be {addresses.resource}.")
