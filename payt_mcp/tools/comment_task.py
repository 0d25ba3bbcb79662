"""`comment_task`: a comment on a task, once a person has said yes."""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations

from payt_mcp.tools.shared import AdministrationId, Ctx, Key, Text, ToolSpec
from payt_mcp.tools.writing import ApprovalOutcome, WriteResult, answer_action, put_action, question


async def proposed(ctx: Ctx, task: str, comment: str, administration_id: str) -> Any:
    return await put_action(ctx, "comment", {"task": task.strip(), "comment": comment}, administration_id)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def comment_task(
    ctx: Ctx,
    task: Key,
    comment: Key,
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    administration_id: AdministrationId = "",
    confirmation_code: Text = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    comment_task,
    "Comment task",
    "Propose a comment on a task; colleagues read it. The same text is not made twice within 7 days.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False),
)
