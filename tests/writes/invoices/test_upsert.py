"""Upserts: the plan says what Payt then does, to the cent and to the mail."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from payt_mcp.writes.files import checksum
from tests.support.house import ADMINISTRATION, House, agreed, client, data, said, says
from tests.support.previews import flat, seen

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
FIELDS = [
    "id", "invoice_number", "invoice_identifier", "currency_code", "invoice_date", "due_date", "total_amount",
    "open_amount", "book_total_amount", "book_open_amount", "debtor_number", "sent_at", "description", "payment_method",
]  # fmt: skip
SENT = "2026-11-01T08:00:00.000Z"
LINE = {"description": "NIEUWE REGEL", "vat_rate_code": "H21", "total_excl_tax_amount": "1.00"}


def new(number: str, debtor: str, total: str = "121.00", **changes: Any) -> dict[str, Any]:
    row = {
        "currency_code": "EUR", "invoice_number": number, "invoice_date": "2026-11-01", "due_date": "2026-12-01",
        "amount_total": total, "amount_open": total, "book_amount_total": total, "book_amount_open": total,
        "debtor_number": debtor, "sent_at": SENT,
    }  # fmt: skip
    return row | changes


def as_it_is(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An invoice of Payt's in write names, unchanged."""
    same = {
        "currency_code": row["currency_code"], "invoice_number": row["invoice_number"],
        "invoice_date": row["invoice_date"], "due_date": row["due_date"], "amount_total": row["total_amount"],
        "amount_open": row["open_amount"], "book_amount_total": row["book_total_amount"],
        "book_amount_open": row["book_open_amount"],
    }  # fmt: skip
    return same | changes


def less(amount: str, by: str) -> str:
    return str(Decimal(amount) - Decimal(by))


def batch_of_500(house: House) -> list[dict[str, Any]]:
    """Every kind of row there is, mixed."""
    world = house.sandbox.world
    debtors = world.rows(ADMINISTRATION, "debtors")
    mailed = [d["debtor_number"] for d in debtors if d["invoice_email_address"] or d["primary_email_address"]]
    silent = next(d["debtor_number"] for d in debtors if not (d["invoice_email_address"] or d["primary_email_address"]))
    known = [
        r for r in house.invoices(FIELDS) if all(r[name] is not None for name in FIELDS if name != "debtor_number")
    ]
    (house.files / "scan.pdf").write_bytes(b"%PDF-1.4 a scan")
    vat = [{"description": "Werk", "vat_rate_code": "H21", "total_excl_tax_amount": "100.00"}]
    paid = [{"amount": "21.00", "origin_identifier": "upsert-1", "payment_date": "2026-11-10"}]
    rows = [new(f"N{n:04d}", mailed[n % len(mailed)], f"{10 + n}.50") for n in range(200)]
    rows += [new(f"M{n:04d}", mailed[n % len(mailed)], "99.95", sent_at=None) for n in range(40)]
    rows += [new("M9000", silent, sent_at=None)]
    rows += [new(f"B{n:04d}", "no such debtor") for n in range(10)]
    rows += [new(f"V{n:04d}", mailed[0], invoice_lines=[vat[0] | {"vat_rate_code": "XX"}]) for n in range(5)]
    rows += [new("D0001", mailed[0], debtor_number=None)]
    rows += [new("L0001", mailed[0], invoice_lines=vat, labels=["spoed"], payment_term=30, category="werk")]
    rows += [new("P0001", mailed[0], payments=paid, amount_open="100.00", book_amount_open="100.00")]
    rows += [new("P0002", mailed[0], payments=[*paid, *paid])]
    rows += [new("F0001", mailed[0], document={"filename": "scan.pdf"})]
    rows += [new("I0001", mailed[0], invoice_identifier=known[0]["invoice_identifier"])]
    rows += [new("U0001", mailed[0], "50.00", currency_code="USD", book_amount_total="46.08", book_amount_open="46.08")]
    rows += [new("T0001", mailed[0], "10.00"), new("T0001", mailed[0], "12.00")]
    rows += [as_it_is(r) for r in known[:80]]
    rows += [as_it_is(r, description=f"Nieuw {r['invoice_number']}") for r in known[80:120]]
    rows += [
        as_it_is(r, amount_open=less(r["open_amount"], "1.00"), book_amount_open=less(r["book_open_amount"], "1.00"))
        for r in known[120:160]
    ]
    rows += [as_it_is(r, labels=["nieuw"], sent_at=SENT) for r in known[160:165]]
    rows += [as_it_is(r, payments=[{"amount": "1.00", "origin_identifier": f"x-{r['id']}"}]) for r in known[165:170]]
    rows += [as_it_is(r, document={"destroy": True}) for r in known[170:173]]
    missing = 500 - len(rows)
    rows += [new(f"Z{n:04d}", mailed[n % len(mailed)], "7.77") for n in range(missing)]
    assert len(rows) == 500
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


async def test_a_batch_of_500_does_exactly_what_the_plan_said(house: House) -> None:
    rows = batch_of_500(house)
    world = house.sandbox.world
    before = {row["invoice_number"]: row for row in house.invoices(FIELDS)}
    payments_before = {row["id"] for row in world.rows(ADMINISTRATION, "payments")}
    asked, done = await agreed(house, "upsert_invoices", {"invoices": rows})
    assert asked["status"] == "awaiting_approval"
    preview = _preview(house, asked["proposal_id"])
    assert done["status"] == "partly_applied"
    refused = {row["key"] for row in preview["rows"] if row["action"] == "refused"}
    assert {number for number, note in done["records"].items() if note.startswith("error")} == refused
    assert len(refused) == 10 + 5 + 1 + 1 + 1

    mails = [(mail.invoice_number, mail.to) for mail in house.mails]
    assert preview["mails"] == mails
    assert len(mails) == 40
    assert "would e-mail 40 invoices" in asked["preview"]

    after = {row["invoice_number"]: row for row in house.invoices(FIELDS)}
    for row in preview["rows"]:
        number = row["key"]
        match row["action"]:
            case "created":
                assert number not in before
                assert number in after
            case "refused":
                assert after.get(number) == before.get(number)
            case "unchanged":
                assert after[number] == before[number]
            case _:
                assert number in before or number == "T0001"
    moved: dict[str, Decimal] = {}
    for number, row in after.items():
        was = before.get(number, {"open_amount": "0.00", "currency_code": row["currency_code"]})
        delta = Decimal(row["open_amount"]) - Decimal(was["open_amount"])
        moved[row["currency_code"]] = moved.get(row["currency_code"], Decimal(0)) + delta
    planned = preview["money"]
    assert {c: t.split(",  ")[0] for c, t in planned.items()}.keys() >= {c for c, delta in moved.items() if delta}
    for currency, delta in moved.items():
        assert planned.get(currency, "open +0.00").startswith(f"open {delta:+,.2f}"), currency

    booked = [
        (row["invoice_id"], Decimal(row["total_amount"]))
        for row in world.rows(ADMINISTRATION, "payments")
        if row["id"] not in payments_before and row["description"] == "Difference in open amount"
    ]
    numbers = {row["id"]: row["invoice_number"] for row in after.values()}
    said_to_be = sorted((number, amount.split(" ")[1]) for number, amount in preview["payments"])
    assert said_to_be == sorted((numbers[key], f"{amount:,.2f}") for key, amount in booked)
    assert len(booked) == 40
    assert house.sandbox.uploads[checksum(b"%PDF-1.4 a scan")].content == b"%PDF-1.4 a scan"


def _preview(house: House, key: str) -> dict[str, Any]:
    from payt_mcp.proposals.ledger.ledger import Ledger

    ledger = Ledger(house.state)
    try:
        return flat(seen(ledger.get(key)))
    finally:
        ledger.close()


async def test_what_payt_has_already_needs_no_yes(house: House) -> None:
    known = [r for r in house.invoices(FIELDS) if all(r[n] is not None for n in FIELDS)][:3]
    async with client(house.server(), answer=says("accept")) as caller:
        answer = data(await caller.call_tool("upsert_invoices", {"invoices": [as_it_is(row) for row in known]}))
    assert answer["status"] == "unchanged"
    assert "proposal_id" not in answer


async def test_invoices_given_as_json_text_are_decoded(house: House) -> None:
    rows = json.dumps([new("J1", house.debtor())])
    async with client(house.server(), answer=says("accept")) as caller:
        assert data(await caller.call_tool("upsert_invoices", {"invoices": rows}))["status"] == "applied"
    assert [row for row in house.invoices(["invoice_number"]) if row["invoice_number"] == "J1"]


async def test_numbers_are_what_somebody_wrote_and_no_others(house: House) -> None:
    row = new("N1", house.debtor()) | {
        "amount_total": 1000.1, "amount_open": 1000.1, "book_amount_total": 1000.1, "book_amount_open": 1000.1,
        "debtor_number": float(house.debtor()), "payment_term": 14.0,
    }  # fmt: skip
    async with client(house.server(), answer=says("accept")) as caller:
        assert data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))["status"] == "applied"
    (stored,) = [r for r in house.invoices(["invoice_number", "total_amount", "debtor_number"])
                 if r["invoice_number"] == "N1"]  # fmt: skip
    assert (stored["total_amount"], stored["debtor_number"]) == ("1000.10", house.debtor())


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"amount_total": 121.005}, 'a decimal string such as "121.00"'),
        ({"amount_total": 1e22}, 'a decimal string such as "121.00"'),
        ({"amount_total": True}, "text"),
        ({"debtor_number": 10002.5}, "text"),
        ({"payment_term": 14.5}, "a whole number"),
        ({"total_amount": "1.00"}, "Did you mean amount_total"),
        ({"due_date": "01-12-2026"}, "a date such as"),
        ({"due_date": None}, "needs due_date"),
        ({"payment_method": "cheque"}, "one of bank_transfer"),
        ({"document": {"checksum": "abc"}}, "88 characters"),
        ({"payments": [{"amount": "1.00"}]}, "needs origin_identifier"),
    ],
)
async def test_what_payt_could_not_take_is_refused_by_name(house: House, row: dict[str, Any], complaint: str) -> None:
    async with client(house.server(), answer=says("accept")) as caller:
        answer = await caller.call_tool("upsert_invoices", {"invoices": [new("X1", house.debtor()) | row]})
    assert answer.is_error
    assert complaint in said(answer)
    assert not [r for r in house.invoices(["invoice_number"]) if r["invoice_number"] == "X1"]


async def test_odd_rows_are_warned_about_and_not_refused(house: House) -> None:
    rows = [
        new("O1", house.debtor(), amount_open="999.00", book_amount_open="999.00"),
        new("O2", house.debtor(), due_date="2026-10-01"),
        new("O3", house.debtor()),
        new("O3", house.debtor()),
    ]
    async with client(house.server()) as caller:
        answer = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
    warnings = " ".join(answer["warnings"])
    assert answer["status"] == "awaiting_approval"
    for odd in ("More is open than the total: O1", "Due before the invoice date: O2", "comes twice in this batch"):
        assert odd in warnings


async def test_an_invoice_that_changed_after_the_yes_is_not_overwritten(house: House) -> None:
    """The person saw another open amount than the one that would be changed."""
    known = next(r for r in house.invoices(FIELDS) if all(r[n] is not None for n in FIELDS) and r["open_amount"] > "9")
    row = as_it_is(known, amount_open=less(known["open_amount"], "1.00"))
    world = house.sandbox.world

    async def late(_context: Any, _params: Any) -> Any:
        world.change_invoice(ADMINISTRATION, known["id"], open_amount="5.00")
        from mcp.types import ElicitResult

        return ElicitResult(action="accept", content={"approve": True})

    async with client(house.server(), answer=late) as caller:
        answer = data(await caller.call_tool("upsert_invoices", {"invoices": [row]}))
    assert answer["status"] == "superseded"
    assert "changed since" in answer["summary"]
    after = next(r for r in house.invoices(FIELDS) if r["id"] == known["id"])
    assert after["open_amount"] == "5.00"


async def test_an_upsert_without_an_answer_is_settled_from_the_books(house: House) -> None:
    from payt_sandbox.api.faults import Fault

    house.payt.faults.add(Fault("server_error_after", path="/v1/invoices", method="POST"))
    async with client(house.server(), answer=says("accept")) as caller:
        rows = [new("S1", house.debtor()), new("S2", house.debtor())]
        first = data(await caller.call_tool("upsert_invoices", {"invoices": rows}))
        assert first["status"] in {"outcome_unknown", "applied"}
        settled = data(await caller.call_tool("check_approval", {"proposal_id": first["proposal_id"]}))
    assert settled["status"] == "applied"
