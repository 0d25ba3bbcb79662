"""An assistant's program that adds a team server: the SDK's client with its own sign-in, a person at its browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from anyio.to_thread import run_sync
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.support.strolling import Stroller

CALLBACK = "http://127.0.0.1:9/callback"


class Kept:
    """What a program keeps between two starts."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Visitor(Stroller):
    """A person with a browser who says yes to what their program asks for."""

    def __init__(self, name: str, *, read_only: bool = False, callback: str = CALLBACK) -> None:
        super().__init__(callback)
        self.name = name
        self.read_only = read_only
        self.seen: list[str] = []
        """The paths of the pages on the way."""

    def allow(self, url: str) -> str:
        """From the address a program opens to the one it waits at."""
        self.get(url)
        for _ in range(12):
            if self.stopped_at:
                return self.stopped_at
            self._answer()
        raise AssertionError(f"never came back: {self.seen}, at {self.url}: {self.words[:600]}")

    def sign_in(self, url: str) -> Stroller:
        """Open a page of the server, signing in on the way."""
        self.get(url)
        while urlsplit(self.url).path in {"/authorize", "/oauth/authorize", "/connect"}:
            self._answer()
        return self

    def _answer(self) -> None:
        path = urlsplit(self.url).path
        self.seen.append(path)
        assert self.status == 200, f"{self.status} at {self.url}: {self.words[:600]}"
        if path == "/authorize":  # the provider's: whoever has a button is believed
            self.press(self.name)
        elif path == "/oauth/authorize":
            self.press("Approve")
        elif path == "/connect":
            self.press()
        elif path == "/consent":
            self.press("Allow", {"read_only": "yes"} if self.read_only else {})
        else:
            raise AssertionError(f"nothing to say at {self.url}: {self.words[:600]}")


class Program:
    """`document` is the address of a document about it (CIMD); without one it registers."""

    def __init__(
        self, url: str, person: Visitor, *, name: str = "Claude", document: str | None = None, scope: str | None = None
    ) -> None:
        self.url = url
        self.person = person
        self.kept = Kept()
        self.sign_ins = 0
        self._name = name
        self._document = document
        self._scope = scope
        self._came_back = ""

    @property
    def bearer(self) -> dict[str, str]:
        assert self.kept.tokens is not None
        return {"Authorization": f"Bearer {self.kept.tokens.access_token}"}

    @asynccontextmanager
    async def connected(self, mode: Any = "auto", *, answer: Any = None) -> AsyncIterator[Client]:
        async with httpx2.AsyncClient(auth=self._auth(), timeout=120) as http:
            transport = streamable_http_client(self.url, http_client=http)
            async with Client(transport, mode=mode, elicitation_callback=answer) as client:
                yield client

    def _auth(self) -> OAuthClientProvider:
        about = OAuthClientMetadata(client_name=self._name, redirect_uris=[AnyUrl(CALLBACK)], scope=self._scope)
        return OAuthClientProvider(
            self.url, about, self.kept, self._opened, self._returned, client_metadata_url=self._document
        )

    async def _opened(self, url: str) -> None:
        self.sign_ins += 1
        self._came_back = await run_sync(self.person.allow, url)

    async def _returned(self) -> AuthorizationCodeResult:
        found = {name: values[0] for name, values in parse_qs(urlsplit(self._came_back).query).items()}
        assert "error" not in found, found
        return AuthorizationCodeResult(code=found.get("code", ""), state=found.get("state"), iss=found.get("iss"))
