"""The consent page in a real browser: it looks as it should, and its answer reaches the program."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from tests.server.team.authorization.serving import listener, served
from tests.server.team.authorization.stage import ISSUER, Program, Stage, replica
from tests.support.browsing import Windows

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


@pytest.fixture
async def heard() -> AsyncIterator[tuple[str, list[str]]]:
    """Where a program of this computer listens, and what came there."""
    bound, port = listener()
    came: list[str] = []

    async def callback(scope: object, receive: object, send: object) -> None:
        came.append(scope["query_string"].decode())  # type: ignore[index]
        await PlainTextResponse("Back in the program")(scope, receive, send)  # type: ignore[arg-type]

    async with served(callback, bound, lifespan="off"):
        yield f"http://127.0.0.1:{port}/callback", came


async def test_a_click_on_the_page_reaches_the_program(
    stage: Stage,
    heard: tuple[str, list[str]],
    chromium: Windows,
) -> None:
    callback, came = heard
    bound, port = listener()
    public_url = f"http://127.0.0.1:{port}"
    app, sessions, _ = replica(stage.database, public_url, stage.access, None)
    program: Program = await stage.program(callback)
    token = await sessions.begin(HTTPConnection({"type": "http", "headers": []}), ISSUER, "bob")
    async with served(app, bound, lifespan="off"):
        page = await chromium.new_page()
        said: list[str] = []
        chromium.hear(page, "console", lambda message: said.append(message.text))
        await page.context.add_cookies([{"name": sessions.cookie, "value": token, "url": public_url}])
        await page.goto(f"{public_url}{program.asks(resource=None)}")
        card = await page.eval_on_selector("article", "one => getComputedStyle(one).borderTopWidth")
        assert card == "1px"  # the stylesheet counts
        await page.get_by_label("Read only").check()
        await page.get_by_role("button", name="Allow").click()
        await page.wait_for_url(f"{callback}?**")
        assert "code=payt_code_" in came[0]
        assert not [one for one in said if "Content Security Policy" in one]
