"""What a reviewer got past the warnings, and what changed between preview and approval without being noticed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from guard.conftest import ADMINISTRATION, House, client, data
from payt_mcp.guard import scanning
from payt_mcp.guard.ledger import Ledger
from payt_mcp.guard.letter import Facts, Letter, OwedItem, warnings_of
from payt_mcp.guard.records import Who


@pytest.mark.parametrize(
    "text",
    [
        "NL91   ABNA   0417   1643   00",
        "NL91\u2013ABNA\u20130417\u20131643\u201300",
        "NL91/ABNA/0417/1643/00",
        "NL91 \u0410BNA 0417 1643 00",
        "NL91\u3164ABNA\u31640417\u31641643\u316400",
        "NL 91 ABNA_0417_1643_00",
        "IBAN NL91 (ABNA) 0417 1643 00",
        "op 21 nov NL91ABNA0417164300",
    ],
)
def test_an_iban_in_disguise(text: str) -> None:
    assert scanning.bank_accounts(text) == ["NL91ABNA0417164300"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("OM81 0180 0000 0129 9123 456", ["OM810180000001299123456"]),
        ("RU0204452560040702810412345678901", ["RU0204452560040702810412345678901"]),
        ("ABA routing 021000021, account 123456789", ["021000021", "123456789"]),
        ("KvK 12345678, bank NL02 RABO 0123 4567 89, tel. 020-1234567 btw NL858123456B01", ["NL02RABO0123456789"]),
        ("Factuur 2024000003 graag op onze rekening betalen voor 21-11-2026", []),
    ],
)
def test_other_accounts(text: str, found: list[str]) -> None:
    assert scanning.bank_accounts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example\\@app.paytsoftware.com/pay",
        "evil.example/pay",
        "http:evil.example",
        "https:/evil.example",
        "ftp://evil.example",
        "app.paytsoftware.com@evil.example/pay",
        "(https://evil.example).",
    ],
)
def test_a_link_in_disguise(text: str) -> None:
    assert scanning.links(text) == ["evil.example"]


def _debtor(house: House) -> dict[str, Any]:
    rows = house.sandbox.world.rows(ADMINISTRATION, "debtors")
    return next(row for row in rows if row["debtor_number"] == house.debtor())


def _letter(house: House, **changes: Any) -> dict[str, Any]:
    return {"subject": "Open", "body": "Wilt u betalen?", "to_debtor": house.debtor()} | changes


async def test_two_layouts_of_one_text_are_one_letter(house: House) -> None:
    async with client(house.server()) as c:
        for body in ("Wilt u  betalen?", "Wilt u betalen?"):
            data(await c.call_tool("send_message", _letter(house, body=body)))
    ledger = Ledger(house.state)
    pending = ledger.pending()
    ledger.close()
    assert len(pending) == 2
    assert len({record.letter for record in pending}) == 1


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
        wish = _letter(house, to_debtor="", to_invoice=item["invoice_number"])
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
        key = data(await c.call_tool("send_message", _letter(house)))["proposal_id"]
        house.sandbox.world.change_debtor(
            ADMINISTRATION, _debtor(house)["id"], reminder_email_address="new@debtor.example"
        )
        ledger = Ledger(house.state)
        ledger.approve(key, Who("page"))
        assert data(await c.call_tool("check_approval", {"proposal_id": key}))["status"] == "superseded"
        shown = [record.preview["recipients"] for record in ledger.pending() if record.preview]
        ledger.close()
    assert next((r["email"], r["source"]) for r in shown[0]) == (
        "new@debtor.example",
        "the debtor's address for reminders",
    )
    assert not house.mails


@pytest.mark.parametrize(("currency", "named"), [("EUR", True), ("CHF", False)])
def test_an_amount_in_another_currency_is_named(currency: str, named: bool) -> None:
    owed = Decimal("696.17")
    facts = Facts(
        sender="Us", currency="EUR", bank_account="", own_hosts=[], debtor="D", debtor_number="7", attention=[],
        on_file=[], items=[OwedItem("1", "F1", "CHF", owed, owed, True, [])], case_amounts=[owed], other_amounts=[owed],
    )  # fmt: skip
    letter = Letter("p", "4711", ("debtor_number", "7"), "the debtor", "7", "Open", f"{currency} 696.17", [])
    assert any("matches nothing" in warned.text for warned in warnings_of(letter, facts)) is named
