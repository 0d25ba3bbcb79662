"""`upsert_debtors`: debtors into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field, WithJsonSchema

from payt_mcp.tools.shared import AdministrationId, Ctx, Text, ToolSpec
from payt_mcp.tools.writing import ApprovalOutcome, WriteResult, answer_action, put_action, question

_REQUIRED = ("debtor_identifier", "debtor_number", "name")
_TEXTS = (
    *_REQUIRED, "country_code", "language_code", "remark", "relation_manager", "category", "coc_number", "vat_number",
    "oin_number", "peppol_identifier", "bank_account_name", "bank_account_number",
)  # fmt: skip
_TEXT: dict[str, Any] = {"type": "string"}
_ROW = {
    "type": "object",
    "properties": dict.fromkeys(_TEXTS, _TEXT)
    | {
        "contact_identifier": {"type": "string", "description": "It gets the addresses of this contact."},
        "labels": {"type": "array", "items": _TEXT, "description": "Replaces all."},
        "peppol_enabled": {"type": "boolean"},
        "is_company": {"type": "boolean"},
    },
    "required": list(_REQUIRED),
}
_ABOUT = 'Only what changes; "" clears a text.'
Rows = Annotated[Any, WithJsonSchema({"type": "array", "items": _ROW, "maxItems": 500}), Field(description=_ABOUT)]


async def proposed(ctx: Ctx, debtors: Any, administration_id: str) -> Any:
    return await put_action(ctx, "debtors", {"debtors": debtors}, administration_id)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def upsert_debtors(
    ctx: Ctx,
    debtors: Rows,
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Text = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    upsert_debtors,
    "Upsert debtors",
    "Propose to create or change debtors, by identifier, else number. Addresses are changed in upsert_contacts.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
