"""Which debtor is meant, and which invoices a text finds."""

import pytest

from payt_mcp.payt.models import Invoice
from payt_mcp.receivables.entries import DebtorEntry, open_item
from payt_mcp.receivables.matching import TextFilter, by_key, by_name, resembling, unmistakable
from payt_mcp.receivables.open_items import OpenItems


def _debtor(key: str, number: str, name: str, identifier: str = "") -> DebtorEntry:
    return DebtorEntry(key, number, identifier, name, paused=False, updated_at=None)


DEBTORS = [
    _debtor("1", "100", "Jansen Bouw B.V."),
    _debtor("2", "200", "Bouwbedrijf Jansen"),
    _debtor("3", "1", "Café-Brûlée B.V.", "cb-9"),
    _debtor("4", "400", "Jansen"),
    _debtor("5", "500", "Weiß & Söhne GmbH"),
]


@pytest.mark.parametrize(("value", "number"), [("100", "100"), ("1", "1"), ("cb-9", "1"), ("2", "200"), ("99", None)])
def test_a_number_wins_over_an_identifier_and_that_over_an_id(value: str, number: str | None) -> None:
    found = by_key(value, DEBTORS)
    assert (found.number if found else None) == number


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("jansen", ["400", "100", "200"]),
        ("JANSEN bouw", ["100", "200"]),
        ("brulee", ["1"]),
        ("weiss", ["500"]),
        ("sohne", ["500"]),
        ("400", ["400"]),
        ("cb 9", ["1"]),
        ("nobody", []),
        ("--", []),
    ],
)
def test_a_name_finds_its_debtors_best_first(query: str, numbers: list[str]) -> None:
    assert [debtor.number for debtor in by_name(query, DEBTORS)] == numbers


def test_only_a_name_that_can_mean_one_debtor_is_unmistakable() -> None:
    for query, number in (("Jansen", "400"), ("cafe brulee", "1"), ("bouw", None), ("jansen b", None), ("x", None)):
        found = unmistakable(query, by_name(query, DEBTORS))
        assert (found.number if found else None) == number
    twins = [_debtor("1", "1", "Same"), _debtor("2", "2", "same")]
    assert unmistakable("same", by_name("same", twins)) is None


def test_a_misspelt_name_leads_to_what_it_resembles() -> None:
    assert [debtor.number for debtor in resembling("Jnasen Bouw BV", DEBTORS)][:1] == ["100"]
    assert resembling("zzzzzz", DEBTORS) == []


def test_a_text_finds_invoices_by_number_reference_description_and_debtor() -> None:
    items = OpenItems("EUR", debtors={debtor.id: debtor for debtor in DEBTORS})
    item = open_item(
        Invoice(
            id="1",
            invoice_number="2026-0042",
            invoice_identifier="inv-7",
            purchase_order_number="PO 99",
            order_number="SO-5",
            description="Onderhoud café",
            debtor_id="3",
            debtor_number="1",
        )
    )
    for query in ("2026 0042", "inv-7", "po99", "po 99 so-5", "CAFE", "brûlée onderhoud", ""):
        assert TextFilter(query, items.debtors).choose([item]), query
    for query in ("2027", "onderhoud jansen"):
        assert not TextFilter(query, items.debtors).choose([item])
