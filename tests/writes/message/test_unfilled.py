"""Signs of a template that nobody filled are seen; what right letters hold is not taken for one."""

from __future__ import annotations

import time
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.words import formats
from payt_mcp.words.languages import LANGUAGES, Language
from payt_mcp.writes.message.placeholders import KNOWN, Value, fill
from payt_mcp.writes.message.unfilled import unfilled

SIGNS = (
    "{{contact_name}}", "{{ total }}", "{total}}", "{{total}", "{%endif%}", "${amount}", "#{name}", "<<FirstName>>",
    "«Klant_naam»", "*|FNAME|*", "[[naam]]", "[naam]", "[Your Name]", "[Ihr Name]", "[votre nom]", "[bedrag 1]",
    "[Naam van de klant]", "[IBAN]", "<naam>", "<Datum invullen>", "%NAME%", "%naam%", "##NAAM##", "$naam$", "@@name@@",
    "XXX", "x.xxx,xx", "EUR X", "XX-XX-XXXX", "DD-MM-JJJJ", "TT.MM.JJJJ", "dd/mm/yyyy", "undefined", "TBD", "TODO",
    "Lorem ipsum",
)  # fmt: skip
RIGHT = (
    "Factuur 2026001 [1] staat open (zie [2]).\n[1] sinds 1 oktober",
    "Ons kenmerk [SG-7781].",
    "« Merci de régler cette facture », écrivions-nous.",
    "Wij »bitten« um Zahlung. «Danke»",
    "10% korting, 21% btw en 50%-regeling; # 5 en #7",
    "Stuur uw antwoord aan Jan Bakker <jan@bakker.example> of <https://portal.example/x>.",
    "IBAN eindigend op **** 1234, artikel XII en XX, maat XXL en 4xx",
    "Eerste deel\n____________________\nTweede deel",
    "US$100.00 and $ 5, a < b > c, 3 x 2 = 6, max. 2 x",
    "Aanmaning\n[Bijlage] bij deze brief, aldus uw bericht [sic].",
    "Beste mevrouw De Vries,\nDear Sir or Madam,\nCher Monsieur,\nGeachte heer/mevrouw,",
    "Zie https://portal.example/a_b__c?x=%7Bid%7D&y=%20 voor meer.",
)


def test_what_nobody_filled_is_seen() -> None:
    for sign in SIGNS:
        assert unfilled("Open", f"Beste klant, {sign} staat open.", [], ()) == [sign], sign
        assert unfilled(f"Betreft {sign}", "Zie boven.", [], ()) == [sign], sign
    assert unfilled("Open", "Dear ,\nHandtekening: ______ ", [], ()) == ["Dear ,", "______"]


def test_right_letters_hold_none() -> None:
    for body in RIGHT:
        assert unfilled("[Herinnering] Open facturen", body, [], ()) == [], body


def test_what_was_filled_in_and_what_somebody_is_called_is_left_alone() -> None:
    body, filled = fill("Beste {contact}, XXX Lutz {debtor}", lambda _: Value("[naam] XXX {total}", "x"), "body")
    moved = [one.moved(len("Open") + 1) for one in filled]
    assert unfilled("Open", body, moved, ["XXX Lutz"]) == []


def test_a_text_made_to_be_slow_is_not() -> None:
    """Twenty thousand signs of one kind: what took the square of them would take minutes."""
    known = [f"2026{number:06}" for number in range(2_000)]
    for sign in ("{", "{{", "x", "[", "___ ", "%a", "${", "<a "):
        began = time.process_time()
        unfilled("Open", (sign * 20_000)[:20_000], [], known)
        assert time.process_time() - began < 3


_WORDS = st.text("abc .,\n", max_size=8)


@given(st.lists(st.tuples(_WORDS, st.sampled_from(sorted(KNOWN))), max_size=8), _WORDS, st.text("{}.[x]", max_size=5))
def test_any_template_is_filled_and_what_is_filled_is_where_it_is_said_to_be(
    parts: list[tuple[str, str]], end: str, value: str
) -> None:
    template = "".join(f"{words}{{{name}}}" for words, name in parts) + end
    text, filled = fill(template, lambda one: Value(value + one.name, "the books"), "body")
    assert [one.placeholder for one in filled] == [f"{{{name}}}" for _, name in parts]
    assert all(text[one.start : one.end] == one.text for one in filled)
    assert (text, filled) == fill(template, lambda one: Value(value + one.name, "the books"), "body")
    assert unfilled("", text, [one.moved(1) for one in filled], ()) == []


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.sampled_from(["EUR", "GBP", "USD", "JPY", "CHF", ""]),
    st.sampled_from(LANGUAGES),
)
def test_an_amount_reads_back_to_the_cent(value: Decimal, currency: str, language: Language) -> None:
    said = formats.amount(value, currency, language)
    digits = "".join(sign for sign in said if sign.isdigit() or sign == "-")
    assert Decimal(digits) == value * 100
    cents = said.replace("\u00a0", " ").rstrip(" €£ABCDEFGHIJKLMNOPQRSTUVWXYZ")[-3:]
    assert cents[0] == ("." if language == "en" else ",")
    assert currency in {"EUR", "GBP"} or currency in said
