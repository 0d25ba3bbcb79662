"""Open items in memory are shared among equal rights, stand for nobody who lost theirs, and stay within the memory."""

from __future__ import annotations

import gc
import sys
from types import FunctionType, MethodType, ModuleType
from typing import Any

import anyio
import pytest

from payt_mcp.books.held import Held
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.lent import LentClient
from payt_mcp.payt.models import Administration
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.server.team.shared_books import IDLE, IN_USE, SharedBooks
from payt_mcp.settings import Secret
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.colleagues import Company, asks
from tests.support.unhurried import NO_LIMIT

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
Replicas = tuple[str, str]
HERE = {"administration_id": "4711"}


def readings(house: Company) -> int:
    """How often the open invoices were read from the beginning."""
    asked = (one for one in house.payt.sandbox.requests if one.path == "/v1/invoices")
    parts = ("cursor", "debtor_ids", "updated_after")
    return sum("paid=false" in one.query and not any(part in one.query for part in parts) for one in asked)


async def overdue(url: str, person: Any) -> dict[str, Any]:
    async with asks(url, person) as client:
        answer = await client.call_tool("summarize_overdue", HERE)
        return {"error": getattr(answer.content[0], "text", "")} if answer.is_error else answer.structured_content or {}


async def test_equal_rights_share_one_reading_and_one_that_ends_leaves_it_to_the_others(
    house: Company, replicas: Replicas
) -> None:
    tenant, apart = await house.tenant("Sharing"), await house.tenant("Apart", shared_reading=False)
    anouk, bram = [await house.person(tenant, n, t, everywhere="reader") for n, t in (("a", "second"), ("b", "third"))]
    lone, other = [await house.person(apart, n, t, everywhere="reader") for n, t in (("c", "second"), ("d", "third"))]
    before = readings(house)
    hers = await overdue(replicas[0], anouk)
    assert readings(house) == before + 1
    assert (await overdue(replicas[0], bram))["overdue_gross"] == hers["overdue_gross"]
    assert readings(house) == before + 1
    for person in (lone, other):  # a company that wants it reads for each by themselves; and no other company's is used
        assert (await overdue(replicas[0], person))["overdue_gross"] == hers["overdue_gross"]
    assert readings(house) == before + 3

    options = house.payt.sandbox.options
    tokens = dict(options.tokens)
    del options.tokens["second"]  # type: ignore[attr-defined]  # withdrawn at Payt: it was the one all was read with
    books = house.replicas[0].books
    for held, _ in books._held.values():
        held.books._synced = None  # time passes: it is to be brought up to date
    try:
        assert (await overdue(replicas[0], bram))["overdue_gross"] == hers["overdue_gross"]
        account = house.replicas[0].works.last_of(tenant, anouk.id)
        assert account is not None
        account.account(anouk.id)._read_at = None  # five minutes pass
        assert "401" in (await overdue(replicas[0], anouk))["error"]
    finally:
        options.tokens.update(tokens)  # type: ignore[attr-defined]


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def administration(number: int) -> Administration:
    return Administration(id=str(number), name=f"Company {number}", currency_code="EUR")


async def test_what_was_used_longest_ago_goes_first_and_nothing_that_is_in_use() -> None:
    clock, client = Clock(), PaytClient("https://payt.example", StaticToken(Secret("t")))
    async with anyio.create_task_group() as group:
        books = SharedBooks(
            group, freshness=30, most=70_000, clock=clock
        )  # two that hold nothing, as they are reckoned
        for number in range(4):
            books.of("all", administration(number), client)
        assert len(books) == 4  # all of them are in use
        clock.at = IN_USE + 1
        books.of("all", administration(3), client)
        books.make_room()
        assert [held.administration.id for held, _ in books._held.values()] == ["2", "3"]
        clock.at += IDLE
        books.make_room()
        assert len(books) == 0
        books.of("all", administration(1), client)
        books.withdraw(client)
        assert len(books) == 0
    await client.aclose()


def taken(*begin: object) -> int:
    """The bytes of all that can be reached from here, but for code."""
    seen: dict[int, object] = {}
    found = list(begin)
    while found:
        one = found.pop()
        if id(one) not in seen and not isinstance(one, type | ModuleType | FunctionType | MethodType):
            seen[id(one)] = one
            found += gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


async def test_the_memory_that_is_reckoned_is_about_what_is_taken() -> None:
    world = build_world(invoices=1000, debtors=150, seed=4)
    app = create_app(world, options=Options(rate=None))
    client = PaytClient("http://sandbox.invalid", StaticToken(Secret("sandbox-token")), rate=NO_LIMIT, app=app)
    lent = LentClient()
    lent.lend(client)
    where = Administration(id="4711", name="x", currency_code="EUR", timezone="Europe/Amsterdam")
    async with anyio.create_task_group() as group:
        held = Held(lent, where, group, freshness=30)
        items = await held.books.fresh()
        assert len(items.invoices) > 500
        assert 0.7 < held.bytes / taken(items) < 1.5
        group.cancel_scope.cancel()
    await client.aclose()


def test_a_lent_client_is_asked_what_every_client_is() -> None:
    """All but what is made of these, and what nobody does with a client that is lent."""
    asked = {name for name in vars(PaytClient) if not name.startswith("_")} - set(vars(LentClient))
    assert asked == {"pages", "entities", "write", "grant", "upload", "elsewhere"}
