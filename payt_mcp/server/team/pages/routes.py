"""The addresses of the pages."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from payt_mcp.server.team.pages.approvals import Approvals
from payt_mcp.server.team.pages.connections import ConnectionPages
from payt_mcp.server.team.pages.frame import OfSession, assets, guarded, of_session
from payt_mcp.server.team.pages.needed import Needed


def routes(needed: Needed) -> list[BaseRoute]:
    """All of them; whoever is not signed in is led to where they sign in."""
    approvals, connections = Approvals(needed), ConnectionPages(needed)

    def of(path: str, endpoint: OfSession, method: str = "GET") -> Route:
        return Route(path, of_session(needed.sessions, endpoint), methods=[method])

    return [
        Route("/approvals/assets/{name}", guarded(assets), methods=["GET"]),
        of("/approvals", approvals.all),
        of("/approvals/{id}/changes", approvals.changes),
        of("/approvals/{id}", approvals.one),
        of("/approvals/{id}", approvals.decide, "POST"),
        of("/connections", connections.all),
        of("/connections", connections.end, "POST"),
    ]


def approval_address(public_url: str, proposal_id: str) -> str:
    """Where a proposal is decided; it carries no secret."""
    return f"{public_url}/approvals/{proposal_id}"
