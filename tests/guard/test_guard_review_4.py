"""Upserts after a review: what is settled, what is posted, and what a person is shown of it."""

from __future__ import annotations

from typing import Any

import pytest

from guard.conftest import ADMINISTRATION, House, client, data, said, says
from guard.test_guard_upsert import SENT, as_it_is, new
from payt_mcp.guard.ledger import Ledger
from payt_mcp.guard.preview_text import whole
from payt_mcp.guard.records import Record
from payt_mcp.sandbox import write_invoices
from payt_mcp.sandbox.faults import Fault, Kind
from payt_mcp.sandbox.writes import records as sandbox_records

pytestmark = pytest.mark.anyio
FOREIGN = "NL02RABO0123456789"
FIELDS = [
    "id", "invoice_number", "currency_code", "invoice_date", "due_date", "total_amount", "open_amount",
    "book_total_amount", "book_open_amount", "sent_at", "debtor_id",
]  # fmt: skip
LINE = {"description": "NIEUWE REGEL", "vat_rate_code": "H21", "total_excl_tax_amount": "1.00"}


def known(house: House, **wanted: Any) -> dict[str, Any]:
    """A sent invoice with something open."""
    return next(
        row
        for row in house.invoices(FIELDS)
        if all(row[name] for name in FIELDS)
        and row["open_amount"] != "0.00"
        and all(row[name] == value for name, value in wanted.items())
    )


def record(house: House, key: str) -> Record:
    ledger = Ledger(house.state)
    try:
        return ledger.get(key)
    finally:
        ledger.close()


async def lost(house: House, fault: Kind, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The standing of an upsert whose answer never came, once it has been looked for."""
    house.payt.faults.add(Fault(fault, path="/v1/invoices", method="POST"))
    async with client(house.server(), answer=says("accept")) as caller:
        first = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
        return data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_lines": [LINE]},
        {"labels": ["nieuw"]},
        {"payments": [{"amount": "1.00", "origin_identifier": "p-1"}]},
        {"payment_term": 30},
        {"payment_condition": "netto"},
        {"document": {"destroy": True}},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_what_never_arrived_is_not_settled_as_applied(house: House, change: dict[str, Any]) -> None:
    standing = await lost(house, "reset_before", [as_it_is(known(house), **change)])
    assert standing["status"] == "outcome_unknown"


async def test_what_the_first_of_two_rows_changes_counts_too(house: House) -> None:
    before = known(house)
    rows = [as_it_is(before, description="Nieuw"), as_it_is(before)]
    assert (await lost(house, "reset_before", rows))["status"] == "outcome_unknown"


async def test_new_lines_and_labels_that_stand_at_payt_are_settled(house: House) -> None:
    row = as_it_is(known(house), labels=["nieuw"], invoice_lines=[LINE, LINE | {"product_quantity": "2"}])
    assert (await lost(house, "server_error_after", [row]))["status"] == "applied"


async def test_payments_that_payt_does_not_show_are_left_to_a_person(house: House) -> None:
    row = as_it_is(known(house), payments=[{"amount": "1.00", "origin_identifier": "p-1"}])
    assert (await lost(house, "server_error_after", [row]))["status"] == "outcome_unknown"


async def test_refused_rows_are_not_posted_and_said_to_be_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    posted: list[str] = []

    def records(*given: Any) -> list[dict[str, Any]]:
        arrived = sandbox_records(*given)
        posted.extend(row["invoice_number"] for row in arrived)
        return arrived

    monkeypatch.setattr(write_invoices, "records", records)
    rows = [new("G1", house.debtor()), new("R1", "no such debtor")]
    async with client(house.server(confirm="code")) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
        assert "Refused and kept out of what is posted: R1." in asked["warnings"]
        code = asked["confirmation_code"]
        done = data(await caller.call_tool("upsert_invoices", {"invoices": rows, "confirmation_code": code}))
    assert done["status"] == "partly_applied"
    assert done["records"]["R1"] == "error: not posted, because its debtor is not known to Payt"
    assert posted == ["G1"]


async def test_refused_rows_keep_a_lost_answer_from_being_all_applied(house: House) -> None:
    standing = await lost(house, "server_error_after", [new("G1", house.debtor()), new("R1", "no such debtor")])
    assert standing["status"] == "partly_applied"
    assert standing["records"] == {"R1": "error: not posted, because its debtor is not known to Payt"}


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
    before = known(house)
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
    before = known(house, currency_code="EUR")
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
