"""`change_follow_up`: the follow-up of invoices blocked or resumed, once a person has said yes."""

from __future__ import annotations

from typing import Any, Literal

from payt_mcp.tools.shared import Keys
from payt_mcp.tools.writing.factory import write_tool


def change_follow_up(action: Literal["block", "resume"], invoices: Keys) -> dict[str, Any]:
    return {"action": action, "invoices": list(invoices)}


TOOL = write_tool(
    change_follow_up,
    kind="follow_up",
    title="Change follow-up",
    description="Propose to block the follow-up of invoices, so that Payt stops reminding, or to resume what was "
    "blocked through the API.",
    toolset="flow",
    place=1,
    needs=("administrations:read", "invoices:read", "debtors:read", "invoices:write"),
)
