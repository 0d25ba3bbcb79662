"""Where an access token comes from."""

from __future__ import annotations

from typing import Protocol

from payt_mcp.errors import NotConfiguredError
from payt_mcp.settings import Secret


class TokenSource(Protocol):
    """Gives the access token for the next request.

    Raises:
        NotConfiguredError: there is none.
    """

    async def token(self) -> Secret: ...


class StaticToken:
    """The API token from the settings: it does not change while the process lives."""

    def __init__(self, value: Secret | None) -> None:
        self._value = value

    async def token(self) -> Secret:
        if self._value is None:
            raise NotConfiguredError
        return self._value
