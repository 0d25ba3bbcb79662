"""What a letter says, held against the books: what is not so is warned of, what is right left in peace."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from payt_mcp.proposals.preview import Warned
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem
from payt_mcp.writes.message.known import Entry, Known
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.source import Source
from payt_mcp.writes.message.sources import sources_of, summary_of, warnings_in

TODAY = dt.date(2026, 11, 28)


def entry(number: str, opened: str, total: str, due: int, step: str = "", paid: int | None = None) -> Entry:
    """`due` and `paid` are days from today."""
    day = TODAY + dt.timedelta(days=due)
    paid_on = TODAY + dt.timedelta(days=paid) if paid else None
    overdue = Decimal(opened) > 0 and due < 0
    invoiced = day - dt.timedelta(days=30)
    return Entry(number, number, "EUR", Decimal(opened), Decimal(total), invoiced, day, paid_on, overdue, step)


ENTRIES = (
    entry("261001", "1210.00", "1210.00", -50, "reminder_1"),
    entry("261002", "484.00", "484.00", -32, "reminder_1"),
    entry("261003", "2420.00", "2420.00", 24),
    entry("261004", "250.00", "1000.00", -20),
    entry("260901", "0.00", "605.00", -70, paid=-55),
    entry("C261802", "-150.00", "-150.00", -70),
)
ITEMS = [
    OwedItem(one.id, one.number, "EUR", one.open_amount, one.total_amount, one.is_overdue, [], one.due_date, one.step)
    for one in ENTRIES
    if not one.is_paid
]


def table(body: str) -> list[Source]:
    facts = Facts(
        sender="Ons Bedrijf B.V.", currency="EUR", bank_account="NL91ABNA0417164300", own_hosts=["p.example"],
        debtor="Smit B.V.", debtor_number="1017", attention=[], on_file=[], items=ITEMS, holder="Ons Bedrijf B.V.",
        known=Known(
            TODAY, ENTRIES, {"1017": "debtor number"}, pages=frozenset({"p.example/d/1"}),
            page_hosts=frozenset({"p.example"}), internal=[("the remark", "Nooit meer op rekening leveren")],
        ),
    )  # fmt: skip
    return sources_of(Letter("", "Bericht", body, []), facts)


def warned(body: str) -> list[Warned]:
    return warnings_in(table(body))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Wij hebben de betaling van factuur 260901 nog niet ontvangen.", "calls invoice 260901 open, which was paid"),
        ("Die Rechnung 260901 ist noch offen.", "calls invoice 260901 open, which was paid on 2026-10-04"),
        ("Graag betaling van:\n- 261001\n- 260901", "calls invoice 260901 open"),
        ("Your invoices 261001 and 260901 are outstanding.", "calls invoice 260901 open"),
        ("Invoice 261003 is past due.", "calls invoice 261003 overdue, which is not due until 2026-12-22"),
        ("De volgende facturen zijn vervallen:\n\n261001\n261003", "calls invoice 261003 overdue"),
        ("Factuur 261003 had u al moeten betalen.", "calls invoice 261003 overdue"),
        ("Graag betaling van factuur C261802.", "which is a credit of EUR -150.00: nothing is owed on it"),
        ("Please pay EUR 1,000.00 for invoice 261004.", "is its total: EUR 250.00 is open"),
        ("Factuur 261001 verviel op 1 september.", "1 september as the due date of invoice 261001, which is due on"),
        ("La facture 261001 était échue le 01/09/2026.", "01/09/2026 as the due date of invoice 261001"),
        ("Factuur 261001 is 300 dagen te laat.", "says 300 dagen late; invoice 261001 is overdue 50 days"),
        ("Dies ist unsere vierte Mahnung zur Rechnung 261001.", "calls itself vierte Mahnung; 1 reminder so far"),
        ("For the fourth time we remind you of 261001.", "calls itself fourth time"),
        ("261001  1.210,00\n261002  1.210,00", "says 1.210,00 of invoice 261002, of which EUR 484.00 is open"),
        ("Betaal op bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "no account of the administration"),
        ("Zie https://p.example/d/2", "p.example/d/2, which is no page of this debtor"),
        ("Betaal op NL44RAB\u05550123456789", "mixes letters of Latin and Armenian"),
        ("Betaal op NL44<b></b>RABO", "holds markup (<b>, </b>)"),
        ("API_TOKEN=pk_live_51HbZ0aK2eZv", "looks like a secret"),
    ],
)
def test_what_is_not_so_is_red(body: str, said: str) -> None:
    found = [one.text for one in warned(body) if one.danger]
    assert any(said in text for text in found), found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Factuur 261001 van EUR 12.100,00 staat open.", "says EUR 12.100,00 of invoice 261001"),
        (
            "Rechnung 261001 vom 1. Januar 2026 ist offen.",
            "dates invoice 261001 1. Januar 2026, which is of",
        ),
        ("Laatste aanmaning voor 261004!", "Payt's record shows no reminder before"),
        ("Ondanks onze sommatie is 261001 niet betaald.", "speaks of a summons (sommatie)"),
        ("Nooit meer op rekening leveren, zei men.", "quotes the remark, which is for internal use"),
    ],
)
def test_what_is_odd_is_warned_of(body: str, said: str) -> None:
    found = warned(body)
    assert [one.danger for one in found if said in one.text] == [False], found


@pytest.mark.parametrize(
    "body",
    [
        "Hartelijk dank: factuur 260901 van € 605,00 is betaald.",
        "Factuur 260901 is betaald; factuur 261001 (€ 1.210,00) staat nog open.",
        "Invoice 261003 becomes due on 22 December 2026.",
        "De facturen 261003 vervallen op 22 december 2026.",
        "Uw creditnota C261802 van € 150,00 is verrekend met factuur 261001.",
        "Van het totaal van € 1.000,00 van 261004 is € 750,00 betaald, er resteert € 250,00.",
        "Betaal factuur 261001 uiterlijk 5 december 2026.",
        "De eerste termijn van € 605,00 voor factuur 261001 vervalt op 1 december 2026.",
        "Factuur 261001 is meer dan 30 dagen te laat.",
        "Dit is onze tweede herinnering voor 261001.",
        "Factuur 261001: zie onze brief van 1 november 2026.",
        "Zie https://p.example/d/1?van=mail, en mail <jan@p.example>.",
        "R&amp;D voor 5 µm en 3 m², € 10 < € 20",
    ],
)
def test_what_is_right_is_left_in_peace(body: str) -> None:
    assert warned(body) == []


def test_what_is_not_in_the_books_is_counted_and_named_in_one_line() -> None:
    found = table("Er staat 1.944,00 open, dus 9,9k. Bestelling SG-9999, klant 1017, bel 0909-1234567.")
    assert summary_of(found, 2, ["40 of 57 numbers were looked up"]) == (
        "2 filled in by this server; 2 of 5 typed by hand stand in the books; not there: amount 9,9k, number SG-9999, "
        "phone number 0909-1234567. 40 of 57 numbers were looked up"
    )
