"""What the assistant can do: one module a noun, each with its `TOOL`. Tools never import each other.

No list of them is kept: a tool says itself in which set it is, and a module that is there is found. What writes is in
`writes/`, so that a read-only server imports none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from payt_mcp.settings import TOOLSETS
from payt_mcp.tools.shared import ToolSpec


def tools_of(names: Iterable[str], *, read_only: bool) -> tuple[ToolSpec, ...]:
    """The tools of these sets, in the order hosts list them."""
    chosen = set(names)
    return tuple(spec for spec in known_tools(read_only=read_only) if spec.toolset in chosen)


@cache
def known_tools(*, read_only: bool = False) -> tuple[ToolSpec, ...]:
    """Every tool there is: what reads, then what writes, each set by set."""
    found = [*_found(__name__)] if read_only else [*_found(__name__), *_found(f"{__name__}.writes")]
    return tuple(sorted(found, key=lambda spec: (spec.writes, TOOLSETS.index(spec.toolset), spec.place)))


def _found(package: str) -> Iterator[ToolSpec]:
    for module in iter_modules(import_module(package).__path__, f"{package}."):
        if not module.ispkg and (spec := getattr(import_module(module.name), "TOOL", None)):
            yield spec
