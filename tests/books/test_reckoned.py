"""What is made of the books in steps is all of one state of them, whatever changes between the steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import anyio
import pytest

from payt_mcp import steps
from payt_mcp.books.account import open_account
from payt_mcp.books.open_books import Books
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.settings import Secret, Settings
from payt_mcp.steps import Steps, parted
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.assistant import MAIN

pytestmark = pytest.mark.anyio


@pytest.fixture
async def books(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Books]:
    monkeypatch.setattr(steps, "_A_TURN", 0.0)
    app = create_app(build_world(invoices=60, seed=4), options=Options(rate=None))
    token = Secret("sandbox-token")
    given = Settings(api_token=token, api_url="http://127.0.0.1:1", rate=100, freshness_seconds=3600)
    async with anyio.create_task_group() as group:
        account = open_account(given, StaticToken(token), group, app=app)
        found = account.books(await account.administration(MAIN))
        await found.fresh()
        yield found
        await account.aclose()
        group.cancel_scope.cancel()


def one_by_one(made: list[int], items: OpenItems) -> Steps[list[str]]:
    """The ids of all, an invoice a step; `made` says how far it has come, and how often it was begun."""
    found: list[str] = []
    made.append(0)
    for some in parted(list(items.invoices), 1):
        found += some
        made[-1] += 1
        yield
    return found


async def test_it_is_made_again_of_what_the_books_are_by_then(books: Books) -> None:
    made: list[int] = []
    gone = next(iter(books.held.invoices))

    async def change() -> None:
        while sum(made) < 10:
            await anyio.lowlevel.checkpoint()
        books.held.remove_invoice(gone, surely=True)

    async with anyio.create_task_group() as group:
        group.start_soon(change)
        found = await books.reckoned(partial(one_by_one, made))
    assert found == list(books.held.invoices)
    assert gone not in found
    assert made[1:] == [len(found)]


async def test_books_that_change_all_the_time_are_reckoned_without_a_pause(books: Books) -> None:
    made: list[int] = []

    async def change() -> None:
        for gone in list(books.held.invoices):
            for _ in range(9):
                await anyio.lowlevel.checkpoint()
            books.held.remove_invoice(gone, surely=True)

    async with anyio.create_task_group() as group:
        group.start_soon(change)
        found = await books.reckoned(partial(one_by_one, made))
        assert found == list(books.held.invoices)
        group.cancel_scope.cancel()
    assert len(made) == 4


async def test_one_thing_is_reckoned_at_a_time(books: Books) -> None:
    """So that what the second needs, too, is kept of the first by then."""
    under_way: list[str] = []

    def made(name: str, items: OpenItems) -> Steps[None]:
        under_way.append(name)
        for _ in items.invoices:
            assert under_way == [name]
            yield
        under_way.remove(name)

    async with anyio.create_task_group() as group:
        for name in ("one", "another", "a third"):
            group.start_soon(books.reckoned, partial(made, name))
