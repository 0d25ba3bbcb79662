"""Payt's names of fields as a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

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


_CONCEPTS: Mapping[str, str] = {
    **dict.fromkeys(("paid", "pay", "payed", "settled", "received"), "payment"),
    **dict.fromkeys(("at", "on", "day", "moment", "time", "when"), "date"),
    **dict.fromkeys(("outstanding", "remaining", "unpaid", "balance", "left"), "open"),
    **dict.fromkeys(("gross", "sum", "value"), "total"),
    **dict.fromkeys(("nr", "no", "num", "code"), "number"),
    **dict.fromkeys(("customer", "client", "company", "account", "name"), "debtor"),
    **dict.fromkeys(("bill",), "invoice"),
    **dict.fromkeys(("tag", "tags", "label"), "labels"),
    **dict.fromkeys(("line", "items", "rows", "articles"), "lines"),
    **dict.fromkeys(("last", "recent"), "latest"),
    **dict.fromkeys(("first",), "1"),
    **dict.fromkeys(("reminded", "dunned", "dunning", "reminders"), "reminder"),
    **dict.fromkeys(("created", "issued", "issue"), "invoice"),
    **dict.fromkeys(("mail", "mailed"), "email"),
    **dict.fromkeys(("pdf", "file", "document"), "document"),
    **dict.fromkeys(("link", "href"), "url"),
    **dict.fromkeys(("po", "reference", "ref"), "purchase order"),
    **dict.fromkeys(("late", "age"), "days overdue"),
    **dict.fromkeys(("status", "state", "stage", "step"), "phase"),
    **dict.fromkeys(("mobile", "telephone", "tel"), "phone"),
}
"""What people call the parts of a field's name, and what we or Payt call them."""


def nearest(name: str, known: Sequence[str], most: int = 3) -> list[str]:
    """The fields that a name nobody has may mean, nearest first: by the meaning of its words, then by its letters."""
    asked = _concepts(name)
    concepts = {field: _concepts(field) for field in known}
    near = {field: 2 * len(asked & theirs) / (len(asked) + len(theirs)) for field, theirs in concepts.items()}
    meant = sorted((field for field in near if near[field] >= 0.5), key=lambda field: -near[field])
    spelt = get_close_matches(name, known, n=most, cutoff=0.6)
    return list(dict.fromkeys([*meant[:most], *spelt]))[:most]


def _concepts(name: str) -> frozenset[str]:
    words = name.casefold().replace("-", "_").replace(" ", "_").split("_")
    return frozenset(" ".join(_CONCEPTS.get(word, word) for word in words).split())


def listed(names: Sequence[str]) -> str:
    """`payments`, `payments and PDF`, `payments, PDF and labels`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def field_words(name: str) -> str:
    """`due date` for `due_date`, `line 2` for `invoice_lines[1]` as people count."""
    field, _, place = name.partition("[")
    said = _WORDS.get(field, field.replace("_", " "))
    return f"{said.removesuffix('s')} {place.rstrip(']')}" if place else said
