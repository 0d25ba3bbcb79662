"""An assistant's program of the demo: the SDK's client, which finds out by itself how to sign in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from payt_mcp.cli.team.demo.browser import Browser

CALLBACK = "http://127.0.0.1:9/callback"
"""Where these programs wait for the browser to come back; nobody listens, as the demo's browsers stop before it."""


class _Kept:
    """What a program keeps."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self._client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._client = client_info


class Program:
    """`era`: the newest protocol there is, or the one of 2025 with its handshake."""

    def __init__(self, url: str, name: str, browser: Browser, era: Literal["auto", "legacy"]) -> None:
        self._url = url
        self._name = name
        self._browser = browser
        self._era = era
        self._kept = _Kept()
        self._came_back = ""

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Client]:
        about = OAuthClientMetadata(client_name=self._name, redirect_uris=[AnyUrl(CALLBACK)])
        auth = OAuthClientProvider(self._url, about, self._kept, self._open, self._answer)
        async with (
            create_mcp_http_client(auth=auth) as http,
            Client(streamable_http_client(self._url, http_client=http), mode=self._era) as client,
        ):
            yield client

    @property
    def bearer(self) -> dict[str, str]:
        """The header of whoever is let in."""
        assert self._kept.tokens is not None
        return {"Authorization": f"Bearer {self._kept.tokens.access_token}"}

    async def _open(self, url: str) -> None:
        self._came_back = await self._browser.open(url)

    async def _answer(self) -> AuthorizationCodeResult:
        found = {name: values[0] for name, values in parse_qs(urlsplit(self._came_back).query).items()}
        return AuthorizationCodeResult(code=found.get("code", ""), state=found.get("state"), iss=found.get("iss"))
