"""`decide_payment_plan`: a yes or no to a payment plan, once a person has said yes."""

from __future__ import annotations

from typing import Any, Literal

from payt_mcp.tools.shared import Key
from payt_mcp.tools.writing.factory import write_tool


def decide_payment_plan(payment_plan: Key, decision: Literal["approve", "reject", "deactivate"]) -> dict[str, Any]:
    return {"payment_plan": payment_plan.strip(), "decision": decision}


TOOL = write_tool(
    decide_payment_plan,
    kind="payment_plan",
    title="Decide payment plan",
    description="Propose to approve or reject a pending payment plan, or to end (deactivate) an active one; by its id.",
    toolset="plans",
    place=1,
    needs=("administrations:read", "invoices:read", "debtors:read", "payment_plans:read", "payment_plans:write"),
    may_need=("credit_cases:read",),
)
