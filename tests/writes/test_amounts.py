"""Which amount each kind of write concerns, reckoned from what stands at Payt."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from tests.support.daily_work import free_invoices, row, rows, server, writes
from tests.support.house import ADMINISTRATION, House, client, data, record

pytestmark = [pytest.mark.slow, pytest.mark.anyio]
FIELDS = ["invoice_number", "debtor_id", "book_open_amount", "open_amount", "due_date", "debtor_number"]
NEW = {
    "currency_code": "EUR", "invoice_date": "2026-11-01", "due_date": "2026-12-01", "sent_at": "2026-11-01",
}  # fmt: skip


def owed(found: Iterable[dict[str, Any]]) -> Decimal:
    amounts = [Decimal(one["book_open_amount"] or one["open_amount"]) for one in found]
    return sum((amount for amount in amounts if amount > 0), Decimal(0))


def new(number: str, debtor: str, amount: str) -> dict[str, Any]:
    return NEW | {
        "invoice_number": number, "debtor_number": debtor, "amount_total": amount, "amount_open": amount,
        "book_amount_total": amount, "book_amount_open": amount,
    }  # fmt: skip


async def test_each_kind_says_which_amount_it_concerns(house: House) -> None:
    number, today = house.debtor(), str(house.sandbox.world.today)
    key = next(one["id"] for one in rows(house, "debtors") if one["debtor_number"] == number)
    late = [one for one in house.invoices(FIELDS) if one["debtor_id"] == key and one["due_date"] < today]
    first = next(one for one in late if Decimal(one["open_amount"]) > 0)
    other = free_invoices(house)
    letter = {"subject": "s", "body": "Wilt u betalen?", "to_debtor": number, "administration_id": ADMINISTRATION}
    every = writes(house)
    terms = row(house, "payment_plans", every["plan"].arguments["payment_plan"])["payment_terms"]
    calls: list[tuple[str, dict[str, Any], Decimal | None]] = [
        ("send_message", letter, owed(late)),  # about none in particular: all it is late with
        ("send_message", letter | {"subject": "t", "about": [first["invoice_number"]]}, owed([first])),
        (
            "upsert_invoices",
            {"invoices": [new("N1", number, "100.50"), new("N2", number, "-20.25")]},
            Decimal("120.75"),
        ),
        (
            "decide_payment_plan",
            every["plan"].arguments,
            sum((Decimal(term["total_amount"]) for term in terms), Decimal(0)),
        ),
        (
            "change_follow_up",
            every["follow_up"].arguments,
            owed(one for one in house.invoices(FIELDS) if one["invoice_number"] in other),
        ),
        *[
            (every[kind].tool, every[kind].arguments, None)
            for kind in ("completion", "comment", "reopening", "debtors", "contacts")
        ],
    ]
    async with client(server(house)) as caller:
        for tool, arguments, amount in calls:
            answer = data(await caller.call_tool(tool, arguments))
            kept = record(house, answer["proposal_id"]).amount
            assert (Decimal(kept) if kept else None) == amount, (tool, kept)
