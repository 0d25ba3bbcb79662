"""The SDK's own client signs in through the replicas in turn, by registration and by document, in both eras."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import httpx2
import pytest
import trustme
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.shared.auth import OAuthClientMetadata
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from payt_mcp.server.team.authorization.connections import Connections
from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.who import of_scope
from tests.server.team.authorization.serving import listener, served
from tests.server.team.authorization.stage import ISSUER, Stage, replica, submit
from tests.support.programs import Kept

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

CALLBACK = "http://127.0.0.1:33418/callback"


class Address:
    """One address, two replicas behind it that answer in turn."""

    def __init__(self, stage: Stage, documents: Documents, port: int) -> None:
        self.public_url = f"http://127.0.0.1:{port}"
        self.database = stage.database
        self.servers = [self._server() for _ in range(2)]
        made = [
            replica(
                stage.database,
                self.public_url,
                stage.access,
                documents,
                server.streamable_http_app(stateless_http=True),
                clock=lambda: stage.now,
            )
            for server in self.servers
        ]
        self.replicas, self.sessions = [app for app, *_ in made], made[0][1]
        self.count = 0

    def _server(self) -> MCPServer:
        server = MCPServer("payt-mcp")

        async def who(ctx: Context) -> str:
            signed_in = of_scope(ctx.request_context.request.scope)  # type: ignore[union-attr]  # it came over HTTP
            return f"{signed_in.person_id} {signed_in.client_host} {signed_in.writes}"

        server.add_tool(who)
        return server

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for server in self.servers:
                await stack.enter_async_context(server.session_manager.run())
            yield

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.count += 1
        await self.replicas[self.count % 2](scope, receive, send)


class Person:
    """Somebody at a browser who says yes."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.ended = ""
        self.consents = 0

    async def open(self, url: str) -> str:
        """From the address that a program opens to the one it waits at."""
        token = await self.address.sessions.begin(HTTPConnection({"type": "http", "headers": []}), ISSUER, "bob")
        cookies = {self.address.sessions.cookie: token}
        async with httpx.AsyncClient(base_url=self.address.public_url, cookies=cookies) as server:
            page = await server.get(url, follow_redirects=True)
            assert page.status_code == 200, page.text
            done = await submit(server, page, {"origin": self.address.public_url})
        self.ended = done.headers["location"]
        self.consents += 1
        return self.ended

    async def opened(self, url: str) -> None:
        assert (await self.open(url)).startswith(CALLBACK)

    async def answered(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**dict(parse_qsl(urlsplit(self.ended).query)))


@pytest.fixture
async def address(stage: Stage) -> AsyncIterator[tuple[Address, str]]:
    """The address, and that of a document about a program."""
    ca, (bound, port), (hosted, at) = trustme.CA(), listener(), listener()
    server, client = (ssl.SSLContext(one) for one in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT))
    ca.issue_cert("localhost").configure_cert(server)
    ca.configure_trust(client)
    document = f"https://localhost:{at}/app.json"
    said = JSONResponse({"client_id": document, "client_name": "Desk", "redirect_uris": ["http://127.0.0.1/callback"]})
    behind = Address(stage, Documents(lambda: client, loopback=True), port)
    async with (
        behind.running(),
        served(behind, bound, lifespan="off"),
        served(said, hosted, lifespan="off", ssl_context_factory=lambda *_: server),
    ):
        yield behind, document


@asynccontextmanager
async def signed_in(
    address: Address, person: Person, kept: Kept, mode: Any, document: str | None
) -> AsyncIterator[tuple[Client, OAuthClientProvider]]:
    about = OAuthClientMetadata(
        redirect_uris=[CALLBACK],
        client_name="Desk",
        grant_types=["authorization_code", "refresh_token"],
    )
    auth = OAuthClientProvider(
        f"{address.public_url}/mcp", about, kept, person.opened, person.answered, client_metadata_url=document
    )
    async with httpx2.AsyncClient(auth=auth, timeout=120) as http:
        transport = streamable_http_client(f"{address.public_url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client, auth


async def _said(client: Client) -> str:
    (content,) = (await client.call_tool("who", {})).content
    return content.text  # type: ignore[union-attr]  # it is text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_client_of_the_sdk_signs_in_refreshes_and_is_let_in_again(
    stage: Stage, address: tuple[Address, str], mode: str
) -> None:
    behind, document = address
    for by in (None, document):
        person, kept = Person(behind), Kept()
        async with signed_in(behind, person, kept, mode, by) as (client, auth):
            assert await _said(client) == f"{stage.bob.id} localhost True"
            assert kept.tokens is not None
            assert kept.tokens.scope == "read write"
            assert kept.client is not None
            assert (kept.client.client_id == document) is (by is not None)
            first = kept.tokens.refresh_token
            auth.context.token_expiry_time = 1
            assert await _said(client) == f"{stage.bob.id} localhost True"
            assert kept.tokens.refresh_token != first
        async with signed_in(behind, person, kept, mode, by) as (client, _):  # started again: it has its tokens
            assert await _said(client) == f"{stage.bob.id} localhost True"
        assert person.consents == 1
        await Connections(stage.database).revoke_all(stage.acme.id, stage.bob.id)
        stage.now += 6  # as long as a replica may still know a token
        async with signed_in(behind, person, kept, mode, by) as (client, _):
            assert await _said(client) == f"{stage.bob.id} localhost True"
        assert person.consents == 2
