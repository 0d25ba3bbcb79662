"""The plan of an upsert: all that would be posted is shown, and what leads money or readers elsewhere is named."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest

from payt_mcp.proposals.asking.page_view import cards
from payt_mcp.proposals.asking.preview_text import whole
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.outcomes import CLOSED
from payt_mcp.proposals.preview import Preview
from payt_mcp.proposals.states import Status
from payt_sandbox.api.faults import Fault
from tests.support.house import (
    ADMINISTRATION,
    PAGE,
    House,
    client,
    data,
    known_invoice,
    letter,
    record,
    said,
    says,
)
from tests.support.previews import flat, seen
from tests.writes.invoices.test_upsert import LINE, SENT, as_it_is, new

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
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
    preview = flat(seen(record(house, answer["proposal_id"])))
    assert [to for _, to in preview["mails"]] == [mail.to for mail in house.mails] == ["in@acme.example"]


async def test_a_person_is_shown_every_line_payment_and_whole_value(house: House) -> None:
    before = known_invoice(house)
    long = "d" * 400 + " THE END"
    payments = [{"amount": "10.00", "origin_identifier": "q", "description": "first pay"}]
    payments += [{"amount": "5.00", "origin_identifier": "r", "description": "second pay"}]
    lines = [LINE, LINE | {"description": "tweede", "total_excl_tax_amount": "999999.00"}]
    rows = [as_it_is(before, description=long, invoice_lines=lines, payments=payments)]
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    shown = whole(seen(record(house, asked["proposal_id"])))
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
    preview = flat(seen(record(house, asked["proposal_id"])))
    assert preview["warnings"][0]["danger"]


async def test_the_own_account_is_no_warning_and_a_foreign_link_is_one(house: House) -> None:
    own = house.sandbox.world.administrations[int(ADMINISTRATION)]["bank_account_number"]
    rows = [
        new("L1", house.debtor(), description=f"Betaal op {own} of https://evil.example/pay"),
        new("L2", house.debtor(), description="Zie https://app.paytsoftware.com/pay"),
    ]
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    assert asked["warnings"] == ["A link leads to evil.example, which is not yours or Payt's; it is in L1."]


async def test_money_moves_from_one_currency_to_the_other(house: House) -> None:
    before = known_invoice(house, currency_code="EUR")
    async with client(house.server()) as caller:
        rows = [as_it_is(before, currency_code="USD")]
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    preview = flat(seen(record(house, asked["proposal_id"])))
    opened, total = before["open_amount"], before["total_amount"]
    assert preview["money"] == {
        "EUR": f"open -{opened}, total -{total}", "USD": f"open +{opened}, total +{total}",
    }  # fmt: skip
    assert f"The currency changes: {before['invoice_number']} (EUR becomes USD)." in asked["warnings"]


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
    shown = whole(seen(record(house, asked["proposal_id"])))
    assert "    description: nothing -> Een Payt would e-mail no invoice." in shown.split("\n")


async def proposed(house: House, *rows: dict[str, Any]) -> Preview:
    """The preview a person is shown of these rows."""
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": list(rows)}))
    return seen(record(house, asked["proposal_id"]))


def dangers(preview: Preview) -> list[str]:
    return [warned.text for warned in preview.dangers]


async def test_an_invoice_that_goes_to_another_debtor_with_less_open_is_named_in_red(house: House) -> None:
    known = known_invoice(house, currency_code="EUR")
    debtors = house.sandbox.world.rows(ADMINISTRATION, "debtors")
    numbers = {debtor["id"]: debtor["debtor_number"] for debtor in debtors}
    was = numbers[known["debtor_id"]]
    becomes = next(number for number in numbers.values() if number != was)
    number = known["invoice_number"]
    moved, lowered = dangers(
        await proposed(house, as_it_is(known, debtor_number=becomes, amount_open="0.01", book_amount_open="0.01"))
    )
    assert moved.startswith(f"Goes to another debtor: {number} ({was} ")
    assert f" → {becomes} " in moved
    before = f"EUR {Decimal(known['open_amount']):,.2f}"
    assert lowered == f"Less is open, and no payment is given for that: {number} ({before} → EUR 0.01)."
    paid = str(Decimal(known["total_amount"]) - Decimal("0.01"))
    assert dangers(await proposed(house, as_it_is(known, debtor_number=was, description="x"))) == []
    with_payment = as_it_is(
        known, amount_open="0.01", book_amount_open="0.01", payments=[{"amount": paid, "origin_identifier": "q"}]
    )
    assert dangers(await proposed(house, with_payment)) == []


async def test_no_name_of_a_field_as_programs_write_it_is_shown(house: House) -> None:
    (house.files / "scan.pdf").write_bytes(b"%PDF-1.4 a scan")
    known = known_invoice(house, currency_code="EUR")
    payment = {"amount": "1.00", "origin_identifier": "q", "payment_date": "2026-11-10", "book_amount": "1.00"}
    line = LINE | {"product_price": "1.00", "product_quantity": "1", "line_order": 1, "vat_amount": "0.21"}
    row = as_it_is(
        known, due_date="2027-01-01", invoice_identifier="new", order_number="o", peppol_identifier="0106:1",
        payment_method="direct_debit", payment_condition="30 dagen", payment_term=30, labels=["a"], payments=[payment],
        invoice_lines=[line, line], amount_total="9999.00", amount_open="9998.00", book_amount_total="9999.00",
        book_amount_open="9998.00", document={"destroy": True}, ubl_document={"filename": "scan.pdf"}, sent_at=SENT,
    )  # fmt: skip
    fresh = new("F1", house.debtor())
    del fresh["sent_at"]
    preview = await proposed(house, row, fresh)
    shown = whole(preview)
    assert "open amount in the books: " in shown
    assert "    line 2: " in shown
    assert set(re.findall(r"\b[a-z]+_[a-z_]+\b", shown)) <= {"direct_debit", "bank_transfer"}  # values


async def test_what_payt_mails_stands_once_in_red(house: House) -> None:
    row = new("M1", house.debtor())
    del row["sent_at"]
    async with client(house.server()) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    proposal = record(house, asked["proposal_id"])
    page = cards([proposal], {}, lambda _record: "", dt.UTC).html
    assert len(re.findall(r'class="[^"]*(?:danger|foreign)[^"]*">[^<]*e-mail', page)) == 1


@pytest.mark.parametrize("sign", ["\ufe0f", "\U000e0141", "\u3164", "\u2800", "\u034f", "\uffa0", "\u17b4"])
@pytest.mark.parametrize("field", ["description", "order_number"])
async def test_a_sign_that_is_posted_is_shown(house: House, sign: str, field: str) -> None:
    row = new("X1", house.debtor(), **{field: f"Werk{sign} in mei"})
    async with client(house.server()) as caller:
        answer = await caller.call_tool("upsert_invoices", {"invoices": [row]})
    assert answer.is_error
    assert f"U+{ord(sign):04X}" in said(answer)


async def test_accents_and_symbols_are_no_hidden_signs(house: House) -> None:
    text = "Café 'ë', 5 m² ☃ 😀 Ελλάδα e\u0301"
    assert text in whole(await proposed(house, new("X1", house.debtor(), description=text)))


async def test_an_address_in_a_text_is_named_unless_it_is_known(house: House) -> None:
    world = house.sandbox.world
    own = world.administrations[int(ADMINISTRATION)]
    own["email_address"] = "debiteuren.noord@gmail.com"
    debtor = next(d for d in world.rows(ADMINISTRATION, "debtors") if d["debtor_number"] == house.debtor())
    known = f"Mail {own['email_address']} of {debtor['reminder_email_address']}"
    rows = [
        new("A1", house.debtor(), description=known),
        new("A2", house.debtor(), invoice_lines=[LINE | {"description": "Mail jan (at) betaal-nu.example"}]),
        new("A3", house.debtor(), description="Mail noorderlicht@gmail.com"),
    ]
    assert dangers(await proposed(house, *rows)) == [
        "The address jan@betaal-nu.example is neither yours nor on file; it is in A2.",
        "The address noorderlicht@gmail.com is neither yours nor on file; it is in A3.",
    ]


async def test_what_payt_never_shows_is_closed_by_a_person_as_it_was(house: House) -> None:
    known = known_invoice(house, currency_code="EUR")
    rows = [as_it_is(known, payments=[{"amount": "1.00", "origin_identifier": "q"}])]
    house.payt.faults.add(Fault("reset_after", path="/v1/invoices", method="POST"))
    async with client(house.server(), answer=says("accept")) as caller:
        asked = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    assert asked["status"] == "outcome_unknown"
    assert "Payt does not show whether payments arrived, so only a person who looks there can close it" in str(asked)
    proposal = record(house, asked["proposal_id"])
    page = cards([proposal], {}, lambda _record: "", dt.UTC).html
    assert re.findall(r'value="(\w+)"[^>]*>([^<]+)</button>', page) == [
        ("look", "Look again at Payt"),
        ("again", "Carry out again"),
        ("done", "It was carried out"),
        ("close", "It was not carried out"),
    ]


async def test_a_letter_closed_by_a_person_is_told_in_one_sentence(house: House) -> None:
    house.payt.faults.add(Fault("server_error", path="/v1/messages", method="POST"))
    async with client(house.server(), answer=says("accept")) as caller:
        key = data(await caller.call_tool("send_message", letter(house)))["proposal_id"]
        ledger = Ledger(house.state)
        ledger.settle(key, Status.FAILED, CLOSED, who=PAGE)
        ledger.close()
        told = data(await caller.call_tool("check_approval", {"proposal_id": key}))
    assert re.fullmatch(r"A person closed it at 20\d\d-\d\d-\d\d \d\d:\d\d CET: it was not sent\.", told["summary"])
    assert "reason" not in told
    assert "only if the user asks" in told["next_step"]
    page = cards([record(house, key)], {}, lambda _record: "", dt.UTC).html
    assert page.count("closed") == 1
    assert "carried out" not in page
