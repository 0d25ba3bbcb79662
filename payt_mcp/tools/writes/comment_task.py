"""`comment_task`: a comment on a task, once a person has said yes."""

from __future__ import annotations

from typing import Any

from payt_mcp.tools.shared import Key
from payt_mcp.tools.writing.factory import write_tool


def comment_task(task: Key, comment: Key) -> dict[str, Any]:
    return {"task": task.strip(), "comment": comment}


TOOL = write_tool(
    comment_task,
    kind="comment",
    title="Comment task",
    description="Propose a comment on a task; colleagues read it. The same text is not made twice within 7 days.",
    toolset="tasks",
    place=2,
    needs=("administrations:read", "tasks:read", "tasks:write"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
    open_world=False,
)
