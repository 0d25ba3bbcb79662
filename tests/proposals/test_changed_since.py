"""What changed between the preview and the sending: nothing goes out, and a new preview says why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import Who
from tests.support.house import (
    ADMINISTRATION,
    House,
    client,
    data,
    letter,
)
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]


async def test_an_invoice_paid_since_the_yes_stops_the_message(house: House) -> None:
    number = house.debtor()
    rows = house.invoices(["id", "invoice_number", "debtor_number", "open_amount", "due_date"])
    mine = [r for r in rows if r["debtor_number"] == number and r["open_amount"][0] not in "-0"]
    overdue = next(r for r in mine if str(r["due_date"]) < str(house.sandbox.world.today))
    world = house.sandbox.world

    async def pays_first(_context: Any, _params: Any) -> Any:
        from mcp.types import ElicitResult

        world.pay_invoice(ADMINISTRATION, overdue["id"])
        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), "legacy", pays_first) as caller:
        answer = data(await caller.call_tool("send_message", letter(house, to_debtor=number)))
    assert answer["status"] == "superseded"
    assert f"invoice {overdue['invoice_number']} is no longer open" in answer["summary"]
    assert house.mails == []
    ledger = Ledger(house.state)
    renewed = ledger.pending()
    ledger.close()
    assert [record.status for record in renewed] == ["proposed"]
    assert seen(renewed[0]).because


def _debtor(house: House) -> dict[str, Any]:
    rows = house.sandbox.world.rows(ADMINISTRATION, "debtors")
    return next(row for row in rows if row["debtor_number"] == house.debtor())


@pytest.mark.parametrize("change", ["paused_at", "due_date"])
async def test_an_invoice_put_off_supersedes(house: House, change: str) -> None:
    today = house.sandbox.world.today
    item = next(
        row
        for row in house.invoices(["invoice_number", "id", "debtor_id", "open_amount", "due_date"])
        if row["debtor_id"] == _debtor(house)["id"]
        and row["open_amount"] != "0.00"
        and str(row["due_date"]) < str(today)
    )
    async with client(house.server(freshness_seconds=0)) as c:
        wish = letter(house, to_invoice=item["invoice_number"])
        key = data(await c.call_tool("send_message", wish))["proposal_id"]
        value = dt.datetime.now(dt.UTC) if change == "paused_at" else today + dt.timedelta(days=30)
        house.sandbox.world.change_invoice(ADMINISTRATION, item["id"], **{change: value})
        ledger = Ledger(house.state)
        ledger.approve(key, Who("terminal"))
        ledger.close()
        assert data(await c.call_tool("check_approval", {"proposal_id": key}))["status"] == "superseded"
    assert not house.mails


async def test_a_default_address_is_looked_up_again(house: House) -> None:
    async with client(house.server(freshness_seconds=0)) as c:
        key = data(await c.call_tool("send_message", letter(house)))["proposal_id"]
        house.sandbox.world.change_debtor(
            ADMINISTRATION, _debtor(house)["id"], reminder_email_address="new@debtor.example"
        )
        ledger = Ledger(house.state)
        ledger.approve(key, Who("page"))
        assert data(await c.call_tool("check_approval", {"proposal_id": key}))["status"] == "superseded"
        shown = [flat(seen(record))["recipients"] for record in ledger.pending()]
        ledger.close()
    assert next((r["email"], r["source"]) for r in shown[0]) == (
        "new@debtor.example",
        "the debtor's address for reminders",
    )
    assert not house.mails
