"""The catalogs have every sentence that a person sees, in every language, and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payt_mcp.words.catalogs import catalog
from payt_mcp.words.languages import LANGUAGES, Language, best_of
from payt_mcp.words.said import count, joined, lowered, moment_of, money, say, some, value_of
from payt_mcp.words.sentences import Field, restored, spoken
from payt_mcp.writes.invoices.lines import Payments, words
from tests.support.templates import PLACE, templates

FOREIGN = [language for language in LANGUAGES if language != "en"]


def forms(entry: object) -> list[str]:
    return [str(entry)] if isinstance(entry, str) else [str(one) for one in entry]  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", FOREIGN)
def test_every_sentence_is_translated_and_nothing_else_is(language: Language) -> None:
    wanted, found = templates(), catalog(language)
    plurals = {one: several for one, (several, _) in wanted.items() if several}
    known = {one.id if isinstance(one.id, str) else one.id[0]: one for one in found if one.id}
    assert sorted(wanted.keys() - known.keys()) == []
    assert sorted(known.keys() - wanted.keys()) == []
    assert {one.id[0]: one.id[1] for one in known.values() if not isinstance(one.id, str)} == plurals
    assert [one for one in known if not all(forms(known[one].string))] == []


@pytest.mark.parametrize("language", FOREIGN)
def test_a_translation_has_the_placeholders_of_its_sentence(language: Language) -> None:
    for entry in catalog(language):
        for said in forms(entry.string) if entry.id else ():
            template = entry.id if isinstance(entry.id, str) else entry.id[0]
            assert set(PLACE.findall(said)) == set(PLACE.findall(template)), template


def test_what_is_kept_is_said_again_in_any_language() -> None:
    amount, due = money(Decimal("1234.5"), "EUR"), value_of("due_date", "2026-12-01")
    said = say(
        "{what}: {listed}",
        what=lowered(say("Overdue")),
        listed=some([count(2000, "invoice"), amount, due, Field("due_date"), value_of("amount", "12.50")], most=4),
    )
    again = restored(said.kept())  # type: ignore[attr-defined]
    assert again == said == "overdue: 2,000 invoices, EUR 1,234.50, 2026-12-01, due_date and 1 more"
    assert spoken(again, "nl") == "vervallen: 2.000 facturen, €\u00a01.234,50, 1 december 2026, vervaldatum en nog 1"
    assert spoken(again, "de").startswith("Überfällig: 2.000 Rechnungen, 1.234,50\u00a0€, 1. Dezember 2026")
    assert spoken(count(0, "invoice"), "fr") == "0 facture"
    assert spoken(count(0, "invoice"), "nl") == "0 facturen"
    assert moment_of(None, None) == ""  # type: ignore[arg-type]


def test_every_figure_of_a_sentence_is_written_as_its_language_writes_it_with_the_decimals_it_has() -> None:
    booked = Payments(total=Decimal("1000.00"), currency="EUR").booked(Decimal("234.56"))
    said = say("{a}, {b}, {c}", a=Decimal("-1234.5"), b=Decimal(2000), c=Decimal("0.0001"))
    assert (str(said), spoken(said, "de")) == ("-1234.5, 2000, 0.0001", "-1.234,5, 2.000, 0,0001")
    assert spoken(str(booked), "de") == "1 Zahlung, insgesamt 1.234,56 (EUR)"
    assert spoken(booked.words[0], "nl") == "bedrag 234,56, door Payt zelf geboekt"
    price = words({"product_price": "1234.5678", "product_quantity": "1.5", "product_unit": "1.5"})
    assert spoken(price, "de") == "Preis 1.234,5678, Menge 1,5, Einheit 1.5"
    assert restored(price.kept()) == price  # type: ignore[attr-defined]


def test_what_outsiders_wrote_is_neither_translated_nor_filled() -> None:
    said = say("{host} {name} {listed}", host="Overdue", name="{listed} %s", listed=joined(["{host}", "nothing"]))
    assert spoken(said, "nl") == said == "Overdue {listed} %s {host}, nothing"
    assert spoken("Reject", "nl") == "Reject"
    assert spoken(say("A sentence that nobody has translated"), "nl") == "A sentence that nobody has translated"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("nl-BE,nl;q=0.9,en;q=0.8", "nl"),
        ("es,de;q=0.5,fr;q=0.7", "fr"),
        ("en-GB", "en"),
        ("es-ES,*;q=0.1", None),
        ("de;q=0,fr;q=x", None),
        ("", None),
    ],
)
def test_a_page_goes_by_what_the_browser_likes_best(accepted: str, language: str | None) -> None:
    assert best_of(accepted) == language
