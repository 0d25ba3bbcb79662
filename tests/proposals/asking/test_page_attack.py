"""The approval page under attack: by requests as they would come, and by other pages in the same real browser."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.states import Status
from payt_sandbox.api.faults import Fault
from tests.support.house import House, client, data, letter, record, until

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

# By requests.


class Target:
    """The page as an attacker who knows even its address meets it."""

    def __init__(self, house: House, caller: Any, key: str) -> None:
        self.house, self.caller, self.key = house, caller, key
        self.http = httpx.AsyncClient(base_url=house.opened[0].partition("/open/")[0])
        self.base = ""
        self.fields: dict[str, str] = {}

    async def enter(self) -> None:
        ticket = self.house.opened[0].partition("/open/")[2]
        answer = await self.http.get(f"/open/{ticket}")
        self.base = answer.headers["location"]
        page = (await self.http.get(self.base)).text
        token = re.search(r'name="token" value="(\w+)"', page)
        assert token
        self.fields = {"id": self.key, "token": token[1], "action": "approve"}

    async def post(self, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> int:
        host = self.http.base_url.netloc.decode()
        sent = {"origin": f"http://{host}", "sec-fetch-site": "same-origin"} | (headers or {})
        kept = {name.replace("_", "-"): value for name, value in sent.items() if value}
        return (await self.http.post(f"{self.base}decide", data=self.fields | (fields or {}), headers=kept)).status_code


@asynccontextmanager
async def target(house: House) -> AsyncIterator[Target]:
    async with client(house.server()) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        found = Target(house, caller, key)
        await found.enter()
        yield found
        await found.http.aclose()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://localhost:80"},
        {"host": "evil.example"},
        {"host": "127.0.0.1"},
        {"host": "localhost:8000"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"content_type": "text/plain"},
        {"content_type": "application/json"},
    ],
)
async def test_posts_from_elsewhere_are_refused(house: House, headers: dict[str, str]) -> None:
    async with target(house) as page:
        assert await page.post(headers=headers) == 403
        assert record(house, page.key).status == "proposed"
    assert house.mails == []


@pytest.mark.parametrize(
    "fields", [{"token": ""}, {"token": "0" * 64}, {"token": "é"}, {"id": "p-guessed"}, {"id": ""}]
)
async def test_posts_without_the_token_of_their_form_change_nothing(house: House, fields: dict[str, str]) -> None:
    async with target(house) as page:
        assert await page.post(fields=fields) in {303, 403}
        assert record(house, page.key).status == "proposed"
    assert house.mails == []


async def test_the_token_of_one_proposal_is_no_good_for_another(house: House) -> None:
    async with target(house) as page:
        other = data(await page.caller.call_tool("send_message", letter(house, subject="Een ander")))
        assert await page.post(fields={"id": other["proposal_id"]}) == 403
    assert house.mails == []


@pytest.mark.parametrize("action", ["again", "look", "close", "Approve", ""])
async def test_what_a_form_does_not_offer_changes_nothing(house: House, action: str) -> None:
    async with target(house) as page:
        assert await page.post(fields={"action": action}) == 303
        assert record(house, page.key).status == "proposed"
    assert house.mails == []


async def test_the_token_of_one_state_is_no_good_in_the_next(house: House) -> None:
    """A form that stayed open while its letter became one that may have been sent."""
    house.payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
    async with target(house) as page:
        assert await page.post() == 303
        ledger = Ledger(house.state)
        await until(ledger, page.key, Status.OUTCOME_UNKNOWN)
        ledger.close()
        assert await page.post(fields={"action": "again"}) == 403
        assert record(house, page.key).status == "outcome_unknown"
    assert house.mails == []


async def test_a_guessed_id_and_a_missing_one_are_told_nothing(house: House) -> None:
    """One answer for what is not there, whatever the token: ids cannot be tried out."""
    async with target(house) as page:
        for key in ("p-guessed", "", f"{page.key}x", "%"):
            assert await page.post(fields={"id": key}) == 303
        assert record(house, page.key).status == "proposed"
    assert house.mails == []


async def test_a_form_is_taken_at_its_own_address_and_in_its_own_size(house: House) -> None:
    async with target(house) as page:
        assert await page.post(fields={"more": "x" * 5_000}) == 403
        for base in ("/", f"/{'x' * 43}/", page.base.upper()):
            page.base = base
            assert await page.post() == 404
        assert record(house, page.key).status == "proposed"
    assert house.mails == []


async def test_a_get_changes_nothing(house: House) -> None:
    async with target(house) as page:
        for path in (
            "decide",
            f"decide?id={page.key}&action=approve&token={page.fields['token']}",
            f"approve/{page.key}",
        ):
            assert (await page.http.get(page.base + path)).status_code in {404, 405}
        for method in ("PUT", "DELETE", "OPTIONS", "HEAD"):
            assert (await page.http.request(method, f"{page.base}decide")).status_code in {403, 404, 405}
    assert house.mails == []


async def test_reading_needs_the_secret_the_host_and_no_other_origin(house: House) -> None:
    async with target(house) as page:
        for path in ("/", "/changes", "/page.js", f"/{'x' * 43}/", "/open/guess"):
            assert (await page.http.get(path)).status_code == 404
        for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-dest": "iframe"}):
            assert (await page.http.get(page.base, headers=headers)).status_code == 403


async def test_its_address_opens_it_once(house: House) -> None:
    async with target(house) as page:
        assert (await page.http.get(house.opened[0])).status_code == 404


async def test_its_headers_leave_no_room(house: House) -> None:
    async with target(house) as page:
        headers = (await page.http.get(page.base)).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


async def test_a_double_click_sends_once(house: House) -> None:
    async with target(house) as page, anyio.create_task_group() as clicks:
        for _ in range(8):
            clicks.start_soon(page.post)
    assert len(house.mails) == 1


async def test_it_lives_only_while_something_is_pending(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "payt_mcp.proposals.asking.page.ApprovalPage.__init__.__kwdefaults__", {"zone": None, "linger": 0.2}
    )
    async with target(house) as page:
        assert await page.post(fields={"action": "reject"}) == 303
        with anyio.fail_after(120):
            while True:
                try:
                    await page.http.get(page.base)
                except httpx.TransportError:
                    break
                await anyio.sleep(0.1)
        with anyio.fail_after(120):
            while [*(house.state / "pages").glob("*")]:  # noqa: ASYNC110 - the page removes it when it is done
                await anyio.sleep(0.05)
        data(await page.caller.call_tool("send_message", letter(house, subject="Later")))
        assert len(house.opened) == 2


async def test_under_http_it_is_there_on_loopback_and_nowhere_else(house: House) -> None:
    from payt_mcp.server.http_app import build_app
    from payt_mcp.settings import Secret

    token = Secret("t" * 40)
    for host, tabs in (("127.0.0.1", 1), ("0.0.0.0", 0)):
        house.opened.clear()

        def browse(url: str) -> bool:
            house.opened.append(url)
            return True

        app = build_app(house.settings(mcp_token=token), host=host, browse=browse)
        assert await _called_over_http(app, house, token.reveal(), host) == "awaiting_approval"
        assert len(house.opened) == tabs


async def _called_over_http(app: Any, house: House, token: str, host: str) -> str:
    import uvicorn
    from mcp.client import Client
    from mcp.client.streamable_http import streamable_http_client

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        import httpx2

        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
            transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
            async with Client(transport) as caller:
                answer = await caller.call_tool("send_message", letter(house, subject=f"Over HTTP {host}"))
                return str(data(answer)["status"])
    finally:
        server.should_exit = True
        await task


async def test_the_page_shows_the_body_as_it_is_and_is_not_embedded(house: House) -> None:
    async with client(house.server()) as caller:
        await caller.call_tool("send_message", letter(house, body="Een\nTotal\u200d100 <b>"))
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            page = await browser.get(house.opened[0])
            assert '<div class="body">Een\nTotal[U+200D]100 &lt;b&gt;</div>' in page.text
            assert "[U+200D]" in html.unescape(page.text)
            for kind in ("iframe", "frame", "object", "embed", "fencedframe"):
                assert (await browser.get(page.url, headers={"sec-fetch-dest": kind})).status_code == 403
            assert (await browser.get(page.url, headers={"sec-fetch-dest": "document"})).status_code == 200


async def test_a_page_answers_after_another_one_ended_with_its_server(house: House) -> None:
    for number in range(4):
        async with client(house.server()) as caller:
            await caller.call_tool("send_message", letter(house, subject=f"Bericht {number}"))
            if number % 2:
                async with httpx.AsyncClient(follow_redirects=True) as browser:
                    assert f"Bericht {number}" in (await browser.get(house.opened[-1])).text


# By other pages in the browser that has it open.

EVIL = """<!doctype html><title>evil</title><form method="post" action="{base}decide">
<input name="id" value="{id}"><input name="token" value="{token}"><input name="action" value="approve"></form>"""


@asynccontextmanager
async def other_site(content: str) -> AsyncIterator[str]:
    """A page of somebody else's, on the same machine: as near as another origin can be."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        writer.write((head + content).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_another_page_that_knows_even_the_token_cannot_post_its_form(house: House, chromium: Any) -> None:
    async with target(house) as known:
        known.base = str(known.http.base_url.join(known.base))
        async with other_site(EVIL.format(base=known.base, **known.fields)) as evil:
            page = await chromium.new_page()
            await page.goto(evil)
            async with page.expect_navigation():
                await page.evaluate("document.forms[0].submit()")
            assert page.url == f"{known.base}decide"
            assert await page.inner_text("body") == "Refused."
    assert record(house, known.key).status == "proposed"
    assert house.mails == []


async def test_another_page_cannot_read_it(house: House, chromium: Any) -> None:
    async with target(house) as known, other_site("<title>evil</title>") as evil:
        base = str(known.http.base_url.join(known.base))
        page = await chromium.new_page()
        await page.goto(evil)
        read = "base => fetch(base).then((answer) => answer.text(), () => 'failed')"
        blind = "base => fetch(base, { mode: 'no-cors' }).then((answer) => answer.type, () => 'failed')"
        assert await page.evaluate(read, base) == "failed"
        assert await page.evaluate(blind, base) == "failed"
        await page.goto(base)
        assert "Wilt u deze betalen?" in await page.evaluate(read, base)


async def test_another_page_cannot_frame_it(house: House, chromium: Any) -> None:
    async with target(house) as known:
        base = str(known.http.base_url.join(known.base))
        async with other_site(f'<title>evil</title><iframe src="{base}"></iframe>') as evil:
            page = await chromium.new_page()
            await page.goto(evil, wait_until="load")
            framed = page.frames[1]
            assert framed.url.startswith("chrome-error:")
            assert "Wilt u deze betalen" not in await framed.evaluate("document.documentElement.innerText")


async def test_a_name_that_leads_to_this_machine_does_not_lead_to_it(house: House, chromium: Any) -> None:
    """DNS rebinding: to the browser the attacker's page and this one are then of one origin."""
    async with target(house) as known:
        page = await chromium.new_page()
        port = known.http.base_url.port
        await page.goto(f"http://evil.example:{port}{known.base}")
        assert await page.inner_text("body") == "Refused."
        await page.goto(f"http://127.0.0.1:{port}{known.base}")
        assert "Wilt u deze betalen?" in await page.inner_text("main")
