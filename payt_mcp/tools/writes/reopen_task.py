"""`reopen_task`: a task that was done is to do again, once a person has said yes."""

from __future__ import annotations

from typing import Any

from payt_mcp.tools.shared import Key
from payt_mcp.tools.writing.factory import write_tool


def reopen_task(task: Key) -> dict[str, Any]:
    return {"task": task.strip()}


TOOL = write_tool(
    reopen_task,
    kind="reopening",
    title="Reopen task",
    description="Propose to re-open a task that is done; by its id.",
    toolset="tasks",
    place=3,
    needs=("administrations:read", "tasks:read", "tasks:write"),
    may_need=("credit_cases:read", "debtors:read", "invoices:read"),
    open_world=False,
)
