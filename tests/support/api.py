"""One small world per module, and clients that speak to the sandbox without a network."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app

TODAY = dt.date(2026, 11, 21)
BEARER = {"Authorization": "Bearer sandbox-token"}


class Api:
    """Blocking calls to an app through the ASGI transport; `main` is the main administration's id."""

    def __init__(self, world: World, options: Options | None = None) -> None:
        self.world = world
        self.main = world.main_id
        self.app = create_app(world, options=options or Options(rate=None))
        self.sandbox = self.app.state.sandbox

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **arguments: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.request(method, path, headers=BEARER if headers is None else headers, **arguments)

        return asyncio.run(run())

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.call("GET", path, params={"administration_id": self.main, **params})

    def walk(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every row of a list, page after page."""
        rows: list[dict[str, Any]] = []
        while True:
            answer = self.get(path, **params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            rows += page["data"]
            cursor = page["pagination"].get("cursor")
            if not page["data"] or cursor in (None, ""):
                return rows
            params["cursor"] = cursor


@pytest.fixture(scope="session")
def shared_world() -> World:
    """Read it only."""
    return build_world(invoices=700, seed=3, today=TODAY)


@pytest.fixture(scope="session")
def api(shared_world: World) -> Api:
    return Api(shared_world)


@pytest.fixture
def own() -> Callable[..., Api]:
    """A fresh, small world of one's own, with the options given."""

    def make(**options: Any) -> Api:
        return Api(build_world(invoices=150, seed=5, today=TODAY), Options(**{"rate": None, **options}))

    return make
