"""What letting programs in needs of the rest: who sits at the browser, and whether they still may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from payt_mcp.server.team.people import Person


@dataclass(frozen=True)
class Visitor:
    """Somebody who has signed in: who they are in each company that has invited them, and what their forms carry."""

    people: Sequence[Person]
    csrf: str


class Visitors(Protocol):
    """Whoever has signed in at the company's identity provider, by the cookie of their browser."""

    async def of(self, request: Request) -> Visitor | None:
        """None where nobody has."""

    def signin_path(self, next_path: str) -> str:
        """The path of the sign-in that leads on to another path of this server."""

    async def connect_path(self, person: Person, next_path: str) -> str | None:
        """The path on which they connect their Payt first; None where there is something to ask Payt with."""


class Current(Protocol):
    async def is_current(self, tenant_id: str, person_id: str) -> bool:
        """Whether somebody still may use this server, as the provider and the company have it."""
