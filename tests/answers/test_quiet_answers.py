"""What a next answer asks of Payt where little happened there, and that what it does not ask is not missed for long."""

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.assistant import MAIN, Assistant
from tests.support.hours import Hours
from tests.support.staging import Staged, stage

pytestmark = pytest.mark.anyio

FRESHNESS = 30
SELDOM = {"/v1/payment_plans", "/v1/payment_plans/deleted", "/v1/credit_cases/deleted"}


class Quiet:
    """An assistant, the debtor it asks about, and what Payt was asked for an answer."""

    def __init__(self, world: World, who: Assistant, debtor: Staged, hours: Hours, requests: Any) -> None:
        self.world, self.who, self.debtor, self.hours, self.requests = world, who, debtor, hours, requests

    async def asks(self, seconds: float) -> tuple[list[str], Counter[str]]:
        """The flags of the debtor after so long, and the requests of that answer by path."""
        await self.hours.let_pass(seconds)
        before = len(self.requests)
        answer = await self.who.ask("search_invoices", debtors=["88001"])
        return answer["invoices"][0].get("attention", []), Counter(
            one.path for one in list(self.requests)[before:] if "administrations" not in one.path
        )


@asynccontextmanager
async def quiet(patched: pytest.MonkeyPatch, freshness: int = FRESHNESS) -> AsyncIterator[Quiet]:
    world = build_world(invoices=60, seed=4)
    debtor, hours = stage(world, MAIN), Hours(patched, world)
    app = create_app(world, options=Options(rate=None))
    given = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", administration_id=MAIN, rate=100,
        freshness_seconds=freshness, read_only=True,
    )  # fmt: skip
    async with Client(build_server(given, app=app)) as client:
        one = Quiet(world, Assistant(client, MAIN), debtor, hours, app.state.sandbox.requests)
        await one.asks(0)
        yield one


async def test_a_quiet_next_answer_asks_four_times_and_seldom_seven(monkeypatch: pytest.MonkeyPatch) -> None:
    async with quiet(monkeypatch) as one:
        asked = [(await one.asks(FRESHNESS + 1))[1] for _ in range(9)]
        assert sorted(sum(paths.values()) for paths in asked) == [4] * 7 + [7] * 2
        assert all(max(paths.values()) == 1 for paths in asked)
        assert {frozenset(SELDOM & paths.keys()) for paths in asked} == {frozenset(), frozenset(SELDOM)}
        assert (await one.asks(1))[1].total() == 0


async def test_a_plan_that_an_invoice_or_a_case_names_is_in_the_next_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with quiet(monkeypatch) as one:
        world, debtor = one.world, one.debtor
        assert (await one.asks(FRESHNESS))[0] == []
        debtor.set("payment_plan", "payment_plan")
        world.tie_plan(MAIN, debtor.plan, debtor.invoices)
        flags, paths = await one.asks(FRESHNESS)
        assert flags == ["payment_plan"]
        assert paths.keys() >= SELDOM
        world.delete_payment_plan(MAIN, debtor.plan)
        assert (await one.asks(FRESHNESS))[0] == []
        assert (await one.asks(FRESHNESS))[0] == []


async def test_a_case_says_so_at_once_and_a_plan_by_itself_within_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with quiet(monkeypatch) as one:
        world, debtor = one.world, one.debtor
        for flag, source in (("paused", "credit_case"), ("with_bailiff", "credit_case"), ("paused", "debtor")):
            debtor.set(flag, source)
            assert flag in (await one.asks(FRESHNESS))[0]
        debtor.set("payment_plan", "payment_plan")
        found = [(await one.asks(FRESHNESS))[0] for _ in range(4)]
        assert "payment_plan" in found[-1]
        world.delete_payment_plan(MAIN, debtor.plan)
        found = [(await one.asks(FRESHNESS))[0] for _ in range(4)]
        assert "payment_plan" not in found[-1]
        world.change_credit_case(MAIN, debtor.case, paused_at=None, forwarded_to_bailiff_at=None)
        world.change_debtor(MAIN, debtor.debtor, reminding_paused_at=None)
        assert (await one.asks(FRESHNESS))[0] == []


async def test_what_was_deleted_is_asked_for_from_where_it_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with quiet(monkeypatch, freshness=3_600) as one:
        began = one.world.clock()
        asked = [(await one.asks(3_600))[1] for _ in range(4)]
        assert [len(SELDOM & paths.keys()) for paths in asked] == [0, 0, 0, 3]
        after = {one.path: parse_qs(one.query)["deleted_after"][0] for one in one.requests if "deleted" in one.path}
        left_out = (began - dt.timedelta(minutes=59)).isoformat()
        assert after["/v1/credit_cases/deleted"] < left_out < after["/v1/invoices/deleted"]
