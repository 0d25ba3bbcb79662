"""Days, names and disguises are found however they are written; an ordinary text holds none."""

from __future__ import annotations

import datetime as dt

import pytest

from payt_mcp.scanning.dates import days_in
from payt_mcp.scanning.disguises import markup_in, mixed_words
from payt_mcp.scanning.figures import figures_in
from payt_mcp.scanning.names import Names, beginnings
from payt_mcp.scanning.wallets import wallets_in

TODAY = dt.date(2026, 11, 28)
OCTOBER = dt.date(2026, 10, 31)


@pytest.mark.parametrize(
    "text",
    [
        "31 oktober", "31.10.", "10/31/2026", "2026-10-31", "31-10-26", "am 31. Oktober 2026", "October 31st, 2026",
        "the 31st of October", "31 OKTOBER 2026", "31 okt. 2026",
    ],
)  # fmt: skip
def test_a_day_in_figures_and_in_words(text: str) -> None:
    assert [day.dates(TODAY) for day in days_in(f"voor {text} vervallen")] == [[OCTOBER]]


@pytest.mark.parametrize("text", ["9.00 en 17.30 uur", "1.210,00", "12.12.12.12", "31.10.5", "2026"])
def test_what_is_no_day(text: str) -> None:
    assert days_in(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ook Bos Retail B.V. en bos retail bv lopen achter", ["Bos Retail", "bos retail"]),
        ("Vos B.V. wel, Vos niet", ["Vos"]),
        ("Peter de Bank; de bank; De Bank van ons", []),
        ("Smit Groenvoorziening", ["Smit Groenvoorziening"]),
        ("Stichting Oog Voor Groen", ["Oog Voor Groen"]),
        ("Oog Voor Groen", ["Oog Voor Groen"]),
    ],
)
def test_names(text: str, found: list[str]) -> None:
    all_names = [
        "bos retail bv", "vos bv", "de bank", "smit groenvoorziening", "smit", "stichting oog voor groen", "kees smit",
    ]  # fmt: skip
    near = [words for words in all_names if words.partition(" ")[0] in beginnings(text)]
    assert "kees smit" not in near
    for some in (all_names, near):
        names = Names((words, words) for words in some)
        assert [one.written for one in names.find(text)] == found


def test_a_word_of_one_script_is_no_disguise() -> None:
    plain = "Müller & Söhne, Lefèvre, 5 µm, 3 m², n° 12, 1ª, Ελλάδα, Москва 2026, 請求書INV123, naïef, 10 €"
    assert mixed_words(plain) == []
    mixed = ["NL\u13a1ABO0123", "p\u03bfrtal", "\uff2e\uff2c44", "0\u03351"]
    assert mixed_words(" ".join(mixed)) == mixed


def test_markup_is_no_comparison_no_address_and_no_placeholder() -> None:
    assert markup_in("5 < 6 > 3, <jan@x.example>, <https://x.example/a>, <<naam>>, R&amp;D, AT&T; a <b") == []
    tags = ["<!-- y -->", "<br/>", "&#8203;", "&#x200b;", "&zwnj;"]
    assert markup_in(f"x{'z'.join(tags)}") == tags


def test_each_sign_is_read_once() -> None:
    text = "2026001 van 31.10.2026: € 1.210,00, tel. 050-1234567, NL91 ABNA 0417 1643 00, zie https://a.example/2026002"
    found = figures_in(text, {"2026001"})
    assert [one.written for one in found.own] == ["2026001"]
    assert [str(one.value) for one in found.amounts] == ["1210.00"]
    assert [one.written for one in found.phones] == ["050-1234567"]
    assert (len(found.days), found.others) == (1, ())


def test_an_invoice_number_is_no_wallet() -> None:
    assert wallets_in("INV2026000123456789012345678901 en 12345678901234567890123456") == []
    assert wallets_in("paypal.me/jan, 0x52908400098527886E0F7030069857D2E4169EE7")
