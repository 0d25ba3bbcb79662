"""A number that stands in the text that is searched is given back to the letter, and nothing more is found for it."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from payt_mcp.payt.models import Invoice
from payt_mcp.receivables.entries import open_item
from payt_mcp.receivables.sharing import Amounts, written
from payt_mcp.words.folding import normalized, searchable, spelt_out

ODD = st.text(st.sampled_from("aAzZ019 -/._'\u2019ßÜüéøŁ&K\u212a\u0301\u0130\u1e9e한\x00\x1f한\u00a0"), max_size=9)
FIELDS = st.one_of(ODD, st.text(max_size=8), st.from_regex(r"\A(INV-)?20[0-9]{4}\Z"))


@given(number=FIELDS, identifier=FIELDS, other=FIELDS, typed=FIELDS)
@example(number="2026-01", identifier="2026-01", other="2026-01", typed="2601")
@example(number="ab", identifier="cd", other="", typed="bc")
def test_a_text_holds_its_numbers_as_they_are_and_a_search_finds_in_it_what_it_found_without(
    number: str, identifier: str, other: str, typed: str
) -> None:
    text, (number_end, begin, end) = written(number, identifier, other)
    assert text[:number_end] == number
    assert text[begin:end] == identifier
    plain = searchable(number, identifier, other)
    typed_parts = [typed, number[1:4], identifier[:3], identifier[2:], f"{number[-2:]}{identifier[:2]}"]
    for word in {word for part in typed_parts for word in (*normalized(part).split(), *spelt_out(part).split())}:
        assert (word in text) == (word in plain), word


@given(number=FIELDS, identifier=FIELDS, asked=FIELDS)
def test_an_item_is_called_by_its_number_and_its_identifier_and_by_nothing_else(
    number: str, identifier: str, asked: str
) -> None:
    item = open_item(Invoice(id="1", invoice_number=number, invoice_identifier=identifier))
    assert (item.number, item.identifier) == (number, identifier)
    for key in (number, identifier, asked, number[:-1]):
        assert item.is_called({key}) == (key in (number, identifier))
        assert item.is_called({key, "?", "??"}) == (key in (number, identifier))
        assert item.is_numbered(key.casefold()) == (key.casefold() in (number.casefold(), identifier.casefold()))


@given(st.lists(st.decimals(-10, 10, allow_nan=False, places=1) | st.decimals(-10, 10, allow_nan=False, places=2)))
def test_an_amount_that_came_before_is_the_same_object_and_is_written_as_it_was(amounts: list[Decimal]) -> None:
    known = Amounts()
    same = [known.same(amount) for amount in amounts]
    assert list(map(str, same)) == list(map(str, amounts))
    for amount, one in zip(amounts, same, strict=True):
        if known.same(+amount) is not one:
            assert any(other == amount and str(other) != str(amount) for other in amounts)
