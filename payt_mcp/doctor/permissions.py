"""Which permission each tool needs at Payt, and which tools lose by one that is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from payt_mcp.doctor.finding import Finding, listed

_BOOKS = ("administrations:read", "invoices:read", "debtors:read")

ALWAYS: Mapping[str, Sequence[str]] = {
    "list_administrations": ("administrations:read",),
    "summarize_overdue": _BOOKS,
    "search_invoices": _BOOKS,
    "get_invoice": _BOOKS,
    "find_debtors": _BOOKS,
    "get_debtor": (*_BOOKS, "messages:read"),
    "get_credit_case": (*_BOOKS, "credit_cases:read"),
    "list_contacts": ("administrations:read", "contacts:read"),
    "list_messages": ("administrations:read", "debtors:read", "messages:read"),
    "send_message": (*_BOOKS, "contacts:read", "messages:read", "messages:write"),
    "upsert_invoices": (*_BOOKS, "invoices:write"),
    "list_payments": ("administrations:read", "payments:read"),
    "list_payment_plans": ("administrations:read", "payment_plans:read"),
    "list_tasks": ("administrations:read", "tasks:read"),
    "list_notes": ("administrations:read", "notes:read"),
    "decide_payment_plan": (*_BOOKS, "payment_plans:read", "payment_plans:write"),
    "complete_task": ("administrations:read", "tasks:read", "tasks:write"),
    "comment_task": ("administrations:read", "tasks:read", "tasks:write"),
    "change_follow_up": (*_BOOKS, "invoices:write"),
    "upsert_debtors": ("administrations:read", "debtors:read", "debtors:write"),
    "upsert_contacts": ("administrations:read", "contacts:read", "contacts:write"),
}
"""What a tool asks Payt for whenever it is used; `check_approval` asks for nothing of its own."""

SOMETIMES: Mapping[str, Sequence[str]] = {
    "search_invoices": ("credit_cases:read",),
    "get_invoice": ("credit_cases:read",),
    "get_debtor": ("credit_cases:read", "notifications:read", "payment_plans:read"),
    "get_credit_case": ("payment_plans:read",),
    "list_contacts": ("debtors:read",),
    "list_messages": ("credit_cases:read", "invoices:read"),
    "send_message": ("credit_cases:read", "notifications:read", "payment_plans:read"),
    "upsert_invoices": ("contacts:read", "payments:read", "vat_rates:read", "files:write"),
    "list_payments": ("credit_cases:read", "debtors:read", "invoices:read"),
    "list_payment_plans": ("debtors:read", "invoices:read"),
    "list_tasks": ("credit_cases:read", "debtors:read", "invoices:read"),
    "list_notes": ("credit_cases:read", "debtors:read", "invoices:read"),
    "complete_task": ("credit_cases:read", "debtors:read", "invoices:read"),
    "comment_task": ("credit_cases:read", "debtors:read", "invoices:read"),
    "upsert_debtors": ("contacts:read",),
    "upsert_contacts": ("debtors:read",),
}
"""What it asks for beside that for some debtors, cases or arguments."""

WRITES = frozenset(tool for tool, names in ALWAYS.items() if any(name.endswith(":write") for name in names))

SETS: Mapping[str, Sequence[str]] = {
    "payments": ("list_payments",),
    "plans": ("list_payment_plans", "decide_payment_plan"),
    "tasks": ("list_tasks", "list_notes", "complete_task", "comment_task"),
    "flow": ("change_follow_up", "upsert_debtors", "upsert_contacts"),
}
"""The tools of each set but `core`, which all the others belong to."""


@dataclass(frozen=True)
class Tool:
    """What a token can do with one tool; `missing` are permissions."""

    tool: str
    status: Literal["ok", "partly", "lacking", "unknown"]
    missing: tuple[str, ...] = ()


def tools_on(toolsets: Collection[str], *, read_only: bool) -> list[str]:
    """The tools an assistant is given, in the order they stand in above."""
    off = {tool for name, tools in SETS.items() if name not in toolsets for tool in tools}
    return [tool for tool in ALWAYS if tool not in off and not (read_only and tool in WRITES)]


def needed(tools: Sequence[str]) -> list[str]:
    """Every permission they ask for, once."""
    return list(dict.fromkeys(name for table in (ALWAYS, SOMETIMES) for tool in tools for name in table.get(tool, ())))


def readable(tools: Sequence[str]) -> list[str]:
    """The resources that are read for them."""
    return [name.removesuffix(":read") for name in needed(tools) if name.endswith(":read")]


def by_tool(missing: Collection[str], unknown: Collection[str], tools: Sequence[str]) -> list[Tool]:
    """Each of them, and whether a token that lacks these permissions can use it."""
    return [_tool(tool, missing, unknown) for tool in tools]


def lacks(permission: str, tools: Sequence[str]) -> Finding:
    """The finding for a permission that is missing."""
    whole = [tool for tool in tools if permission in ALWAYS[tool]]
    partly = [tool for tool in tools if permission in SOMETIMES.get(tool, ()) and tool not in whole]
    lost = [f"Without it: {listed(whole, 12)} cannot be used." if whole else ""]
    lost += [f"{'In part also' if whole else 'In part'}: {listed(partly, 12)}." if partly else ""]
    remedy = "Ask whoever manages Payt's API tokens in your company to add it, or sign in with it: payt-mcp login"
    message = " ".join(part for part in (f"The token lacks {permission}.", *lost) if part)
    return Finding(f"permission.{permission}", "problem" if whole else "warning", message, remedy)


def _tool(tool: str, missing: Collection[str], unknown: Collection[str]) -> Tool:
    always = tuple(name for name in ALWAYS[tool] if name in missing)
    sometimes = tuple(name for name in SOMETIMES.get(tool, ()) if name in missing)
    if always:
        return Tool(tool, "lacking", always + sometimes)
    if any(name in unknown for name in ALWAYS[tool]):
        return Tool(tool, "unknown", sometimes)
    return Tool(tool, "partly" if sometimes else "ok", sometimes)
