"""An account number is found however it is written, and nothing else is taken for one."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from payt_mcp.scanning.accounts import bank_accounts
from payt_mcp.scanning.iban import remainder

FORMS = {
    "NL": "A" * 4 + "9" * 10, "DE": "9" * 18, "BE": "9" * 12, "GB": "A" * 4 + "9" * 14, "NO": "9" * 11, "PL": "9" * 24,
    "FR": "9" * 10 + "A" * 11 + "99", "MT": "A" * 4 + "9" * 23,
}  # fmt: skip
LABELS = ("", "ref", "IBAN", "IBAN:", "iban ", "rekening", "(", "op: ", "Betaal op", "nr.")
GAPS = ("", " ", "-", "/", ".", "\u00a0", "\u200b", " - ", "\u3164", "\ufe0f", " .. ", " ........ ")


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """An account number of one of several countries, its check digits right."""
    country = draw(st.sampled_from(sorted(FORMS)))

    rest = "".join(
        draw(st.sampled_from("ABCDEFGHJKMNPQRTUVWXYZ" if kind == "A" else "0123456789")) for kind in FORMS[country]
    )
    return f"{country}{98 - remainder(f'{country}00{rest}'):02d}{rest}"


def spread(number: str, size: int, gap: str) -> str:
    return gap.join(number[at : at + size] for at in range(0, len(number), size))


@pytest.mark.parametrize("gap", GAPS)
@settings(max_examples=30)
@given(number=numbers(), label=st.sampled_from(LABELS), size=st.integers(1, 4), is_small=st.booleans())
def test_any_layout_of_a_right_number(number: str, label: str, gap: str, size: int, is_small: bool) -> None:
    written = spread(number.lower() if is_small else number, size, gap)
    assert number in bank_accounts(f"Graag betalen. {label}{written}. Dank u")


@given(numbers(), st.sampled_from(GAPS[:6]), st.sampled_from(LABELS), st.integers(1, 96))
def test_one_with_wrong_check_digits_in_groups_of_four(number: str, gap: str, label: str, off: int) -> None:
    wrong = number[:2] + f"{(int(number[2:4]) + off) % 100:02d}" + number[4:]
    assert wrong in bank_accounts(f"Graag betalen. {label}{spread(wrong, 4, gap)}. Dank u")


@given(numbers(), st.sampled_from(("O", "o", "\u041e", "\u03bf")), st.sampled_from((4, 40)))
def test_o_for_zero(number: str, letter: str, size: int) -> None:
    assume(sum(sign in "123456789" for sign in number) > 6)
    written = spread(number[:2] + number[2:].replace("0", letter), size, " ")
    found = bank_accounts(f"Betaal op {written} a.u.b.")
    assert number in [account[:2] + account[2:].replace("O", "0") for account in found]  # O may be right by chance


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("refNL91ABNA0417164301", ["NL91ABNA0417164301"]),
        ("refDE89370400440532013001", ["DE89370400440532013001"]),
        ("NL91ABNA\n0417164301", ["NL91ABNA0417164301"]),
        ("NL91 / ABNA / 0417 / 1643 / 01", ["NL91ABNA0417164301"]),
        ("NL9lABNAO4l7l643OO", ["NL91ABNA0417164300"]),
        ("NL91 1234 0417 1643 00", ["NL9112340417164300"]),
        ("NL91 ..... ABNA ..... 0417 ..... 1643 .... 00", ["NL91ABNA0417164300"]),
        ("rekening0417164300", ["0417164300"]),
        ("account12345678", ["12345678"]),
        ("Wilt u het overmaken naar 0417164300", ["0417164300"]),
        ("Betaal 0417164300 t.n.v. Jan", ["0417164300"]),
        ("rekening O4171643OO", ["0417164300"]),
        ("\U0001f1f3\U0001f1f191ABNA0417164300", ["NL91ABNA0417164300"]),
        ("NL91ABNA0417164300 en DE89370400440532013000", ["NL91ABNA0417164300", "DE89370400440532013000"]),
    ],
)
def test_written_oddly(text: str, found: list[str]) -> None:
    assert bank_accounts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "btw NL858123456B01 fact 2024",
        "BTW BE0123456789 0477123456",
        "BE0123.456.789 12-11-2026",
        "betreft de 2024000003 2024000004",
        "betreft de 2024000003, 2024000004, 2024000005",
        "Factuurnr2024000003 op onze rekening",
        "Wilt u het bedrag overmaken onder vermelding van 2024000003?",
        "PO 12 2024 0000 03 en NL 20 dagen",
        "is it 20 or 30 days? In 2026 it was 1234567890 then",
    ],
)
def test_what_is_no_account(text: str) -> None:
    assert bank_accounts(text) == []


@settings(max_examples=300)
@given(
    word=st.sampled_from(("vervallen op", "due on", "am", "le", "per", "VERVALDATUM OP")),
    day=st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2029, 12, 31)),
    currency=st.sampled_from(("EUR", "CHF", "USD", "CAD", "GBP")),
    cents=st.integers(100, 99_999_999),
    number=st.integers(2_020_000_001, 2_029_999_999),
)
def test_no_line_of_an_ordinary_letter_is_one(word: str, day: dt.date, currency: str, cents: int, number: int) -> None:
    line = f"- {number}, {word} {day}: {currency} {cents // 100}.{cents % 100:02d}\n"
    following = line.replace(str(number), str(number + 1))
    assert bank_accounts(f"Graag betaling van:\n{line}{following}Dank u.") == []


def test_the_line_that_was_one_by_chance() -> None:
    text = "- 2026000487, vervallen op 2026-10-10: CHF 173.09\n- 2026000488, vervallen op 2026-10-11: EUR 12.00\n"
    assert bank_accounts(text) == []


def test_one_of_a_country_the_registry_does_not_have_is_found_where_it_stands_alone() -> None:
    rest = "000123456789"
    number = f"QQ{98 - remainder(f'QQ00{rest}'):02d}{rest}"
    for written in (number, spread(number, 4, " "), f"rekening {number}"):
        assert number in bank_accounts(f"Graag op {written}.\n") or number in bank_accounts(written)
