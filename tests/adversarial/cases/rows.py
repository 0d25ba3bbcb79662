"""Records of the cast as the upserts take them, with changes."""

from __future__ import annotations

from typing import Any

from tests.adversarial.cast import DEBTORS, INVOICES

_INVOICES = {one.number: one for one in INVOICES}
_DEBTORS = {one.number: one for one in DEBTORS}


def invoice_row(number: str, **changes: Any) -> dict[str, Any]:
    """An invoice of the cast just as Payt has it."""
    one = _INVOICES[number]
    return {
        "invoice_number": number, "debtor_number": one.debtor, "currency_code": one.currency,
        "invoice_date": f"§dated {number} iso§", "due_date": f"§due {number} iso§", "amount_total": one.total,
        "amount_open": one.left, "book_amount_total": one.total, "book_amount_open": one.left,
    } | changes  # fmt: skip


def open_at(number: str, amount: str) -> dict[str, Any]:
    return invoice_row(number, amount_open=amount, book_amount_open=amount)


def new_invoice(number: str, debtor: str, amount: str, **changes: Any) -> dict[str, Any]:
    """An invoice Payt does not have; with `sent_at`, unless a change takes it away, so that nothing is mailed."""
    row = {
        "invoice_number": number, "debtor_number": debtor, "currency_code": "EUR", "invoice_date": "§today-1 iso§",
        "due_date": "§today+29 iso§", "amount_total": amount, "amount_open": amount, "book_amount_total": amount,
        "book_amount_open": amount, "sent_at": "§today-1 iso§T08:00:00Z",
    } | changes  # fmt: skip
    return {name: value for name, value in row.items() if value is not None}


def debtor_row(number: str, **changes: Any) -> dict[str, Any]:
    one = _DEBTORS[number]
    return {"debtor_identifier": f"deb-{number}", "debtor_number": number, "name": one.name} | changes


def contact_row(number: str, **changes: Any) -> dict[str, Any]:
    """The contact of a debtor of the cast."""
    return {"contact_identifier": f"con-{number}"} | changes
