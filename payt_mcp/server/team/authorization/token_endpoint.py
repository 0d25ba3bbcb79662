"""/token: a code for the first pair of tokens, a refresh token for the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from payt_mcp.database.database import Database, first
from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.answers import Refusal, answer, form_of
from payt_mcp.server.team.authorization.clients import is_welcome
from payt_mcp.server.team.authorization.codes import Redeeming, redeem
from payt_mcp.server.team.authorization.contracts import IsCurrent
from payt_mcp.server.team.authorization.documents import is_address
from payt_mcp.server.team.authorization.requests import check_resource
from payt_mcp.server.team.authorization.scopes import asks_to_write, scope_of
from payt_mcp.server.team.authorization.tokens import ACCESS_SECONDS, Pair, Refreshing, Whose, refresh, whose
from payt_mcp.server.team.people import People

_NO_GRANT = "The code or token is not valid (any more), or not this program's."
"""One sentence for all reasons: whoever guesses learns nothing."""


@dataclass(frozen=True)
class Tokens:
    database: Database
    addresses: Addresses
    people: People
    is_current: IsCurrent

    async def answer(self, request: Request) -> Response:
        try:
            given = await form_of(request)
            return _told(await self._pair(given))
        except Refusal as refusal:
            return refusal.answer()

    async def _pair(self, given: Mapping[str, str]) -> Pair:
        """Raises Refusal."""
        await self._check_client(given.get("client_id", ""))
        check_resource(self.addresses, given)
        match given.get("grant_type"):
            case "authorization_code":
                pair = await self._redeemed(given)
            case "refresh_token":
                pair = await self._refreshed(given)
            case None:
                raise Refusal("invalid_request", "grant_type is missing.")
            case _:
                raise Refusal("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.")
        if pair is None:
            raise Refusal("invalid_grant", _NO_GRANT)
        return pair

    async def _redeemed(self, given: Mapping[str, str]) -> Pair | None:
        redeeming = Redeeming(
            code=given.get("code", ""),
            client_id=given["client_id"],
            redirect_uri=given.get("redirect_uri"),
            verifier=given.get("code_verifier", ""),
            resource=self.addresses.resource,
        )
        return await self.database.run(lambda c: redeem(c, redeeming))

    async def _refreshed(self, given: Mapping[str, str]) -> Pair | None:
        writes = asks_to_write(given.get("scope"))
        refreshing = Refreshing(given.get("refresh_token", ""), given["client_id"], self.addresses.resource)
        holder = await self.database.run(lambda c: whose(c, refreshing))
        if holder is None or not await self._may_go_on(holder):
            return None
        return await self.database.run(lambda c: refresh(c, refreshing, writes=writes))

    async def _may_go_on(self, holder: Whose) -> bool:
        """Whether the person still may, and the company still lets the program in."""
        company = await self.people.tenant(holder.tenant_id)
        if company is None or not is_welcome(company.policy, holder.client_host):
            return False
        return await self.is_current(holder.tenant_id, holder.person_id)

    async def _check_client(self, client_id: str) -> None:
        """A program that registered and was forgotten is told so: it registers again. Raises Refusal."""
        if is_address(client_id):
            return
        query = "select 1 as one from oauth_clients where id = %s"
        if await self.database.run(lambda c: first(c, query, (client_id,))) is None:
            raise Refusal("invalid_client", "This server does not know this client_id: register again.", 401)


def _told(pair: Pair) -> Response:
    return answer(
        {
            "access_token": pair.access,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": pair.refresh,
            "scope": scope_of(writes=pair.writes),
        }
    )
