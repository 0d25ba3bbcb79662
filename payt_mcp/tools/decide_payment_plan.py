"""`decide_payment_plan`: a yes or no to a payment plan, once a person has said yes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations

from payt_mcp.tools.shared import AdministrationId, Ctx, Key, Text, ToolSpec
from payt_mcp.tools.writing import ApprovalOutcome, WriteResult, answer_action, put_action, question


async def proposed(ctx: Ctx, payment_plan: str, decision: str, administration_id: str) -> Any:
    return await put_action(
        ctx, "payment_plan", {"payment_plan": payment_plan.strip(), "decision": decision}, administration_id
    )


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def decide_payment_plan(
    ctx: Ctx,
    payment_plan: Key,
    decision: Literal["approve", "reject", "deactivate"],
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Text = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    decide_payment_plan,
    "Decide payment plan",
    "Propose to approve or reject a pending payment plan, or to end (deactivate) an active one; by its id.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
