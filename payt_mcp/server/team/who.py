"""Who made a request, as the access token says: set by the bearer check, read by everything behind it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from payt_mcp.errors import UnauthorizedError

_KEY = "payt_mcp.signed_in"


@dataclass(frozen=True)
class SignedIn:
    """A person of a company, through one of their connections.

    Attributes:
        connection_id: the consent given to one client, until it is revoked.
        client: the name it goes by, cleaned; `client_host` is where it comes from.
        writes: false where the person ticked "read only".
    """

    tenant_id: str
    person_id: str
    connection_id: str
    client: str
    client_host: str
    writes: bool


def remember(scope: MutableMapping[str, Any], who: SignedIn) -> None:
    """Note in an ASGI scope who makes the request."""
    scope[_KEY] = who


def of_scope(scope: MutableMapping[str, Any]) -> SignedIn:
    """Raises UnauthorizedError where no token was checked."""
    found = scope.get(_KEY)
    if not isinstance(found, SignedIn):
        raise UnauthorizedError
    return found
