"""The programs that may ask people for access: those that registered, and those whose id is a document's address."""

from __future__ import annotations

from dataclasses import dataclass

from payt_mcp.database.database import Database, first
from payt_mcp.policy.team import TenantPolicy
from payt_mcp.server.team.authorization.documents import Documents, is_address
from payt_mcp.server.team.authorization.program import Program, UnknownProgramError
from payt_mcp.words.said import say


@dataclass(frozen=True)
class Clients:
    """`documents` is None where this server cannot fetch any: then only those are known that registered."""

    database: Database
    documents: Documents | None

    async def find(self, client_id: str) -> Program:
        """Raises UnknownProgramError."""
        if self.documents and is_address(client_id):
            return await self.documents.program(client_id)
        query = "select * from oauth_clients where id = %s"
        row = await self.database.run(lambda c: first(c, query, (client_id,)))
        if row is None:
            raise UnknownProgramError(
                say("this server does not know it (any more): take the connection away there, and add it again")
            )
        return Program(row["id"], row["name"], "", tuple(row["redirect_uris"]))


def is_welcome(policy: TenantPolicy, client_host: str) -> bool:
    """Whether a company lets a program in: by the host that vouches for it, else by where its answers go."""
    return not policy.clients or client_host in policy.clients
