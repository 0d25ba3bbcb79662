"""Payt's names of fields as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_WORDS: Mapping[str, str] = {
    "amount_open": "open amount",
    "amount_total": "total",
    "book_amount": "amount in the books",
    "book_amount_open": "open amount in the books",
    "book_amount_total": "total in the books",
    "currency_code": "currency",
    "document": "PDF",
    "invoice_lines": "lines",
    "origin_identifier": "reference",
    "peppol_identifier": "Peppol address",
    "sent_at": "sent at",
    "total_excl_tax_amount": "amount without VAT",
    "total_incl_tax_amount": "amount with VAT",
    "ubl_document": "e-invoice (UBL)",
    "vat_amount": "VAT",
    "vat_percentage": "VAT percentage",
    "vat_rate_code": "VAT code",
}
"""Those that are more than their own words with lines between them."""


FILES = ("document", "ubl_document")
NOT_READ_BACK = ("payments", "contact_identifier", "payment_condition", "payment_term", *FILES)
"""Payt takes these and does not show them by invoice: whether they were taken cannot be seen afterwards."""


def listed(names: Sequence[str]) -> str:
    """`payments`, `payments and PDF`, `payments, PDF and labels`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def field_words(name: str) -> str:
    """`due date` for `due_date`, `line 2` for `invoice_lines[1]` as people count."""
    field, _, place = name.partition("[")
    said = _WORDS.get(field, field.replace("_", " "))
    return f"{said.removesuffix('s')} {place.rstrip(']')}" if place else said
