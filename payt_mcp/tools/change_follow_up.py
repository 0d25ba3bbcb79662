"""`change_follow_up`: the follow-up of invoices blocked or resumed, once a person has said yes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations

from payt_mcp.tools.shared import AdministrationId, Ctx, Keys, Text, ToolSpec
from payt_mcp.tools.writing import ApprovalOutcome, WriteResult, answer_action, put_action, question


async def proposed(ctx: Ctx, action: str, invoices: Any, administration_id: str) -> Any:
    return await put_action(ctx, "follow_up", {"action": action, "invoices": list(invoices)}, administration_id)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def change_follow_up(
    ctx: Ctx,
    action: Literal["block", "resume"],
    invoices: Keys,
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Text = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    change_follow_up,
    "Change follow-up",
    "Propose to block the follow-up of invoices, so that Payt stops reminding, or to resume what was blocked through "
    "the API.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
