"""Where an access token comes from: the settings, or what keeps one up to date (`renewing.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from payt_mcp.errors import NotConfiguredError, UnauthorizedError
from payt_mcp.payt.signin.grants import Granted
from payt_mcp.settings import Secret


class TokenEndpoint(Protocol):
    """Payt as a token source needs it: its clock, and where tokens are given out."""

    def now(self) -> datetime: ...

    async def grant(self, client_id: str, client_secret: Secret, body: Mapping[str, str]) -> Granted:
        """Raises GrantRefused; GrantTrouble."""


class TokenSource(Protocol):
    """Gives the access token for the next request. Every method may raise what a `SignInError` stands for."""

    async def token(self, payt: TokenEndpoint) -> Secret:
        """Raises NotConfiguredError; GrantTrouble where it must be renewed and Payt gives no answer."""

    async def renewed(self, refused: Secret, payt: TokenEndpoint) -> Secret:
        """Another token in the place of one that Payt has just refused.

        Raises:
            UnauthorizedError: there is no other.
            GrantTrouble: as above.
        """

    async def ledger_identity(self) -> Secret:
        """What stays the same when a token is renewed, and when the same user signs in again."""

    def login(self) -> str | None:
        """Which sign-in this is; another one where somebody signed in again, None where it is no longer in force."""


class StaticToken:
    """The API token from the settings: it does not change while the process lives."""

    def __init__(self, value: Secret | None) -> None:
        self._value = value

    async def token(self, _payt: TokenEndpoint) -> Secret:
        return await self.ledger_identity()

    async def renewed(self, refused: Secret, payt: TokenEndpoint) -> Secret:  # noqa: ARG002 - the protocol's signature
        raise UnauthorizedError

    async def ledger_identity(self) -> Secret:
        if self._value is None:
            raise NotConfiguredError
        return self._value

    def login(self) -> str | None:
        return "settings"
