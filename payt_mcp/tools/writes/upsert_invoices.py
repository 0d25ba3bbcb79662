"""`upsert_invoices`: invoices into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from payt_mcp.tools.writing.factory import CodeAsGiven, write_tool

_ABOUT = (
    "Payt's own write names; amounts as decimal strings. WITHOUT sent_at PAYT E-MAILS THE INVOICE TO THE DEBTOR. A new "
    "one needs a debtor. A list that is given replaces the whole list. A file is a filename in the user's folder or a "
    "known checksum."
)
_TEXT: dict[str, Any] = {"type": "string"}
_FILE = {"type": "object", "description": "filename | checksum | destroy: true"}


def _enum(*allowed: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(allowed)}


def _rows(fields: str) -> dict[str, Any]:
    """A list of objects whose fields are named in words: a schema of each would cost a model more than it tells."""
    return {"type": "array", "items": {"type": "object"}, "description": fields}


_REQUIRED = (
    "currency_code", "invoice_number", "invoice_date", "due_date", "amount_total", "amount_open", "book_amount_total",
    "book_amount_open",
)  # fmt: skip
_TEXTS = (
    "debtor_number", "debtor_identifier", "invoice_identifier", "order_number", "peppol_identifier", "description",
    "category", "contact_identifier", "payment_condition",
)  # fmt: skip
_OTHERS = {
    "sent_at": {"type": "string", "description": "UTC"},
    "payment_term": {"type": "integer"},
    "payment_method": _enum("bank_transfer", "direct_debit", "cash", "none", "unknown"),
    "labels": {"type": "array", "items": _TEXT},
    "document": _FILE,
    "ubl_document": _FILE,
    "payments": _rows(
        "amount, origin_identifier; payment_date, book_amount, description, payment_method, reversal_code, cost_type "
        "(principal|administration_costs|interest_costs|debt_collection_costs), transaction_type "
        "(credit|payment|reversal|revaluation|settlement|write_off)"
    ),
    "invoice_lines": _rows(
        "description, vat_rate_code, total_excl_tax_amount or total_incl_tax_amount; product_price, product_unit, "
        "product_quantity, vat_percentage, vat_amount, line_order"
    ),
}
_ROW = {
    "type": "object",
    "properties": dict.fromkeys((*_REQUIRED, *_TEXTS), _TEXT) | _OTHERS,
    "required": list(_REQUIRED),
}
Invoices = Annotated[
    Any,
    WithJsonSchema({"type": "array", "items": _ROW, "maxItems": 500}),
    Field(description=_ABOUT),
]


def upsert_invoices(invoices: Invoices) -> dict[str, Any]:
    return {"invoices": invoices}


TOOL = write_tool(
    upsert_invoices,
    kind="invoices",
    title="Upsert invoices",
    description="Propose to create or change up to 500 invoices. Answers with a plan; nothing is written "
    "before a person said yes.",
    toolset="core",
    place=2,
    needs=("administrations:read", "invoices:read", "debtors:read", "invoices:write"),
    may_need=("contacts:read", "payments:read", "vat_rates:read", "files:write"),
    code=CodeAsGiven,
)
