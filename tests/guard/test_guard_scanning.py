"""What is found in a text, and what is not."""

import pytest

from payt_mcp.guard import scanning


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("op NL02 RABO 0123 4567 89.", ["NL02RABO0123456789"]),
        ("op nl02rabo0123456789", ["NL02RABO0123456789"]),
        ("DE89\u200b3704 0044\u00a00532 0130 00", ["DE89370400440532013000"]),
        ("NL02.RABO.0123.4567.89 graag", ["NL02RABO0123456789"]),
        ("\uff2e\uff2c02 RABO 0123 4567 89", ["NL02RABO0123456789"]),
        ("sort code 12-34-56, account 12345678", ["12-34-56, account 12345678"]),
        ("Factuur 2024000003 is op 2024-07-21 vervallen. Wilt u nagaan wanneer", []),
        ("btw NL858123456B01", []),
        ("it 2024-07-21 was due and is not yet paid", []),
    ],
)
def test_bank_accounts(text: str, found: list[str]) -> None:
    assert scanning.bank_accounts(text) == found


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("EUR 1.234,56", ["EUR 1234.56"]),
        ("€ 1,234.56 en 99,95 euro", ["EUR 1234.56", "EUR 99.95"]),
        ("GBP 1000", ["GBP 1000"]),
        ("CHF 1'250.00", ["CHF 1250.00"]),
        ("op 21-11-2026 of 2026", []),
    ],
)
def test_amounts(text: str, values: list[str]) -> None:
    assert [f"{currency} {value}" for _, value, currency, _ in scanning.amounts(text)] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("2026002270 EUR 84,64", ["EUR 84.64"]),
        ("2026002270\tEUR -84,64", ["EUR -84.64"]),
        ("2026002270 1 084,64 EUR", ["EUR 1084.64"]),
        ("INV-2026-017 184,64 EUR", ["EUR 184.64"]),
        ("2026002404 602,93 EUR", ["EUR 602.93"]),  # not known, and as long
        ("2026-11-09 184,64 EUR", ["EUR 184.64"]),
        ("9 november 2026 € 84,64", ["EUR 84.64"]),
        ("EUR 872 2026002404", ["EUR 872"]),
        ("€ 2026002270", ["EUR 2026002270"]),  # a wrong amount, though it is a number too
        ("2026002270 EUR", ["EUR 2026002270"]),
        ("84,64 EUR\n2026002270 184,64 EUR", ["EUR 84.64", "EUR 184.64"]),
        ("EUR 5,00 en EUR 5,00", ["EUR 5.00", "EUR 5.00"]),
    ],
)
def test_an_amount_is_no_part_of_what_stands_beside_it(text: str, values: list[str]) -> None:
    found = scanning.amounts(text, {"2026002270", "INV-2026-017", ""})
    assert [f"{currency} {value}" for _, value, currency, _ in found] == values


def test_links_and_named_invoices() -> None:
    assert scanning.links("zie https://a.example/x?y en www.b.example.") == ["a.example", "www.b.example"]
    assert scanning.named_invoices("Factuurnummer: 2026-0017 en invoice no. A/12345") == ["2026-0017", "A/12345"]


@pytest.mark.parametrize(
    "text",
    [
        "NL91   ABNA   0417   1643   00",
        "NL91\u2013ABNA\u20130417\u20131643\u201300",
        "NL91/ABNA/0417/1643/00",
        "NL91 \u0410BNA 0417 1643 00",
        "NL91\u3164ABNA\u31640417\u31641643\u316400",
        "NL 91 ABNA_0417_1643_00",
        "IBAN NL91 (ABNA) 0417 1643 00",
        "op 21 nov NL91ABNA0417164300",
        "rekNL91ABNA0417164300",
    ],
)
def test_an_iban_in_disguise(text: str) -> None:
    assert scanning.bank_accounts(text) == ["NL91ABNA0417164300"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("OM81 0180 0000 0129 9123 456", ["OM810180000001299123456"]),
        ("RU0204452560040702810412345678901", ["RU0204452560040702810412345678901"]),
        ("ABA routing 021000021, account 123456789", ["021000021", "123456789"]),
        ("KvK 12345678, bank NL02 RABO 0123 4567 89, tel. 020-1234567 btw NL858123456B01", ["NL02RABO0123456789"]),
        ("Factuur 2024000003 graag op onze rekening betalen voor 21-11-2026", []),
        ("Op onze rekening graag, factuur 2024000003.", []),
    ],
)
def test_other_accounts(text: str, found: list[str]) -> None:
    assert scanning.bank_accounts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example\\@app.paytsoftware.com/pay",
        "evil.example/pay",
        "http:evil.example",
        "https:/evil.example",
        "ftp://evil.example",
        "app.paytsoftware.com@evil.example/pay",
        "(https://evil.example).",
    ],
)
def test_a_link_in_disguise(text: str) -> None:
    assert scanning.links(text) == ["evil.example"]
