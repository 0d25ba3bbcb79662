"""Where everything is: RFC 9728 for the protected resource, RFC 8414 for the authorization server."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from payt_mcp.server.team.authorization.addresses import Addresses
from payt_mcp.server.team.authorization.answers import OPEN_TO_BROWSERS
from payt_mcp.server.team.authorization.scopes import ACCEPTED, ALL

_OF_RESOURCE = ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp")
_OF_SERVER = (
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/mcp",
    "/.well-known/openid-configuration",
    "/.well-known/openid-configuration/mcp",
    "/mcp/.well-known/openid-configuration",
)
"""Programs of different years look in different places, and with a slash at the end where the address was typed so."""

_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


def metadata_routes(addresses: Addresses, *, documents: bool) -> list[Route]:
    """`documents`: a program's id may be the address of a document about it."""
    served = {path: _of_resource(addresses) for path in _OF_RESOURCE}
    served |= {path: _of_server(addresses, documents=documents) for path in _OF_SERVER}
    return [_route(path + end, body) for path, body in served.items() for end in ("", "/")]


def _of_resource(addresses: Addresses) -> dict[str, Any]:
    return {
        "resource": addresses.resource,
        "authorization_servers": [addresses.issuer],
        "scopes_supported": ALL,
        "bearer_methods_supported": ["header"],
        "resource_name": "Payt",
    }


def _of_server(addresses: Addresses, *, documents: bool) -> dict[str, Any]:
    return {
        "issuer": addresses.issuer,
        "authorization_endpoint": addresses.of("/authorize"),
        "token_endpoint": addresses.of("/token"),
        "registration_endpoint": addresses.of("/register"),
        "revocation_endpoint": addresses.of("/revoke"),
        "scopes_supported": ACCEPTED,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": documents,
    }


def _route(path: str, body: dict[str, Any]) -> Route:
    async def told(_request: Request) -> Response:
        return JSONResponse(body, headers=_FOR_AN_HOUR)

    return Route(path, told, methods=["GET", "OPTIONS"], middleware=[OPEN_TO_BROWSERS])
