"""Two sums over one debtor agree, whatever signs, currencies and gaps its invoices have."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import Invoice
from payt_mcp.receivables.aging import balance, overdue
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.overdue_parts import overdue_parts
from payt_mcp.receivables.selection import Selection
from payt_sandbox import build_world
from tests.support.assistant import MAIN, NOON, Assistant, assistant, frozen, payt

TODAY = NOON.date()
MONEY = st.decimals(min_value=-(10**6), max_value=10**6, places=2)
LATE = "2026-10-01"


@st.composite
def invoices(draw: st.DrawFn) -> list[Invoice]:
    """Open invoices of one debtor; the books may have any amount of them, of either sign, or none."""
    return [
        Invoice(
            id=str(number),
            debtor_id="1",
            currency_code=draw(st.sampled_from(("EUR", "USD"))),
            open_amount=draw(MONEY.filter(bool)),
            book_open_amount=draw(st.none() | MONEY),
            due_date=draw(st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))),
        )
        for number in range(draw(st.integers(1, 12)))
    ]


@given(invoices())
def test_every_sum_of_one_debtor_is_the_same_sum(rows: list[Invoice]) -> None:
    books = OpenItems("EUR")
    for row in rows:
        books.put_invoice(row)
    picture, total = overdue(books, TODAY), balance(books.of_debtor("1"), TODAY)
    parts = overdue_parts(books, "1", TODAY)
    listed = [item for item in books.invoices.values() if Selection(overdue_on=TODAY)(item)]
    counted = [item for item in listed if item.book_open is not None]
    assert picture.gross == total.overdue == parts.all.booked == sum((i.book_open or 0 for i in counted), Decimal(0))
    assert picture.invoice_count == total.overdue_invoices == parts.all.counted == len(counted)
    assert sum((some.booked for some in parts.by_phase.values()), Decimal(0)) == picture.gross
    credit = [item for item in books.invoices.values() if item.is_credit and item.book_open is not None]
    assert total.credits == sum((item.book_open or 0 for item in credit), Decimal(0))
    own = [item for item in books.invoices.values() if item.currency == "EUR"]
    assert all(item.book_open is not None for item in own)
    assert total.unbooked == [item for item in own if item.is_unbooked]
    assert {item.currency for item in total.unvalued} <= {"USD"}


async def sums(who: Assistant, number: str) -> dict[str, Any]:
    """What each tool says is overdue of a debtor, and what of open."""
    overview = await who.ask("summarize_overdue", top=100)
    (row,) = [row for row in overview["debtors"] if row["debtor_number"] == number]
    (found,) = (await who.ask("find_debtors", query=number))["debtors"]
    file = (await who.ask("get_debtor", whole=True, debtor=number))["debtor"]
    listed = await who.ask("search_invoices", debtors=[number], status="overdue")
    by_phase = sum((Decimal(part["amount"]) for part in file["overdue_by_phase"]), Decimal(0))
    return {
        "summarize_overdue": row["overdue"],
        "find_debtors": found["overdue"],
        "get_debtor": file["overdue"],
        "get_debtor by phase": f"{by_phase:.2f}",
        "search_invoices": listed["total_open"],
    }


def _dollars(amount: str, booked: str | None) -> dict[str, Any]:
    return {"currency_code": "USD", "total_amount": amount, "book_open_amount": booked}


@pytest.mark.parametrize(
    ("extra", "amount", "said"),
    [
        (_dollars("1.00", "-4.00"), "8000496.00", ""),
        (_dollars("-1.00", "4.00"), "8000500.00", ""),
        ({"total_amount": "7.00", "book_open_amount": None}, "8000507.00", r"Counted with their own .*A2 \(EUR 7.00\)"),
        (_dollars("7.00", None), "8000500.00", "without an amount in EUR|no amount in the books"),
    ],
    ids=["owed, negative in the books", "credit, positive in the books", "own currency", "other currency"],
)
async def test_all_tools_give_one_sum_and_say_what_is_not_in_the_books(
    extra: dict[str, Any], amount: str, said: str
) -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    debtor = int(world.add_debtor(MAIN, debtor_number="88001", name="Exchanged"))
    world.add_invoice(MAIN, debtor_id=debtor, invoice_number="A1", total_amount="8000500.00", due_date=LATE)
    world.add_invoice(MAIN, debtor_id=debtor, invoice_number="A2", due_date=LATE, **extra)
    calls: dict[str, dict[str, Any]] = {
        "summarize_overdue": {},
        "find_debtors": {"query": "88001"},
        "get_debtor": {"debtor": "88001"},
        "search_invoices": {"debtors": ["88001"]},
    }
    with payt(world) as handle:
        async with assistant(handle) as who:
            found = await sums(who, "88001")
            notes = {tool: " ".join((await who.ask(tool, **call)).get("notes", [])) for tool, call in calls.items()}
    assert found == dict.fromkeys(found, amount)
    told = {tool for tool, note in notes.items() if re.search(said, note)}
    assert notes.keys() - told <= {"summarize_overdue"}  # it names the first of several, and counts the others
    assert "summarize_overdue" in told or re.search(r"\band \d+ more\b", notes["summarize_overdue"])


async def test_what_is_in_no_book_is_said_in_its_own_currency_and_not_as_nothing() -> None:
    world = frozen(build_world(invoices=60, seed=4, today=NOON.date()))
    debtor = int(world.add_debtor(MAIN, debtor_number="88002", name="Abroad"))
    world.add_invoice(MAIN, debtor_id=debtor, invoice_number="D1", due_date=LATE, **_dollars("7000.00", None))
    with payt(world) as handle:
        async with assistant(handle) as who:
            alone = await who.ask("search_invoices", invoices=["D1"], status="all")
            listed = await who.ask("search_invoices", debtors=["88002"])
            large = await who.ask("search_invoices", debtors=["88002"], partly_paid=True, min_total="5000")
            compared = await who.ask("search_invoices", debtors=["88002"], min_total="5000")
    said = "without an amount in EUR: USD"
    assert alone["summary"].startswith(f"1 invoice found, {said} 7000.00 in total, 7000.00 open (7000.00 overdue).")
    assert listed["summary"].startswith(f"1 open invoice found, {said} 7000.00 open (7000.00 overdue).")
    assert "EUR 0.00" not in alone["summary"] + listed["summary"]
    assert large["summary"].startswith("0 open invoices found (total EUR 5,000.00 or more; partly paid).")
    assert any("could not be compared: D1 (USD 7,000.00)." in note for note in compared["notes"])
