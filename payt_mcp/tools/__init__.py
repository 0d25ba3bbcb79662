"""What the assistant can do: one module a noun. Tools never import each other.

A tool set is what a user switches on by its name. Its modules are named here and imported when it is on: a host waits
for the start, and a model pays for every tool it is told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

from payt_mcp.tools.shared import ToolSpec


class ToolSet(NamedTuple):
    """Modules of this package, each with its `TOOL`, in the order hosts list them. Read-only there are no `writes`."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


SETS: Mapping[str, ToolSet] = {
    "core": ToolSet(
        reads=(
            # The questions a day begins with first.
            "administrations", "overdue", "invoices", "invoice", "debtors", "debtor", "credit_case", "contacts",
            "messages",
        ),
        writes=("send_message", "upsert_invoices", "approval"),
    ),
    "payments": ToolSet(reads=("payments",)),
    "plans": ToolSet(reads=("payment_plans",), writes=("decide_payment_plan",)),
    "tasks": ToolSet(reads=("tasks", "notes"), writes=("complete_task", "comment_task")),
    "flow": ToolSet(writes=("change_follow_up", "upsert_debtors", "upsert_contacts")),
}  # fmt: skip
"""By the names `PAYT_TOOLSETS` takes."""

TOOLS_BY_SET: Mapping[str, tuple[str, ...]] = {
    "core": ("send_message", "upsert_invoices", "check_approval"),
    "payments": ("list_payments",),
    "plans": ("list_payment_plans", "decide_payment_plan"),
    "tasks": ("list_tasks", "list_notes", "complete_task", "comment_task"),
    "flow": ("change_follow_up", "upsert_debtors", "upsert_contacts"),
}
"""The names of tools that a server may not list, without importing them: who asks for one is told where it is."""


def tools_of(names: Iterable[str], *, read_only: bool) -> tuple[ToolSpec, ...]:
    """The tools of these sets: what reads, then what writes. Read-only, no module of a write is even imported."""
    chosen = [tool_set for name, tool_set in SETS.items() if name in set(names)]
    modules = [module for tool_set in chosen for module in tool_set.reads]
    if not read_only:
        modules += [module for tool_set in chosen for module in tool_set.writes]
    return tuple(_loaded(modules))


def _loaded(modules: Iterable[str]) -> Iterator[ToolSpec]:
    for module in modules:
        yield import_module(f"{__name__}.{module}").TOOL
