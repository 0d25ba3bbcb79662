"""The pages over TCP, for a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from payt_mcp.database.database import Database
from payt_mcp.settings import Secret
from tests.server.team.pages.stage import Stage
from tests.support import postgres
from tests.support.fixed import free_port


class Served:
    """`url` is where people reach the pages; `stage` is behind it."""

    def __init__(self, stage: Stage, url: str) -> None:
        self.stage, self.url = stage, url

    async def window(self, chromium: Any, subject: str, **options: Any) -> Any:
        """A page of a browser in which somebody is signed in."""
        name, _, value = (await self.stage.cookie(subject)).partition("=")
        page = await chromium.new_page(**options)
        await page.context.add_cookies([{"name": name, "value": value, "url": self.url, "httpOnly": True}])
        return page


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    url = f"http://127.0.0.1:{free_port()}"
    with postgres.a_database(postgres.of_this_run()) as address:
        database = Database(Secret(address))
        stage = Stage(database, url)
        await stage.fill()
        config = uvicorn.Config(stage.replicas[0].app, port=int(url.rpartition(":")[2]), log_level="critical")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.02)
        try:
            yield Served(stage, url)
        finally:
            server.should_exit = True
            await task
            await stage.close()
            database.close()
