"""The lines of an invoice on its way in."""

from typing import Any

from payt_sandbox.world.book import Book
from payt_sandbox.world.values import money, parse_amount, share
from payt_sandbox.writes.drafts import Draft


def invoice_lines(book: Book, draft: Draft) -> tuple[dict[str, Any], ...]:
    """The lines as they are stored; an unknown VAT rate or a missing amount is an error of the record."""
    rates = book.tables["vat_rates"]
    lines = []
    for position, item in enumerate(draft.record["invoice_lines"], 1):
        known = rates.indexes["code"].get(str(item["vat_rate_code"]))
        if not known:
            draft.errors.append("Vat rate code is unknown")
            continue
        try:
            lines.append(_line(item, position, rates.rows[known[0]]["rate"]))
        except (TypeError, ValueError):
            draft.errors.append("Invoice lines have an amount that is missing or not a number")
    return tuple(lines)


def _line(item: dict[str, Any], position: int, rate: int) -> dict[str, Any]:
    """A line with its missing amounts worked out; `rate` is in hundredths of a percent."""
    without, including = item.get("total_excl_tax_amount"), item.get("total_incl_tax_amount")
    if without is None and including is None:
        raise ValueError("an invoice line needs an amount")
    excl = parse_amount(without) if without is not None else share(parse_amount(including), 10000, 10000 + rate)
    incl = parse_amount(including) if including is not None else excl + share(excl, rate, 10000)
    return {
        "description": str(item["description"]),
        "product_unit": str(item.get("product_unit", "piece")),
        "vat_percentage": f"{rate // 100}.{rate % 100 // 10}",
        "vat_rate_code": str(item["vat_rate_code"]),
        "product_quantity": str(item.get("product_quantity", "1.0")),
        "line_order": int(item.get("line_order", position)),
        "product_price": str(item.get("product_price", money(excl))),
        "total_excl_tax_amount": money(excl),
        "total_incl_tax_amount": money(incl),
        "vat_amount": money(incl - excl),
    }
