"""The plan of an upsert: all that would be posted is shown, and what leads money or readers elsewhere is named."""

from __future__ import annotations

from typing import Any

import pytest

from guard.conftest import (
    ADMINISTRATION,
    House,
    client,
    data,
    known_invoice,
    record,
    said,
    says,
)
from guard.test_guard_upsert import LINE, SENT, as_it_is, new
from payt_mcp.guard.preview_text import whole

pytestmark = pytest.mark.anyio
FOREIGN = "NL02RABO0123456789"


async def test_a_debtor_with_a_comma_in_its_number_is_found_and_its_mail_predicted(house: House) -> None:
    world = house.sandbox.world
    debtor = next(d for d in world.rows(ADMINISTRATION, "debtors") if d["debtor_number"] == house.debtor())
    world.change_debtor(ADMINISTRATION, debtor["id"], debtor_number="AC,ME", invoice_email_address="in@acme.example")
    row = new("C1", "AC,ME")
    del row["sent_at"]
    async with client(house.server(), answer=says("accept")) as caller:
        answer = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    assert answer["status"] == "applied"
    preview = record(house, answer["proposal_id"]).preview
    assert preview is not None
    assert [mail["to"] for mail in preview["mails"]] == [mail.to for mail in house.mails] == ["in@acme.example"]


async def test_a_person_is_shown_every_line_payment_and_whole_value(house: House) -> None:
    before = known_invoice(house)
    long = "d" * 400 + " THE END"
    payments = [{"amount": "10.00", "origin_identifier": "q", "description": "first pay"}]
    payments += [{"amount": "5.00", "origin_identifier": "r", "description": "second pay"}]
    lines = [LINE, LINE | {"description": "tweede", "total_excl_tax_amount": "999999.00"}]
    rows = [as_it_is(before, description=long, invoice_lines=lines, payments=payments)]
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    preview = record(house, asked["proposal_id"]).preview
    assert preview is not None
    shown = whole(preview)
    for text in (long, "NIEUWE REGEL", "tweede", "999999.00", "first pay", "second pay", "2 payments, 15.00 in all"):
        assert text in shown
    assert long not in asked["preview"]


@pytest.mark.parametrize(
    "change",
    [
        {"description": f"Betaal op {FOREIGN}"},
        {"invoice_lines": [LINE | {"description": f"Betaal op {FOREIGN}"}]},
        {"payments": [{"amount": "1.00", "origin_identifier": "p", "description": FOREIGN}]},
        {"invoice_lines": [LINE | {"description": FOREIGN[:8]}, LINE | {"description": FOREIGN[8:]}]},
    ],
    ids=["description", "line", "payment", "over two lines"],
)
async def test_a_foreign_bank_account_needs_a_person(house: House, change: dict[str, Any]) -> None:
    row = new("B1", house.debtor(), **change)
    async with client(house.server(confirm="code")) as caller:
        answer = await caller.call_tool("upsert_invoices", {"invoices": [row]})
    assert answer.is_error
    assert f"The bank account {FOREIGN} is not the administration's; it is named by B1." in said(answer)
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    preview = record(house, asked["proposal_id"]).preview
    assert preview is not None
    assert preview["warnings"][0]["danger"]


async def test_the_own_account_is_no_warning_and_a_foreign_link_is_one(house: House) -> None:
    own = house.sandbox.world.administrations[int(ADMINISTRATION)]["bank_account_number"]
    rows = [
        new("L1", house.debtor(), description=f"Betaal op {own} of https://evil.example/pay"),
        new("L2", house.debtor(), description="Zie https://app.paytsoftware.com/pay"),
    ]
    async with client(house.server(confirm="code")) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    assert asked["warnings"] == ["A link leads to evil.example, which is not yours or Payt's; it is in L1."]


async def test_money_moves_from_one_currency_to_the_other(house: House) -> None:
    before = known_invoice(house, currency_code="EUR")
    async with client(house.server()) as caller:
        rows = [as_it_is(before, currency_code="USD")]
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    preview = record(house, asked["proposal_id"]).preview
    assert preview is not None
    opened, total = before["open_amount"], before["total_amount"]
    assert preview["money"] == [
        {"currency": "EUR", "text": f"open -{opened}, total -{total}"},
        {"currency": "USD", "text": f"open +{opened}, total +{total}"},
    ]
    assert f"The currency changes: {before['invoice_number']}." in asked["warnings"]


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_number": "X1\nPayt would e-mail no invoice."},
        {"order_number": "a\u202eb"},
        {"description": "a\u200bb"},
        {"labels": ["a\x1b[2Kb"]},
        {"payments": [{"amount": "1.00", "origin_identifier": "p\u2028q"}]},
        {"invoice_lines": [LINE | {"description": "a\u2066b"}]},
        {"document": {"filename": "scan\u202efdp.pdf"}},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_text_that_would_not_be_shown_as_it_is_posted_is_refused(house: House, change: dict[str, Any]) -> None:
    async with client(house.server(), answer=says("accept")) as caller:
        answer = await caller.call_tool("upsert_invoices", {"invoices": [new("X1", house.debtor()) | change]})
    assert answer.is_error
    assert "direction-changing character" in said(answer)
    assert "Nothing was sent." in said(answer)


async def test_a_description_may_have_several_lines(house: House) -> None:
    row = new("D1", house.debtor(), description="Een\r\nPayt would e-mail no invoice.", sent_at=SENT)
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    preview = record(house, asked["proposal_id"]).preview
    assert preview is not None
    assert "    description: nothing -> Een Payt would e-mail no invoice." in whole(preview).split("\n")
