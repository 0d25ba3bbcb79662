"""`complete_task`: a task marked as done, once a person has said yes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from payt_mcp.tools.shared import Key, Text
from payt_mcp.tools.writing.factory import write_tool


def complete_task(
    task: Key,
    completed_status: Literal["", "succeeded", "failed", "cleaned_up"] = "",
    message: Annotated[Text, Field(description="Explains the status.")] = "",
    comment: Text = "",
    resume: Annotated[bool, Field(description="Also resume what is blocked about it.")] = False,
) -> dict[str, Any]:
    return {
        "task": task.strip(),
        "completed_status": completed_status,
        "completed_status_message": message,
        "comment": comment,
        "resume_dossiers": resume,
    }


TOOL = write_tool(
    complete_task,
    kind="completion",
    title="Complete task",
    description="Propose to mark a task as done; by its id.",
    toolset="tasks",
    place=1,
    needs=("administrations:read", "tasks:read", "tasks:write"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
)
