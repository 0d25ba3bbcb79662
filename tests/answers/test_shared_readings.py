"""Callers who ask for the same debtor at the same moment share one reading of its file."""

from typing import Any

import anyio
import pytest
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.assistant import MAIN, Assistant

pytestmark = pytest.mark.anyio

CALLERS = 8


class Held:
    """A Payt that keeps back its answers about notifications until it is let go."""

    def __init__(self) -> None:
        self.app = create_app(build_world(invoices=60, seed=4), options=Options(rate=None))
        self.sandbox = self.app.state.sandbox
        self.asked, self.let_go = anyio.Event(), anyio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") == "/v1/notifications":
            self.asked.set()
            await self.let_go.wait()
        await self.app(scope, receive, send)

    def requests(self, path: str) -> int:
        return sum(one.path == path for one in self.sandbox.requests)


def server(app: Held) -> Any:
    given = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", administration_id=MAIN, rate=100,
        read_only=True,
    )  # fmt: skip
    return build_server(given, app=app)


async def together(held: Held, *, give_up_first: bool) -> list[str]:
    """What each caller is told; the reading that the first began is held until all of them have asked."""
    debtor = held.sandbox.world.rows(MAIN, "debtors")[0]["debtor_number"]
    told: list[str] = []
    first = anyio.CancelScope()
    async with Client(server(held)) as client:
        who = Assistant(client, MAIN)

        async def ask(scope: anyio.CancelScope) -> None:
            with scope:
                told.append((await who.ask("get_debtor", debtor=debtor))["summary"])

        async with anyio.create_task_group() as group:
            group.start_soon(ask, first)
            await held.asked.wait()
            for _ in range(CALLERS - 1):
                group.start_soon(ask, anyio.CancelScope())
            while held.requests("/v1/debtors") < CALLERS:  # noqa: ASYNC110 - each has found out who is meant
                await anyio.sleep(0.005)
            await anyio.wait_all_tasks_blocked()
            if give_up_first:
                first.cancel()
                await anyio.wait_all_tasks_blocked()
            held.let_go.set()
    return told


async def test_one_reading_answers_all_of_them() -> None:
    held = Held()
    told = await together(held, give_up_first=False)
    assert len(told) == CALLERS
    assert len(set(told)) == 1
    assert [held.requests(f"/v1/{path}") for path in ("messages", "notifications", "invoices")] == [1, 1, 1]


async def test_where_the_first_gives_up_the_others_are_answered() -> None:
    held = Held()
    told = await together(held, give_up_first=True)
    assert len(told) == CALLERS - 1
    assert held.requests("/v1/messages") <= 2
