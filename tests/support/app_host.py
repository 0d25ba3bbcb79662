"""A host that shows pages: as a client, and in a real browser behind the official bridge.

`APP_BRIDGE` names the bridge as one script; `CONTRIBUTING.md` says how it is made.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp.client import Client, advertise
from mcp.types import CallToolResult, TextResourceContents

from payt_mcp.apps.pages import MIME_TYPE
from payt_mcp.server.server import PaytServer
from tests.support.browsing import Windows

if TYPE_CHECKING:
    from playwright.async_api import Frame, Page

UI = advertise("io.modelcontextprotocol/ui", {"mimeTypes": [MIME_TYPE]})
_HOST = "http://host.example/"
_HOST_PAGE = """<!doctype html><html><body><script>
window.callTool = async (params) => (await fetch("/", { method: "POST", body: JSON.stringify(params) })).json();
</script></body></html>"""
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'none'"
"""What a strict host allows an app that asks for nothing."""


def host(server: PaytServer, mode: str = "auto") -> Client:
    """A client that shows pages."""
    return Client(server, mode=mode, extensions=[UI])


@pytest.fixture(scope="session")
def bridge() -> str:
    """The script of the official bridge. Without it the test skips; with `CI_BROWSER` set it fails.

    Not asynchronous, as `browser_program` is not.
    """
    path = os.environ.get("APP_BRIDGE", "")
    if not path and os.environ.get("CI_BROWSER"):
        pytest.fail("CI_BROWSER is set, and APP_BRIDGE names no bridge.")
    if not path:
        pytest.skip("The apps were not tried in a browser: APP_BRIDGE names no bridge of a host.")
    return Path(path).read_text(encoding="utf-8")


class Shown:
    """An app in its frame. `asked` are the tool calls it made, `loaded` what the browser asked the network for."""

    def __init__(self, page: Page, errors: list[str]) -> None:
        self.page = page
        self.asked: list[dict[str, Any]] = []
        self.loaded: list[str] = []
        self.errors = errors

    @property
    def frame(self) -> Frame:
        return self.page.frames[-1]

    async def text(self) -> str:
        return await self.frame.inner_text("main")

    async def out_of_sight(self) -> list[str]:
        """What is out of sight to the right, in a box that scrolls as well."""
        found: list[str] = await self.frame.evaluate(
            """[...document.querySelectorAll("main, main *")]
              .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
              .map((one) => `${one.tagName} ${one.textContent.slice(0, 40)}`)"""
        )
        return found


@asynccontextmanager
async def shown(
    chromium: Windows,
    bridge: str,
    client: Client,
    uri: str,
    result: CallToolResult,
    *,
    width: int = 760,
    theme: str = "light",
) -> AsyncIterator[Shown]:
    """The app of an answer, as a host shows it."""
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    page = await chromium.new_page(viewport={"width": width, "height": 900})
    app = Shown(page, chromium.errors(page))

    async def call(params: dict[str, Any]) -> dict[str, Any]:
        app.asked.append(params)
        answer = await client.call_tool(params["name"], params["arguments"])
        return answer.model_dump(mode="json", by_alias=True, exclude_none=True)

    async def host_page(route: Any) -> None:
        if route.request.method == "POST":
            await route.fulfill(json=await call(route.request.post_data_json))
        else:
            await route.fulfill(body=_HOST_PAGE, content_type="text/html")

    await page.route(_HOST, host_page)
    chromium.hear(page, "request", lambda request: app.loaded.append(request.url) if request.method == "GET" else None)
    chromium.hear(page, "pageerror", lambda error: app.errors.append(str(error)))
    await page.goto(_HOST)
    await page.evaluate(bridge)
    wire = result.model_dump(mode="json", by_alias=True, exclude_none=True)
    policy = f'<head><meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    document = content.text.replace("<head>", policy, 1)
    await page.evaluate("([html, result, theme]) => showApp(html, result, theme)", [document, wire, theme])
    await app.frame.wait_for_selector("section")
    yield app
