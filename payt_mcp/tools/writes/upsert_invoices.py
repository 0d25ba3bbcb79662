"""`upsert_invoices`: invoices into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from payt_mcp.tools.schemas import TEXT, list_of, one_of, record, text
from payt_mcp.tools.writing.factory import CodeAsGiven, write_tool

_ABOUT = (
    "Payt's own write names; amounts as decimal strings. WITHOUT sent_at PAYT E-MAILS THE INVOICE TO THE DEBTOR. One "
    "that is there takes what changes alone; a new one needs a debtor, currency_code, both dates and all four amounts. "
    "A list replaces the whole list; clear names what to empty."
)
_FILE = record({"filename": text("In the user's folder."), "checksum": TEXT, "destroy": {"type": "boolean"}})
_PAYMENT = record(
    dict.fromkeys(("amount", "origin_identifier", "payment_date", "book_amount", "description", "payment_method"), TEXT)
    | {
        "reversal_code": TEXT,
        "cost_type": one_of("principal", "administration_costs", "interest_costs", "debt_collection_costs"),
        "transaction_type": one_of("credit", "payment", "reversal", "revaluation", "settlement", "write_off"),
    },
    ["amount", "origin_identifier"],
)
_LINE = record(
    dict.fromkeys(
        (
            "description", "vat_rate_code", "total_excl_tax_amount", "total_incl_tax_amount", "product_price",
            "product_unit", "product_quantity", "vat_percentage", "vat_amount", "line_order",
        ),
        TEXT,
    ),
    ["description", "vat_rate_code"],
)  # fmt: skip
_TEXTS = (
    "invoice_number", "debtor_number", "debtor_identifier", "currency_code", "invoice_date", "due_date", "amount_total",
    "amount_open", "book_amount_total", "book_amount_open", "sent_at", "invoice_identifier", "order_number",
    "peppol_identifier", "description", "category", "contact_identifier", "payment_condition", "payment_term",
)  # fmt: skip
_ROW = record(
    dict.fromkeys(_TEXTS, TEXT)
    | {
        "payment_method": one_of("bank_transfer", "direct_debit", "cash", "none", "unknown"),
        "labels": list_of(TEXT),
        "document": _FILE,
        "ubl_document": _FILE,
        "payments": list_of(_PAYMENT),
        "invoice_lines": list_of(_LINE),
        "clear": list_of(TEXT),
    },
    ["invoice_number"],
)
Invoices = Annotated[Any, WithJsonSchema(list_of(_ROW, maxItems=500)), Field(description=_ABOUT)]


def upsert_invoices(invoices: Invoices) -> dict[str, Any]:
    return {"invoices": invoices}


TOOL = write_tool(
    upsert_invoices,
    kind="invoices",
    title="Upsert invoices",
    description="Propose to create or change up to 500 invoices. Answers with a plan; nothing is written "
    "before a person said yes.",
    toolset="upserts",
    place=1,
    needs=("administrations:read", "invoices:read", "debtors:read", "invoices:write"),
    may_need=("contacts:read", "payments:read", "vat_rates:read", "files:write"),
    code=CodeAsGiven,
)
