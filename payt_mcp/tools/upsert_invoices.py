"""`upsert_invoices`: invoices into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field, WithJsonSchema

from payt_mcp.tools.shared import AdministrationId, Ctx, Text, ToolSpec, scope_of
from payt_mcp.tools.writing import (
    ApprovalOutcome,
    WriteResult,
    answer_action,
    nothing_to_do,
    outbox_of,
    put_on_record,
    question,
)

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


async def planned(ctx: Ctx, invoices: Any, administration_id: str) -> Any:
    """The proposal of a call, on record once however often the call is resumed; None where nothing would change."""
    from payt_mcp.writes.invoices.fields import parse_invoices  # noqa: PLC0415 - with the ledger, not at the start

    rows = parse_invoices(invoices)
    outbox = await outbox_of(ctx)
    draft = await outbox.invoices.draft(await scope_of(ctx, administration_id), rows)
    if draft.preview["counts"].keys() <= {"unchanged", "refused"} and not draft.preview["mails"]:
        return nothing_to_do(draft.preview)
    return await put_on_record(ctx, outbox, draft)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(planned)]) -> Any:
    return await question(ctx, proposal)


async def upsert_invoices(
    ctx: Ctx,
    invoices: Invoices,
    proposal: Annotated[Any, Resolve(planned)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Annotated[Text, Field(description="Only as given by this tool before.")] = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    upsert_invoices,
    "Upsert invoices",
    "Propose to create or change up to 500 invoices in Payt. Answers with a plan; nothing is written before a person "
    "has seen it and said yes.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
