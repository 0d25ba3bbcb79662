"""What is found in a text, and what is not."""

import pytest

from payt_mcp.scanning.accounts import bank_accounts
from payt_mcp.scanning.amounts import amounts_in
from payt_mcp.scanning.links import hosts_in
from payt_mcp.scanning.numbers import named_invoices, numbers_among


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
    assert bank_accounts(text) == found


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
    assert [f"{currency} {value}" for _, value, currency, _ in amounts_in(text)] == values


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
        ("2026002270,INV-2026-017 184,64 EUR", ["EUR 184.64"]),
        # the sign on the line above
        ("Wilt u EUR\n2001 betalen?", ["EUR 2001"]),
        ("een bedrag van \u20ac\n1950 voor factuur 2026002270", ["EUR 1950"]),
        ("Betaal EUR\n2026002270", ["EUR 2026002270"]),
        ("Betaal EUR\n2026002270 en EUR 5,00", ["EUR 2026002270", "EUR 5.00"]),
        ("Factuur Bedrag EUR\n2026002270 09-11-2026 84,64 EUR", ["EUR 2026002270", "EUR 84.64"]),  # in doubt both
        ("Factuur Bedrag EUR\n2026002270 84,64", []),
        ("84 EUR\n2026002270", ["EUR 84"]),
        # a year, or an amount before another figure
        ("Pay 2001 EUR 5 days from now", ["EUR 2001", "EUR 5"]),
        ("2050\u20ac 3x", ["EUR 2050", "EUR 3"]),
        ("Betaal 2001 euro 14 dagen na heden", ["EUR 2001", "EUR 14"]),
        ("EUR 2001 EUR 5", ["EUR 2001", "EUR 5"]),
        ("f\u00e4llig 09.11.2026 EUR 84,64", ["EUR 84.64"]),
        ("boekjaar 2026 EUR 84,64", ["EUR 84.64"]),
        ("9 november 2026 EUR 84", ["EUR 84"]),
        ("November 9, 2026 EUR 84", ["EUR 84"]),
        ("9. M\u00e4rz 2026 84 EUR", ["EUR 84"]),
        ("le 9 ao\u00fbt 2026 \u20ac 84", ["EUR 84"]),
    ],
)
def test_an_amount_is_no_part_of_what_stands_beside_it(text: str, values: list[str]) -> None:
    found = amounts_in(text, {"2026002270", "INV-2026-017", ""})
    assert [f"{currency} {value}" for _, value, currency, _ in found] == values


def test_links_and_named_invoices() -> None:
    assert hosts_in("zie https://a.example/x?y en www.b.example.") == ["a.example", "www.b.example"]
    assert named_invoices("Factuurnummer: 2026-0017 en invoice no. A/12345") == ["2026-0017", "A/12345"]


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
    assert bank_accounts(text) == ["NL91ABNA0417164300"]


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
    assert bank_accounts(text) == found


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
    assert hosts_in(text) == ["evil.example"]


KNOWN = {
    "2026000101", "2026000103", "2026000104", "2026000105", "A/2026000104", "2026000101/2", "1001,1002", "1002", "4711",
    "F-4711", "2026", "INV.4711",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026000101 t/m 2026000105", ["2026000101", "2026000105"]),
        ("2026000101 bis 2026000105", ["2026000101", "2026000105"]),
        ("2026000101 to 2026000105", ["2026000101", "2026000105"]),
        ("de 2026000101 \u00e0 2026000105", ["2026000101", "2026000105"]),
        ("2026000103/2026000104", ["2026000103", "2026000104"]),
        ("2026000101,2026000103,2026000999.", ["2026000101", "2026000103"]),
        ("factuurnr.2026000103", ["2026000103"]),
        ("Nr.2026000103/2026000104,", ["2026000103", "2026000104"]),
        ("2026000103/A/2026000104", ["A/2026000104"]),
        ("2026000101/2", ["2026000101/2"]),
        ("1001,1002", ["1001,1002"]),
        ("1002,1001", ["1002"]),
        ("F-4711", ["F-4711"]),
        ("INV.4711 en nr.4711", ["INV.4711", "4711"]),
        # parts of what is another number, or an amount
        ("X-4711", []),
        ("X.4711", []),
        ("4711/12", []),
        ("2025/4711", []),
        ("A/4711", []),
        ("EUR 4711,50", []),
        ("EUR 4711,-", []),
        ("2026,4711", ["4711"]),
        ("https://a.example/4711,4711", []),
    ],
)
def test_known_invoice_numbers(text: str, found: list[str]) -> None:
    places = numbers_among(text, KNOWN)
    assert sorted(places, key=lambda number: places[number][0]) == found
    assert all(text.startswith(number, at) for number, at in ((n, at) for n, all_ in places.items() for at in all_))


def test_many_parts_take_no_time() -> None:
    assert numbers_among("1," * 100_000, KNOWN) == {}
