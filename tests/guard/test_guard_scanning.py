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
    assert [f"{currency} {value}" for _, value, currency in scanning.amounts(text)] == values


def test_links_and_named_invoices() -> None:
    assert scanning.links("zie https://a.example/x?y en www.b.example.") == ["a.example", "www.b.example"]
    assert scanning.named_invoices("Factuurnummer: 2026-0017 en invoice no. A/12345") == ["2026-0017", "A/12345"]
