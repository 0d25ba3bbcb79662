"""`complete_task`: a task marked as done, once a person has said yes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Resolve
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import Field

from payt_mcp.tools.shared import AdministrationId, Ctx, Key, Text, ToolSpec
from payt_mcp.tools.writing import ApprovalOutcome, WriteResult, answer_action, put_action, question


async def proposed(
    ctx: Ctx, task: str, completed_status: str, message: str, comment: str, resume: bool, administration_id: str
) -> Any:
    wish = {
        "task": task.strip(),
        "completed_status": completed_status,
        "completed_status_message": message,
        "comment": comment,
        "resume_dossiers": resume,
    }
    return await put_action(ctx, "completion", wish, administration_id)


async def asked(ctx: Ctx, proposal: Annotated[Any, Resolve(proposed)]) -> Any:
    return await question(ctx, proposal)


async def complete_task(
    ctx: Ctx,
    task: Key,
    proposal: Annotated[Any, Resolve(proposed)],
    answer: Annotated[ApprovalOutcome, Resolve(asked)],
    completed_status: Literal["", "succeeded", "failed", "cleaned_up"] = "",
    message: Annotated[Text, Field(description="Explains the status.")] = "",
    comment: Text = "",
    resume: Annotated[bool, Field(description="Also resume what is blocked about it.")] = False,
    administration_id: AdministrationId = "",
    confirmation_code: Text = "",
) -> Annotated[CallToolResult, WriteResult]:
    return await answer_action(ctx, proposal, answer, confirmation_code)


TOOL = ToolSpec(
    complete_task,
    "Complete task",
    "Propose to mark a task as done; by its id.",
    ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=True),
)
