"""A first page that is made once for all who ask the same: each reader pages through it as if it were the only one, and
what changes in the books changes it.
"""

from decimal import Decimal
from typing import Any

import pytest
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.assistant import MAIN, Assistant

pytestmark = pytest.mark.anyio

ASKED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("search_invoices", "invoices", "limit", {}),
    ("search_invoices", "invoices", "limit", {"query": "b.v.", "sort": "-open_amount"}),
    ("find_debtors", "debtors", "limit", {}),
    ("summarize_overdue", "debtors", "top", {}),
]


def _same(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "next_cursor"}


async def test_who_asks_again_gets_the_same_and_pages_alone_until_the_books_change() -> None:
    app = create_app(build_world(invoices=240, seed=4), options=Options(rate=None))
    world = app.state.sandbox.world
    given = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", administration_id=MAIN, rate=100,
        read_only=True, freshness_seconds=3600,
    )  # fmt: skip
    async with Client(build_server(given, app=app)) as client:
        who = Assistant(client, MAIN)
        for tool, rows, size, arguments in ASKED:
            first, *again = [await who.ask(tool, **{size: 5}, **arguments) for _ in range(4)]
            assert [_same(one) for one in again] == [_same(first)] * 3
            cursors = [one["next_cursor"] for one in (first, *again)]
            assert len(set(cursors)) == len(cursors)
            longer = await who.ask(tool, cursor=cursors[2], **{size: 7})
            others = [await who.ask(tool, cursor=cursor) for cursor in cursors[:2] + cursors[3:]]
            assert [len(one[rows]) for one in (longer, *others)] == [7, 5, 5, 5]
            assert all(one[rows] == longer[rows][:5] for one in others)
        overdue = Decimal((await who.ask("summarize_overdue"))["overdue_gross"])
        before = await who.ask("search_invoices")
        number = before["invoices"][0]["invoice_number"]
        invoice = next(row for row in world.rows(MAIN, "invoices") if row["invoice_number"] == number)
        world.change_invoice(MAIN, invoice["id"], open_amount="1.23", book_open_amount="1.23")
        await who.ask("get_invoice", invoice=number)  # the books take what is read for an answer
        after = await who.ask("search_invoices")
        was = Decimal(before["invoices"][0]["open_amount"])
        assert after["invoices"][0]["open_amount"] == "1.23"
        assert Decimal(after["total_open"]) == Decimal(before["total_open"]) - was + Decimal("1.23")
        now = Decimal((await who.ask("summarize_overdue"))["overdue_gross"])
        assert now == overdue - was + Decimal("1.23")  # the oldest is overdue
