"""The figures of a letter against the books: what is right never alarms, an amount beside the wrong invoice does."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from payt_mcp.receivables.attention import Reason
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem, named_words
from payt_mcp.writes.message.known import Entry, Known
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.source import Source
from payt_mcp.writes.message.sources import sources_of, warnings_in

Write = Callable[[Decimal, str], str]
SIGNS = {"EUR": "€", "GBP": "£", "CHF": "CHF"}
NUMBERS = (
    "2026002270", "2026002404", "INV-2026-0017", "F2026/0018", "2025-018", "20260019", "4711", "R.2026.7",
)  # fmt: skip


def figure(amount: Decimal, thousands: str, cents: str) -> str:
    return f"{amount:,.2f}".replace(",", "T").replace(".", cents).replace("T", thousands)


def notation(thousands: str, cents: str, pattern: str) -> Write:
    def write(amount: Decimal, currency: str) -> str:
        return pattern.format(figure(amount, thousands, cents), code=currency, sign=SIGNS[currency])

    return write


NOTATIONS = [
    notation(".", ",", "{code} {}"), notation(".", ",", "{sign} {}"), notation("", ",", "{sign}{}"),  # Dutch
    notation(",", ".", "{code} {}"), notation(",", ".", "{sign}{}"), notation("", ".", "{} {code}"),  # English
    notation(".", ",", "{} {code}"), notation(".", ",", "{} {sign}"), notation("'", ".", "{code} {}"),  # German
    notation(" ", ",", "{} {code}"), notation("\u00a0", ",", "{}\u00a0{sign}"), notation("\u202f", ",", "{} {sign}"),
]  # fmt: skip
DATES = ("2026-11-09", "09.11.2026", "9/11/2026", "9 november 2026", "November 9, 2026")
LINES = (
    "- Factuur {number}, vervaldatum {date}, openstaand {amount}",
    "- {number}: {amount}",
    "{amount} ({number})",
    "{number} {amount}",
    "{number}\t{date}\t{amount}",
    "{number} {date} {amount}",
    "| {number} | {date} | {amount} |",
    "Rechnung {number} vom {date} über {amount}",
    "{amount} pour la facture {number}, échue le {date}.",
    "| {number} | {date} | {amount} | {amount} |",
    "{amount}, invoice {number} of {date}, open: {amount}",
    "{number}\n{amount}",
    "{amount}\n{number}",
    "Factuur {number}\nOpenstaand: {amount}\n",
    "Rechnung {number} vom {date}\n\noffen: {amount}",
    "Still open: {amount}\nInvoice {number}",
    "Facture {number}, échue le {date}\nMontant dû : {amount}",
)
SENTENCES = (
    "For invoice {number} (due {date}) we miss {amount}, and",
    "we miss {amount} for invoice {number}, which was due on {date}, and",
)


@st.composite
def owed(draw: st.DrawFn, least: int = 1) -> list[OwedItem]:
    """Open invoices, some paid in part."""
    numbers = draw(st.lists(st.sampled_from(NUMBERS), min_size=least, max_size=6, unique=True))
    cents = st.integers(1, 9_999_999)
    opened = draw(st.lists(cents, min_size=len(numbers), max_size=len(numbers), unique=True))
    paid = draw(st.lists(st.just(0) | cents, min_size=len(numbers), max_size=len(numbers)))
    currency = draw(st.sampled_from(["EUR", "GBP", "CHF"]))
    return [
        OwedItem(str(at), number, currency, Decimal(o) / 100, Decimal(o + p) / 100, draw(st.booleans()), [])
        for at, (number, o, p) in enumerate(zip(numbers, opened, paid, strict=True))
    ]


def of(item: OwedItem) -> set[Decimal]:
    """Its amounts: open, total, and what is paid of it."""
    total = item.total_amount or Decimal(0)
    return {item.owed, total, total - item.owed} - {Decimal(0)}


def lines(items: Sequence[OwedItem], amounts: Sequence[Decimal], pattern: str, date: str, write: Write) -> list[str]:
    return [
        pattern.format(number=item.number, date=date, amount=write(amount, item.currency))
        for item, amount in zip(items, amounts, strict=True)
    ]


def total(items: Sequence[OwedItem], write: Write) -> str:
    return f"Totaal: {write(sum((item.owed for item in items), Decimal(0)), items[0].currency)}."


def table(text: str, items: Sequence[OwedItem]) -> list[Source]:
    """What the letter says, held against these invoices; all of them are dated and due on the day of `DATES`."""
    day = dt.date(2026, 11, 9)
    entries = (
        Entry(one.id, one.number, one.currency, one.owed, one.total_amount, day, day, None, is_overdue=True)
        for one in items
    )
    facts = Facts(
        sender="Us", currency="EUR", bank_account="", own_hosts=[], debtor="D", debtor_number="7", attention=[],
        on_file=[], items=items, known=Known(dt.date(2026, 11, 28), tuple(entries)),
    )  # fmt: skip
    subject, _, body = text.partition("\n")
    return sources_of(Letter("", subject, body, []), facts)


def told(text: str, items: Sequence[OwedItem]) -> list[str]:
    return [warned.text for warned in warnings_in(table(text, items))]


def not_in_the_books(text: str, items: Sequence[OwedItem]) -> list[str]:
    return [one.said for one in table(text, items) if one.verdict == "unknown" and one.kind == "amount"]


layouts = st.tuples(st.sampled_from(LINES), st.sampled_from(DATES), st.sampled_from(NOTATIONS))


@given(items=owed(), layout=layouts, part=st.booleans())
def test_a_list_of_true_figures_never_alarms(items: list[OwedItem], layout: tuple[str, str, Write], part: bool) -> None:
    named = items[: max(1, len(items) // 2)] if part else items
    rows = lines(named, [item.owed for item in named], *layout)
    assert told("\n".join(["Facturen", "", *rows, "", total(named, layout[2])]), items) == []


@given(
    items=owed(), pattern=st.sampled_from(SENTENCES), date=st.sampled_from(DATES), write=st.sampled_from(NOTATIONS),
    width=st.integers(30, 90),
)  # fmt: skip
def test_true_sentences_broken_over_lines_never_alarm(
    items: list[OwedItem], pattern: str, date: str, write: Write, width: int
) -> None:
    said = " ".join([*lines(items, [item.owed for item in items], pattern, date, write), total(items, write)])
    assert told(textwrap.fill(said, width, break_on_hyphens=False, break_long_words=False), items) == []


@given(items=owed(least=2), layout=layouts, choice=st.data())
def test_two_amounts_that_changed_places_always_alarm(
    items: list[OwedItem], layout: tuple[str, str, Write], choice: st.DataObject
) -> None:
    amounts = [item.owed for item in items]
    one, other = choice.draw(st.permutations(range(len(items))))[:2]
    apart = [amount for item in items for amount in of(item)]
    assume(len(set(apart)) == len(apart))
    assume(not {amounts[one], amounts[other]} & sums(items))
    amounts[one], amounts[other] = amounts[other], amounts[one]
    text = "\n".join(["Facturen", "", *lines(items, amounts, *layout), "", total(items, layout[2])])
    assert any(text.startswith("The text puts ") for text in told(text, items))


def sums(items: Sequence[OwedItem]) -> set[Decimal]:
    """What a letter may name beside any invoice: all of them, and what is overdue of them."""
    overdue = [item.owed for item in items if item.is_overdue]
    return {sum((item.owed for item in items), Decimal(0)), sum(overdue, Decimal(0)) if len(overdue) > 1 else Decimal()}


# The same by hand.


def item(number: str, amount: str, total: str = "", currency: str = "EUR", *, overdue: bool = True) -> OwedItem:
    return OwedItem(number, number, currency, Decimal(amount), Decimal(total or amount), overdue, [])


TWO = [item("2026009901", "54.00", "100.00"), item("2026009902", "45.00")]


@pytest.mark.parametrize(
    "text",
    [
        "Totaal van factuur 2026009901 en de andere: EUR 99,00",
        "Factuur 2026009901, EUR 100,00, waarvan EUR 54,00 open.",
        "Credit voor factuur 2026009901: EUR 9,00",
        "Factuur 2026009901\nOpen: EUR 54,00\nFactuur 2026009902\nOpen: EUR 45,00",
        "Wir vermissen EUR 54,00 für Rechnung\n2026009901 und EUR 45,00 für Rechnung\n2026009902.",
        "Voor factuur 2026009901 missen wij\nEUR 54,00, voor factuur 2026009902\nEUR 45,00.",
        "2026009901 2026-11-09 EUR 54,00 EUR 100,00",
        "2026009901 9 november 2026 EUR 54,00",
        "EUR 54,00\n2026009901",
        "Bij factuur 2026009901 komen EUR 45,00 en EUR 54,00.",
        "Factuur 2026009901 en 2026009902: EUR 54,00",
        "2026009901\n2026009902\nEUR 54,00\nEUR 45,00",
        "Over factuur 2026009901.\nWilt u ook EUR 45,00 betalen?",
        "EUR 99,00\n2026009901\nEUR 54,00\n2026009902\nEUR 45,00",
        "Naast EUR 45,00 is factuur 2026009901 open, samen EUR 99,00.",
    ],
)
def test_what_may_stand_beside_an_invoice(text: str) -> None:
    assert told(text, [*TWO, item("2026009903", "-9.00", overdue=False)]) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Factuur 2026009901 van 9 november 2026: EUR 45,00", "EUR 45.00"),
        ("Factuur 2026009901: EUR 45,00\nFactuur 2026009902: EUR 45,00", "EUR 45.00"),
        ("| 2026009901 | € 45,00 |\n| 2026009902 | € 45,00 |", "EUR 45.00"),
        ("| 2026009901 | € 45,00 | € 45,00 |", "EUR 45.00"),
        ("2026009901\nEUR 45,00\n2026009902\nEUR 54,00", "EUR 45.00"),
        ("2026009901\nEUR 45,00\n\n2026009902\nEUR 45,00", "EUR 45.00"),
    ],
)
def test_what_may_not(text: str, amount: str) -> None:
    line = f"The text puts {amount} beside invoice 2026009901, of which EUR 54.00 is open."
    assert told(text, TWO) == [line]


def test_a_sum_of_several_may_stand_beside_one_though_another_amounts_to_it() -> None:
    items = [*TWO, item("2026009903", "99.00", overdue=False)]
    assert told("Factuur 2026009901 en alles wat verder vervallen is: EUR 99,00", items) == []


def test_what_is_paid_of_an_invoice_may_stand_beside_it() -> None:
    items = [item("2026009901", "55.00", "100.00"), item("2026009902", "45.00")]
    assert told("Op factuur 2026009901 hebben wij EUR 45,00 ontvangen.", items) == []


def test_amounts_count_in_their_own_currency() -> None:
    items = [item("2026009901", "54.00"), item("2026009902", "45.00", currency="GBP")]
    assert told("Factuur 2026009901: £45.00", items)[0].startswith("The text puts GBP 45.00 beside")
    assert not_in_the_books("Factuur 2026009901: EUR 45.00", items) == []
    said = "The text says EUR 45.00 of invoice 2026009901, of which EUR 54.00 is open."
    assert told("Factuur 2026009901: EUR 45.00", items) == [said]


def test_the_sum_of_the_invoices_that_are_named_may_be_named() -> None:
    items = [
        *TWO,
        item("2026009903", "7.00"),
        item("2026009904", "-9.00", overdue=False),
        item("2026009905", "1.00", overdue=False),
    ]
    text = "2026009901, 2026009902, 2026009904 en 2026009905: {}"
    for amount in ("EUR 91,00", "EUR 100,00", "EUR 99,00"):  # net, gross, overdue
        assert told(text.format(amount), items) == []
    assert not_in_the_books(text.format("EUR 61,00"), items) == ["EUR 61,00"]


def test_the_sum_of_what_may_be_chased_may_be_named() -> None:
    flags: tuple[tuple[str, str], ...] = (
        ("payment_plan", ""), ("paused", ""), ("with_bailiff", "bailiff"), ("", "debt_collection"),
        ("", "pre_judicial"), ("credit_open", "collectable"), ("", "reminder_2"),
    )  # fmt: skip
    items = [
        replace(item(f"{at}", f"{2**at}.00"), attention=[Reason(flag, "invoice")] if flag else [], step=step)
        for at, (flag, step) in enumerate(flags)
    ]
    items.append(item("9", "512.00", overdue=False))
    for amount in ("EUR 120,00", "EUR 96,00", "EUR 127,00", "EUR 639,00"):
        assert not_in_the_books(f"Samen {amount}", items) == []
    assert not_in_the_books("Samen EUR 104,00", items) == ["EUR 104,00"]
    paused = [replace(one, attention=[*one.attention, Reason("paused", "debtor")]) for one in items]
    assert not_in_the_books("Samen EUR 122,00 of EUR 98,00", paused) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2026009901:\n€ 18,00\n€ 18,00\n€ 18,00", "together EUR 54.00, which is the invoices named"),
        ("€ 50,00 en € 49,00", "together EUR 99.00, which is all that is overdue"),
        (" ".join(f"€ 1{at},00" for at in range(7)) + " € 8,00", "together EUR 99.00, which is all that is overdue"),
        ("€ 82,64 zonder btw, € 17,36 btw", "together EUR 100.00, which is total of invoice 2026009901"),
    ],
)
def test_amounts_that_add_up_to_what_may_be_divided(text: str, what: str) -> None:
    assert {one.where for one in table(text, TWO) if one.kind == "amount"} == {what}
    assert told(text, TWO) == not_in_the_books(text, TWO) == []


def test_what_is_said_again_is_no_term() -> None:
    assert not_in_the_books("Openstaand: € 27,00\nWilt u € 27,00 betalen?", TWO) == ["€ 27,00"]


def test_terms_add_up_by_currency() -> None:
    items = [item("2026009901", "54.00"), item("2026009902", "45.00", currency="GBP")]
    assert not_in_the_books("€ 27,00 € 27,00 £20.00 £25.00", items) == []
    assert not_in_the_books("€ 27,00 € 27,00 £20.00", items) == ["£20.00"]


def test_a_year_is_an_invoice_only_where_the_text_says_so() -> None:
    items = [item("2026", "54.00"), item("2025", "45.00")]
    assert named_words("Factuur 2026 van 9 november 2025", items) == "2026 (EUR 54.00)"
    assert named_words("Factuur 2026, vervallen op 9 november 2025", items) == "2026 (EUR 54.00)"
    assert told("Factuur 2026, vervallen op 9 november 2025: EUR 45,00", items) != []
