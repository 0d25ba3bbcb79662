"""`send_message`: a message to a debtor, once a person has said yes to exactly this one."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from payt_mcp.tools.shared import AdministrationId, Ctx, Key, Keys, Text, ToolSpec, scope_of
from payt_mcp.tools.writing import (
    ApprovalOutcome,
    Proposed,
    WriteResult,
    answered,
    decide,
    outbox_of,
    put_on_record,
    question,
)


async def proposed(
    ctx: Ctx,
    subject: str,
    body: str,
    to_debtor: str,
    to_invoice: str,
    to_credit_case: str,
    email: str,
    cc: Any,
    bcc: Any,
    attachments: Any,
    administration_id: str,
) -> Any:
    """The proposal of a call, on record once however often the call is resumed."""
    from payt_mcp.writes.message.message import Wish  # noqa: PLC0415 - with the ledger, not at the start

    outbox = await outbox_of(ctx)
    wish = Wish(subject, body, to_debtor, to_invoice, to_credit_case, email, cc, bcc, attachments)
    draft = await outbox.messages.draft(await scope_of(ctx, administration_id), wish)
    return await put_on_record(ctx, outbox, draft)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def send_message(
    ctx: Ctx,
    subject: Key,
    body: Annotated[Key, Field(description="The whole text, as the debtor will read it.")],
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    to_debtor: Annotated[Text, Field(description="Debtor number or name.")] = "",
    to_invoice: Annotated[Text, Field(description="Or its invoice.")] = "",
    to_credit_case: Annotated[Text, Field(description="Or its case.")] = "",
    email: Annotated[Text, Field(description="Only to override the debtor's own address on the user's word.")] = "",
    cc: Keys = (),
    bcc: Keys = (),
    attachments: Annotated[Keys, Field(description="File names below the user's attachments folder.")] = (),
    administration_id: AdministrationId = "",
    confirmation_code: Annotated[Text, Field(description="Only as given by this tool before.")] = "",
) -> Annotated[CallToolResult, WriteResult]:
    assert isinstance(proposal, Proposed)
    return await decide(ctx, proposal, answered(answer), confirmation_code)


TOOL = ToolSpec(
    send_message,
    "Send message",
    "Propose an e-mail to a debtor. Nothing is sent before a person has seen it and said yes; you cannot. Read "
    "get_debtor first, and do not chase a debtor whose attention forbids it.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
