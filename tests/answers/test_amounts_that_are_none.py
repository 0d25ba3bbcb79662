"""An amount is `-?digits(.digits)?`. What Payt sends in its place is in no sum, and named, like one that is missing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from mcp.client import Client

from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.answers import reckoning
from tests.answers.reckoning import Ledger
from tests.support.assistant import MAIN, Assistant, frozen
from tests.support.unhurried import NO_LIMIT

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

WORLD = frozen(build_world(invoices=200, seed=4))
NO_AMOUNTS = [
    "1_000.00",
    "1e5",
    "+5",
    " 5 ",
    "\u0663\u0664.\u0665",
    "\uff11\uff12.00",
    ".5",
    "5.",
    "1,00",
    "NaN",
    "--1",
    "",
    "0x10",
    [],
    True,
]


def altered(app: Any, change: Callable[[dict[str, Any]], None]) -> Any:
    """The same Payt, with every record of an answer changed on its way."""

    async def run(scope: Any, receive: Any, send: Any) -> None:
        head: dict[str, Any] = {}
        body = b""

        async def collected(message: Any) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                head.update(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            answer = json.loads(body)
            for row in answer.get("data", []):
                change(row)
            sent = json.dumps(answer).encode()
            kept = [(name, value) for name, value in head["headers"] if name != b"content-length"]
            await send({**head, "headers": [*kept, (b"content-length", str(len(sent)).encode())]})
            await send({"type": "http.response.body", "body": sent})

        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await app({**scope, "headers": plain}, receive, collected)

    return run


async def answered(change: Callable[[dict[str, Any]], None], *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    app = altered(create_app(WORLD, options=Options(rate=None)), change)
    settings = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", administration_id=MAIN, read_only=True,
        rate=NO_LIMIT, freshness_seconds=0,
    )  # fmt: skip
    async with Client(build_server(settings, app=app)) as client:
        who = Assistant(client, MAIN)
        return [await who.ask(tool, **given) for tool, given in calls]


def overdue_row() -> dict[str, Any]:
    ledger = Ledger(WORLD, MAIN)
    return next(
        row for row in ledger.invoices if ledger.is_overdue(row) and row["currency_code"] == "EUR" and row["sent_at"]
    )


@pytest.mark.parametrize("sent", NO_AMOUNTS, ids=repr)
async def test_it_is_in_no_sum_and_named(sent: Any) -> None:
    bad = overdue_row()

    def change(row: dict[str, Any]) -> None:
        if row.get("invoice_number") == bad["invoice_number"]:
            row |= {name: sent for name in ("open_amount", "book_open_amount") if name in row}

    summary, found, one = await answered(
        change,
        ("summarize_overdue", {"top": 1}),
        ("find_debtors", {"query": bad["debtor_number"]}),
        ("get_invoice", {"invoice": bad["invoice_number"]}),
    )
    right = reckoning.amount(reckoning.overdue(Ledger(WORLD, MAIN))["overdue_gross"])
    assert reckoning.amount(summary["overdue_gross"]) == right - reckoning.amount(bad["book_open_amount"])
    assert any("Not in any figure" in note and bad["invoice_number"] in note for note in summary["notes"])
    assert any("in no sum" in note for note in found["notes"])
    assert "open_amount" not in one["invoice"]
    assert any("open_amount is no amount" in note for note in one["notes"])


@pytest.mark.parametrize("field", ["open_amount", "book_open_amount"])
async def test_one_of_two_amounts_that_is_none_is_named_too(field: str) -> None:
    bad = overdue_row()

    def change(row: dict[str, Any]) -> None:
        if row.get("invoice_number") == bad["invoice_number"] and field in row:
            row[field] = "1_000.00"

    (summary,) = await answered(change, ("summarize_overdue", {"top": 1}))
    assert any(bad["invoice_number"] in note for note in summary["notes"])


async def test_what_is_one_counts_however_it_is_sent() -> None:
    """As text with or without cents, and as a number."""
    bad = overdue_row()
    right = reckoning.overdue(Ledger(WORLD, MAIN))["overdue_gross"]
    amount = reckoning.amount(bad["book_open_amount"])
    for sent in (f"{amount}0", f"0{amount}", float(amount)):

        def change(row: dict[str, Any], sent: Any = sent) -> None:
            if row.get("invoice_number") == bad["invoice_number"] and "open_amount" in row:
                row |= {"open_amount": sent, "book_open_amount": sent}

        (summary,) = await answered(change, ("summarize_overdue", {"top": 1}))
        assert summary["overdue_gross"] == right
