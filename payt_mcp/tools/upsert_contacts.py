"""`upsert_contacts`: contacts into Payt, once a person has seen the plan and said yes."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field, WithJsonSchema

from payt_mcp.tools.shared import AdministrationId, Ctx, Text, ToolSpec
from payt_mcp.tools.writing import ApprovalOutcome, WriteResult, answer_action, put_action, question

_TEXTS = (
    "contact_identifier", "id", "firstname", "middlename", "infix", "lastname", "prefix", "birth_date",
    "call_phone_number", "sms_phone_number", "default_email_address", "invoice_email_address",
    "invoice_cc_email_address", "invoice_bcc_email_address", "reminder_email_address", "reminder_cc_email_address",
    "reminder_bcc_email_address", "postal_address_street_1", "postal_address_street_2", "postal_address_postal_code",
    "postal_address_city", "postal_address_region", "postal_address_country_code",
)  # fmt: skip
_TEXT: dict[str, Any] = {"type": "string"}
_ROW = {
    "type": "object",
    "properties": dict.fromkeys(_TEXTS, _TEXT) | {"gender": _TEXT | {"enum": ["female", "male", "male_female"]}},
}
_ABOUT = 'By contact_identifier or id. Only what changes; "" clears a text.'
Rows = Annotated[Any, WithJsonSchema({"type": "array", "items": _ROW, "maxItems": 500}), Field(description=_ABOUT)]


async def proposed(ctx: Ctx, contacts: Any, administration_id: str) -> Any:
    return await put_action(ctx, "contacts", {"contacts": contacts}, administration_id)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def upsert_contacts(
    ctx: Ctx,
    contacts: Rows,
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Text = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    upsert_contacts,
    "Upsert contacts",
    "Propose to create or change contacts. The debtors of a contact take over its addresses.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
