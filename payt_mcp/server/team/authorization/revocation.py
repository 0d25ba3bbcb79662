"""/revoke (RFC 7009): a program gives back what it has. Whatever it shows, the answer is the same."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from payt_mcp.database.database import Connection, Database, first
from payt_mcp.server.team.authorization.answers import Refusal, answer, form_of
from payt_mcp.server.team.authorization.connections import end
from payt_mcp.server.team.authorization.hashing import hashed

_OF_CLIENT = """
    select n.id from connection_tokens t join connections n on n.id = t.connection
    where t.hash = %s and n.client_id = %s
"""


@dataclass(frozen=True)
class Revoking:
    database: Database

    async def answer(self, request: Request) -> Response:
        try:
            given = await form_of(request)
        except Refusal as refusal:
            return refusal.answer()

        def work(connection: Connection) -> None:
            row = first(connection, _OF_CLIENT, (hashed(given.get("token", "")), given.get("client_id", "")))
            if row is not None:
                end(connection, row["id"])

        await self.database.run(work)
        return answer({})
