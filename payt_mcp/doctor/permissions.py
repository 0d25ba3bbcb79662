"""Which permission each tool needs at Payt, and which tools lose by one that is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from payt_mcp.doctor.finding import Finding, listed
from payt_mcp.tools import known_tools, tools_of

ALWAYS: Mapping[str, Sequence[str]] = {spec.name: spec.needs for spec in known_tools() if spec.needs}
"""What a tool asks Payt for whenever it is used; `check_approval` asks for nothing of its own."""

SOMETIMES: Mapping[str, Sequence[str]] = {
    spec.name: (*spec.may_need, *spec.if_there) for spec in known_tools() if spec.may_need or spec.if_there
}
"""What it asks for beside that for some debtors, cases or arguments."""

_IF_THERE = {(spec.name, name) for spec in known_tools() for name in spec.if_there}


@dataclass(frozen=True)
class Tool:
    """What a token can do with one tool; `missing` are permissions."""

    tool: str
    status: Literal["ok", "partly", "lacking", "unknown"]
    missing: tuple[str, ...] = ()


def tools_on(toolsets: Collection[str], *, read_only: bool) -> list[str]:
    """The tools an assistant is given, as far as they ask Payt for something."""
    return [spec.name for spec in tools_of(toolsets, read_only=read_only) if spec.needs]


def needed(tools: Sequence[str]) -> list[str]:
    """Every permission they ask for, once; without those that none of them asks for but where it is there already."""
    asked = ((tool, name) for table in (ALWAYS, SOMETIMES) for tool in tools for name in table.get(tool, ()))
    return list(dict.fromkeys(name for tool, name in asked if (tool, name) not in _IF_THERE))


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
