"""An answer that was given lately is given again while the books it was made of stand: to whoever asks the same, in the
same words, and to nobody who would be told otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
import httpx
import pytest
from mcp.client import Client
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from payt_mcp.books import account
from payt_mcp.books.account import open_account
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.server.server import PaytServer, build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.assistant import MAIN, SECOND, Assistant

pytestmark = pytest.mark.anyio
ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("search_invoices", {}),
    ("search_invoices", {"query": "b.v.", "limit": 3}),
    ("search_invoices", {"group_by": "currency"}),
    ("find_debtors", {}),
    ("summarize_overdue", {}),
    ("summarize_overdue", {"administration_id": "all"}),
]


class Made:
    """Counts the answers that are made: who is given one again asks no further than that."""

    def __init__(self, server: PaytServer) -> None:
        self.answers = 0
        server.middleware.append(self._count)

    async def _count(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        self.answers += ctx.method == "tools/call"
        return await call_next(ctx)


def _server(world: World, freshness: int) -> PaytServer:
    given = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", administration_id=MAIN, rate=100,
        read_only=True, freshness_seconds=freshness,
    )  # fmt: skip
    return build_server(given, app=create_app(world, options=Options(rate=None)))


@asynccontextmanager
async def asking(
    world: World, mode: Literal["auto", "legacy"] = "auto", freshness: int = 3600
) -> AsyncIterator[tuple[Assistant, Made]]:
    server = _server(world, freshness)
    made = Made(server)
    async with Client(server, mode=mode) as client:
        who = Assistant(client, MAIN)
        await who.ask("find_debtors", limit=1, administration_id="all")  # the books are read
        yield who, made


def _same(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "next_cursor"}


@ERAS
async def test_an_answer_is_made_once_while_the_books_stand(mode: Literal["auto", "legacy"]) -> None:
    async with asking(build_world(invoices=120, seed=4), mode) as (who, made):
        for tool, arguments in ASKED:
            _, text, first = await who.call(tool, **arguments)
            answers = made.answers
            for _ in range(3):
                failed, again, found = await who.call(tool, **arguments)
                assert not failed
                assert _same(found) == _same(first)
                cursor, own = first.get("next_cursor", ""), found.get("next_cursor", "")
                assert again == (text.replace(cursor, own) if cursor else text)
                assert not cursor or own != cursor
            assert made.answers == answers, (tool, arguments)


async def test_whoever_changes_an_answer_changes_their_own() -> None:
    async with asking(build_world(invoices=120, seed=4)) as (who, _):
        first = await who.ask("search_invoices")
        number = first["invoices"][0]["invoice_number"]
        for _ in range(2):
            again = await who.ask("search_invoices")
            assert again["invoices"][0]["invoice_number"] == number
            again["invoices"][0]["invoice_number"] = "somebody else's"
            again["invoices"].clear()


async def test_other_arguments_and_later_pages_are_answered_by_themselves() -> None:
    async with asking(build_world(invoices=120, seed=4)) as (who, made):
        first = await who.ask("search_invoices", limit=3)
        longer = await who.ask("search_invoices", limit=4)
        assert (len(first["invoices"]), len(longer["invoices"])) == (3, 4)
        for _ in range(2):
            answers = made.answers
            following = await who.ask("search_invoices", cursor=first["next_cursor"])
            assert following["invoices"][0] == longer["invoices"][3]
            assert made.answers == answers + 1


async def test_what_is_not_of_the_books_alone_and_what_is_refused_is_asked_each_time() -> None:
    async with asking(build_world(invoices=120, seed=4)) as (who, made):
        number = (await who.ask("find_debtors", limit=1))["debtors"][0]["debtor_number"]
        for tool, arguments in (
            ("search_invoices", {"status": "paid"}),
            ("search_invoices", {"fields": ["invoice_number", "description"]}),
            ("get_debtor", {"debtor": number}),
            ("search_invoices", {"min_amount": "much"}),
            ("search_invoices", {"debtors": ["nobody at all"]}),
        ):
            before = made.answers
            for _ in range(2):
                await who.call(tool, **arguments)
            assert made.answers == before + 2, (tool, arguments)


async def test_books_that_are_old_are_asked_for_first() -> None:
    world = build_world(invoices=120, seed=4)
    async with asking(world, freshness=0) as (who, _):
        before = await who.ask("search_invoices")
        number = before["invoices"][0]["invoice_number"]
        invoice = next(row for row in world.rows(MAIN, "invoices") if row["invoice_number"] == number)
        world.change_invoice(MAIN, invoice["id"], open_amount="1.23", book_open_amount="1.23")
        assert (await who.ask("search_invoices"))["invoices"][0]["open_amount"] == "1.23"


async def test_what_there_is_for_the_caller_is_looked_up_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "_ADMINISTRATIONS_FRESH", 0.0)
    world = build_world(invoices=120, seed=4)
    async with asking(world) as (who, made):
        first = await who.ask("summarize_overdue", administration_id="all")
        answers = made.answers
        await who.ask("summarize_overdue", administration_id="all")
        assert made.answers == answers
        assert len(first["administrations"]) == 2
        world.administrations[int(SECOND)]["status"] = "archived"
        assert "administrations" not in await who.ask("summarize_overdue", administration_id="all")


async def test_who_has_not_said_who_they_are_is_told_nothing_that_is_kept() -> None:
    """In the older protocol a session begins with that; here it went wrong."""
    headers = {"Accept": "application/json, text/event-stream"}
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "one", "version": "1"}}
    call = {"name": "find_debtors", "arguments": {}}
    server = _server(build_world(invoices=40, seed=4), freshness=3600)
    made = Made(server)
    app = server.streamable_http_app()
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", headers=headers
    ) as client:  # fmt: skip

        async def ask(method: str, params: dict[str, Any], session: str = "") -> httpx.Response:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            return await client.post("/mcp", json=body, headers={"mcp-session-id": session} if session else {})

        session = (await ask("initialize", hello)).headers["mcp-session-id"]
        told = [(await ask("tools/call", call, session)).text for _ in range(3)]
        assert made.answers == 2  # the first has found no books
        assert all('"isError":false' in text for text in told)
        unheard = (await ask("initialize", {"clientInfo": 5})).headers["mcp-session-id"]
        early = await ask("tools/call", call, unheard)
        assert '"error"' in early.text
        assert "debtor_number" not in early.text


async def test_books_that_were_read_anew_are_others_however_alike_they_count() -> None:
    """Those of a server with little room go, and come back at the next question: with as many rows, read as often."""
    app = create_app(build_world(invoices=40, seed=4), options=Options(rate=None))
    async with anyio.create_task_group() as group:
        given = Settings(api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", rate=100)
        one, other = (open_account(given, StaticToken(given.api_token), group, app=app) for _ in range(2))
        stands = []
        for each in (one, other):
            administration = await each.administration(MAIN)
            await each.books(administration).fresh()
            stands.append(each.books(administration).standing())
        assert None not in stands
        assert stands[0] != stands[1]
        await one.aclose()
        await other.aclose()
        group.cancel_scope.cancel()
