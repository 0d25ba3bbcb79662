"""Programs whose id is a document's address: what is fetched, from where, and what is believed."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import anyio
import pytest
import trustme
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from payt_mcp.server.team.authorization.documents import Documents
from payt_mcp.server.team.authorization.fetching import UnfetchableError, fetch, is_public
from payt_mcp.server.team.authorization.program import UnknownProgramError
from tests.server.team.authorization.serving import listener, served

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


class Host:
    """Serves what it is given, by path, and counts."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.url = f"https://localhost:{port}"
        self.context = context
        self.said: dict[str, Response] = {}
        self.asked: list[tuple[str, str]] = []
        self.now = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope)
        self.asked.append((scope["path"], request.headers["host"]))
        await self.said.get(scope["path"], Response(status_code=404))(scope, receive, send)

    def documents(self, **given: Any) -> Documents:
        return Documents(lambda: self.context, **{"loopback": True, "clock": lambda: self.now, **given})

    def tells(self, path: str, *, cache: str = "", **said: Any) -> str:
        address = f"{self.url}{path}"
        body = {"client_id": address, "client_name": "Claude", "redirect_uris": ["https://claude.ai/cb"], **said}
        self.said[path] = Response(json.dumps(body), headers={"cache-control": cache} if cache else {})
        return address


@pytest.fixture(scope="module")
async def host() -> AsyncIterator[Host]:
    ca, (bound, port), server, client = (
        trustme.CA(),
        listener(),
        *(ssl.SSLContext(one) for one in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)),
    )
    ca.issue_cert("localhost").configure_cert(server)
    ca.configure_trust(client)
    found = Host(port, client)
    async with served(found, bound, lifespan="off", ssl_context_factory=lambda *_: server):
        yield found


async def test_a_document_is_believed_where_it_is_about_itself_and_kept_as_its_host_says(host: Host) -> None:
    documents = host.documents()
    address = host.tells("/a.json", client_name="Claude\u202e\u200b", scope="", token_endpoint_auth_method="none")
    program = await documents.program(address)
    assert (program.id, program.name, program.vouched_by) == (address, "Claude", "localhost")
    assert program.redirect_uris == ("https://claude.ai/cb",)
    assert host.asked[-1] == ("/a.json", host.url.removeprefix("https://"))
    for cache, kept in (
        ("", 3600),
        ("max-age=600", 600),
        ("max-age=1", 60),
        ("no-store", 60),
        ("max-age=9999999", 86400),
    ):
        address, before = host.tells(f"/kept-{kept}{cache[:2]}.json", cache=cache), len(host.asked)
        for wait in (0, kept - 1):
            host.now += wait
            await documents.program(address)
        assert len(host.asked) == before + 1, cache
        host.now += 1
        await documents.program(address)
        assert len(host.asked) == before + 2, cache
    assert (await documents.program(host.tells("/nameless.json", client_name=None))).name == "localhost"


async def test_a_document_that_cannot_be_used_lets_nobody_in_and_is_not_asked_for_again_at_once(host: Host) -> None:
    documents = host.documents()
    bad: list[tuple[str, dict[str, Any]]] = [
        ("another client_id", {"client_id": f"{host.url}/other.json"}),
        ("a secret", {"client_secret": "x"}),
        ("a secret", {"token_endpoint_auth_method": "client_secret_post"}),
        ("redirect_uris must hold", {"redirect_uris": []}),
        ("must begin with https://", {"redirect_uris": ["https://claude.ai/cb", "http://claude.ai/cb"]}),
        ("it is too long", {"padding": "x" * 40_000}),
    ]
    for number, (why, said) in enumerate(bad):
        with pytest.raises(UnknownProgramError, match=why):
            await documents.program(host.tells(f"/bad-{number}.json", **said))
    host.said["/moved.json"] = RedirectResponse(f"{host.url}/a.json")
    host.said["/list.json"], host.said["/no.json"] = Response("[]"), Response("<html>")
    for path, why in (("/moved.json", "307"), ("/list.json", "JSON"), ("/no.json", "JSON"), ("/missing.json", "404")):
        before = len(host.asked)
        for _ in range(3):
            with pytest.raises(UnknownProgramError, match=why):
                await documents.program(f"{host.url}{path}")
        assert len(host.asked) == before + 1
        host.now += 31
        with pytest.raises(UnknownProgramError, match=why):
            await documents.program(f"{host.url}{path}")
        assert len(host.asked) == before + 2


async def test_nothing_is_fetched_from_this_machine_or_its_neighbours(host: Host) -> None:
    before, public = len(host.asked), host.documents(loopback=False)
    plain = host.url.replace("https", "http")
    for address in (
        f"{host.url}/a.json", host.url.replace("localhost", "127.0.0.1") + "/a.json", "https://10.0.0.1/a.json",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/a.json", "https://[::ffff:127.0.0.1]/a.json",
        "https://0.0.0.0/a.json", f"{plain}/a.json", f"{host.url}/", host.url, f"{host.url}/a.json#x",
        host.url.replace("//", "//user@") + "/a.json",
        "https://127.1/a.json", "https://2130706433/a.json", "https://no-such-host.invalid/a.json",
    ):  # fmt: skip
        with pytest.raises(UnknownProgramError):
            await public.program(address)
    for path in ("/x/../a.json", "/x/%2e%2E/a.json", "/./a.json"):
        with pytest.raises(UnknownProgramError, match="without dots"):
            await host.documents().program(host.tells(path))
    assert len(host.asked) == before
    stranger = Documents(ssl.create_default_context, loopback=True)
    with pytest.raises(UnknownProgramError, match="could not be reached"):  # nobody vouches for its certificate
        await stranger.program(host.tells("/untrusted.json"))
    for address, is_it in (
        ("8.8.8.8", True), ("2606:4700::1111", True), ("64:ff9b::808:808", True), ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("fc00::1", False),
        ("100.64.0.1", False), ("192.168.1.1", False), ("172.16.0.1", False), ("224.0.0.1", False), ("::", False),
        ("255.255.255.255", False), ("ff02::1", False), ("198.18.0.1", False),
    ):  # fmt: skip
        assert is_public(address) is is_it, address


async def test_a_host_that_says_nothing_or_rubbish_is_not_waited_for() -> None:
    async def rude(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            asked = await stream.receive()
            if b"/endless" in asked:
                with suppress(anyio.BrokenResourceError):
                    while True:
                        await stream.send(b"HTTP/1.1 200 OK\r\n\r\n" if asked else b"x" * 4_096)
                        asked = b""
            elif b"/cut" in asked:
                await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            elif b"/rubbish" in asked:
                await stream.send(b"220 smtp.example ESMTP\r\n")
            elif b"/silent" in asked:
                await anyio.sleep_forever()

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listening, anyio.create_task_group() as group:
        group.start_soon(listening.serve, rude)
        url = f"http://127.0.0.1:{listening.extra(anyio.abc.SocketAttribute.local_port)}"
        for path, why in (("/endless", "too long"), ("/cut", "reached"), ("/rubbish", "reached"), ("/shut", "reached")):
            with pytest.raises(UnfetchableError, match=why):
                await fetch(f"{url}{path}", ssl.create_default_context(), loopback=True)
        with pytest.raises(UnfetchableError, match="in time"):
            await fetch(f"{url}/silent", ssl.create_default_context(), loopback=True, seconds=0.1)
        group.cancel_scope.cancel()
