"""The approval page: in a real browser, and under attack."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from guard.conftest import House, client, data, said
from payt_mcp.guard.ledger import Ledger
from payt_mcp.sandbox.faults import Fault

pytestmark = pytest.mark.anyio
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def browser() -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api")
    if not CHROMIUM.exists():  # noqa: ASYNC240 - once, before anything runs
        pytest.skip("no chromium on this machine")
    async with playwright.async_playwright() as tool:
        running = await tool.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        try:
            yield running
        finally:
            await running.close()


def letter(house: House, **changes: Any) -> dict[str, Any]:
    return {"subject": "Openstaande facturen", "body": "Wilt u deze betalen?", "to_debtor": house.debtor()} | changes


async def test_a_click_in_a_real_browser_sends_it_once_and_the_page_says_so(house: House) -> None:
    async with client(house.server()) as caller, browser() as chromium:
        proposed = data(await caller.call_tool("send_message", letter(house)))
        page = await chromium.new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        await page.goto(house.opened[0])
        assert "Wilt u deze betalen?" in await page.inner_text("main")
        assert house.mails == []
        await page.dblclick("text=Approve and send")
        await page.wait_for_selector("text=Sent at")
        checked = data(await caller.call_tool("check_approval", {"proposal_id": proposed["proposal_id"]}))
        assert f"message {checked['message_id']} at Payt" in await page.inner_text("main")
        assert errors == []
    assert checked["status"] == "sent"
    assert len(house.mails) == 1


async def test_the_page_shows_what_happens_while_it_is_open(house: House) -> None:
    async with client(house.server()) as caller, browser() as chromium:
        await caller.call_tool("send_message", letter(house))
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        second = data(await caller.call_tool("send_message", letter(house, subject="Een tweede")))
        await page.wait_for_selector("text=Een tweede", timeout=5000)
        assert len(house.opened) == 1
        await page.click(f"#reject-{second['proposal_id']}")
        await page.wait_for_selector("text=A person said no")
    assert house.mails == []


async def test_it_can_be_used_by_keyboard_and_without_javascript(house: House) -> None:
    async with client(house.server()) as caller, browser() as chromium:
        await caller.call_tool("send_message", letter(house))
        context = await chromium.new_context(java_script_enabled=False)
        page = await context.new_page()
        await page.goto(house.opened[0])
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_load_state()
        with anyio.fail_after(5):
            while not house.mails:  # noqa: ASYNC110 - another thread mails
                await anyio.sleep(0.05)


async def test_an_address_that_is_not_on_file_is_shown_in_red(house: House) -> None:
    async with client(house.server()) as caller, browser() as chromium:
        await caller.call_tool("send_message", letter(house, email="x@evil.example"))
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        colour = await page.eval_on_selector("li.danger", "node => getComputedStyle(node).color")
        red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
        assert red > 2 * max(green, blue)
        assert "x@evil.example" in await page.inner_text(".foreign")


async def test_markup_in_a_proposal_is_only_text(house: House) -> None:
    body = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
    async with client(house.server()) as caller, browser() as chromium:
        await caller.call_tool("send_message", letter(house, subject="<b>fett</b>", body=body))
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        assert body in await page.inner_text("main")
        assert await page.title() == "1 proposal waiting - Payt approvals"


async def test_another_page_cannot_frame_it(house: House) -> None:
    async with client(house.server()) as caller, browser() as chromium:
        await caller.call_tool("send_message", letter(house))
        page = await chromium.new_page()
        await page.set_content(f'<iframe src="{house.opened[0]}"></iframe>')
        await page.wait_for_timeout(500)
        texts = [await frame.evaluate("document.body ? document.body.innerText : ''") for frame in page.frames[1:]]
    assert not any("Wilt u deze betalen" in text for text in texts)


# Under attack, by requests as they would come.


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
        await asyncio.sleep(0.1)
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
    assert house.mails == []


@pytest.mark.parametrize(
    "fields", [{"token": ""}, {"token": "0" * 64}, {"token": "é"}, {"id": "p-guessed"}, {"id": ""}]
)
async def test_posts_without_the_token_of_their_form_change_nothing(house: House, fields: dict[str, str]) -> None:
    async with target(house) as page:
        assert await page.post(fields=fields) in {303, 403}
    assert house.mails == []


async def test_the_token_of_one_proposal_is_no_good_for_another(house: House) -> None:
    async with target(house) as page:
        other = data(await page.caller.call_tool("send_message", letter(house, subject="Een ander")))
        assert await page.post(fields={"id": other["proposal_id"]}) == 403
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
    monkeypatch.setattr("payt_mcp.guard.page.ApprovalPage.__init__.__kwdefaults__", {"zone": None, "linger": 0.2})
    async with target(house) as page:
        assert await page.post(fields={"action": "reject"}) == 303
        with anyio.fail_after(10):
            while True:
                try:
                    await page.http.get(page.base)
                except httpx.TransportError:
                    break
                await anyio.sleep(0.1)
        with anyio.fail_after(10):
            while [*(house.state / "pages").glob("*")]:  # noqa: ASYNC110 - the page removes it when it is done
                await anyio.sleep(0.05)
        data(await page.caller.call_tool("send_message", letter(house, subject="Later")))
        assert len(house.opened) == 2


async def test_under_http_it_is_there_on_loopback_and_nowhere_else(house: House) -> None:
    from payt_mcp.http_app import build_app
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


async def test_an_unknown_outcome_is_a_persons_to_decide(house: House) -> None:
    house.payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
    async with client(house.server()) as caller, browser() as chromium:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        page = await chromium.new_page()
        await page.goto(house.opened[0])
        await page.click(f"#approve-{key}")
        await page.wait_for_selector("text=not on the timeline yet")
        assert house.mails == []
        await page.click(f"#again-{key}")
        await page.wait_for_selector("text=Sent at")
        answer = await caller.call_tool("check_approval", {"proposal_id": key})
        assert "status: sent" in said(answer)
    assert len(house.mails) == 1
    ledger = Ledger(house.state)
    assert [event.status for event in ledger.history(key)] == [
        "proposed", "approved", "sending", "outcome_unknown", "approved", "sending", "sent",
    ]  # fmt: skip
    ledger.close()
