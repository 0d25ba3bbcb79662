"""A program that asks people for access, as it describes itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from payt_mcp.server.team.authorization.redirects import trouble_of
from payt_mcp.words.text import NAME_LENGTH, clean

_MOST_REDIRECTS = 20


class UnknownProgramError(Exception):
    """`why` is the end of a sentence for the person who came with it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class UnfitError(Exception):
    """What a program says of itself cannot be used; the text says why. `redirects`: an address in it is the reason."""

    def __init__(self, why: str, *, redirects: bool = False) -> None:
        super().__init__(why)
        self.redirects = redirects


@dataclass(frozen=True)
class Program:
    """`vouched_by` is the host whose document it is; "" where it registered itself, and its name is its own word."""

    id: str
    name: str
    vouched_by: str
    redirect_uris: tuple[str, ...]


def described(said: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Its name, cleaned and cut ("" for none), and its redirect addresses. Raises UnfitError."""
    addresses = said.get("redirect_uris")
    if not isinstance(addresses, list) or not 0 < len(addresses) <= _MOST_REDIRECTS:
        raise UnfitError(f"redirect_uris must hold 1 to {_MOST_REDIRECTS} addresses", redirects=True)
    for address in addresses:
        trouble = trouble_of(address) if isinstance(address, str) else "is no text"
        if trouble:
            raise UnfitError(f"a redirect address {trouble}", redirects=True)
    name = said.get("client_name")
    return clean(name if isinstance(name, str) else "", NAME_LENGTH), tuple(addresses)
