"""Every endpoint by which a program is let in."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute, Route

from payt_mcp.database.database import Database
from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.answers import OPEN_TO_BROWSERS
from payt_mcp.server.team.authorization.clients import Clients
from payt_mcp.server.team.authorization.consent import Consenting
from payt_mcp.server.team.authorization.contracts import ConnectFirst, IsCurrent
from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.authorization.metadata import metadata_routes
from payt_mcp.server.team.authorization.registration import Registering
from payt_mcp.server.team.authorization.requests import Authorizing
from payt_mcp.server.team.authorization.revocation import Revoking
from payt_mcp.server.team.authorization.token_endpoint import Tokens
from payt_mcp.server.team.people import People
from payt_mcp.server.team.plain_page import PlainPages
from payt_mcp.server.team.web_sessions import WebSessions
from payt_mcp.words.languages import Language, best_of


def routes(
    database: Database,
    public_url: str,
    sessions: WebSessions,
    is_current: IsCurrent,
    connect_first: ConnectFirst,
    documents: Documents | None,
    *,
    language_for: Callable[[str], Language] = lambda accepted: best_of(accepted) or "en",
    people: People | None = None,
) -> list[BaseRoute]:
    """`documents` is None where this server cannot reach the internet by itself: programs must then register."""
    addresses, people, pages = Addresses(public_url), people or People(database), PlainPages(language_for)
    clients = Clients(database, documents)
    authorize = Authorizing(database, addresses, clients, pages).answer
    consent = Consenting(database, addresses, people, sessions, connect_first, pages).answer
    for_programs = {
        "/register": Registering(database).answer,
        "/token": Tokens(database, addresses, people, is_current).answer,
        "/revoke": Revoking(database).answer,
    }
    return [
        *metadata_routes(addresses, documents=documents is not None),
        *(
            Route(path, endpoint, methods=["POST", "OPTIONS"], middleware=[OPEN_TO_BROWSERS])
            for path, endpoint in for_programs.items()
        ),
        Route("/authorize", authorize, methods=["GET"]),
        Route("/consent", consent, methods=["GET", "POST"]),
    ]
