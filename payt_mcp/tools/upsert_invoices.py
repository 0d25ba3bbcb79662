"""`upsert_invoices`: invoices into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BeforeValidator, Field, WithJsonSchema

from payt_mcp.tools.shared import AdministrationId, Ctx, Text, ToolSpec, scope_of
from payt_mcp.tools.writing import (
    Asked,
    Proposed,
    WriteResult,
    answered,
    decide,
    desk_of,
    nothing_to_do,
    put_on_record,
    question,
)

_ITEM = (
    "Payt's own write names. Required: currency_code, invoice_number, invoice_date, due_date, amount_total, "
    "amount_open, book_amount_total, book_amount_open (decimal strings). A new one: debtor_number or "
    "debtor_identifier. WITHOUT sent_at (UTC) PAYT E-MAILS IT TO THE DEBTOR. Also: invoice_identifier, order_number, "
    "description, category, contact_identifier, payment_condition, payment_term, peppol_identifier, payment_method "
    "(bank_transfer|direct_debit|cash|none|unknown), document/ubl_document {filename in the user's folder | checksum | "
    "destroy}. These replace the whole list: labels[], payments[{amount, origin_identifier, payment_date, cost_type, "
    "transaction_type (credit|payment|reversal|revaluation|settlement|write_off), book_amount, description, "
    "payment_method, reversal_code}], invoice_lines[{description, vat_rate_code, total_excl_tax_amount, "
    "total_incl_tax_amount, product_price, product_unit, product_quantity, vat_percentage, vat_amount, line_order}]."
)
Invoices = Annotated[
    Any,
    BeforeValidator(lambda given: given),
    WithJsonSchema({"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 500}),
    Field(description=_ITEM),
]


async def planned(ctx: Ctx, invoices: Any, administration_id: str) -> Any:
    """The proposal of a call, on record once however often the call is resumed; None where nothing would change."""
    from payt_mcp.guard.invoice_rows import parse_invoices  # noqa: PLC0415 - with the ledger, not at the start

    rows = parse_invoices(invoices)
    desk = await desk_of(ctx)
    draft = await desk.invoices.draft(await scope_of(ctx, administration_id), rows)
    if draft.preview["counts"].keys() <= {"unchanged", "refused"} and not draft.preview["mails"]:
        return nothing_to_do(draft.preview)
    return await put_on_record(ctx, desk, draft)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(planned)]) -> Any:
    return await question(ctx, proposal)


async def upsert_invoices(
    ctx: Ctx,
    invoices: Invoices,
    proposal: Annotated[Any, Resolve(planned)],
    answer: Annotated[Asked, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Annotated[Text, Field(description="Only as given by this tool before.")] = "",
) -> Annotated[CallToolResult, WriteResult]:
    if not isinstance(proposal, Proposed):
        assert isinstance(proposal, CallToolResult)
        return proposal
    return await decide(ctx, proposal, answered(answer), confirmation_code)


TOOL = ToolSpec(
    upsert_invoices,
    "Upsert invoices",
    "Propose to create or change up to 500 invoices in Payt. Answers with a plan; nothing is written before a person "
    "has seen it and said yes.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
