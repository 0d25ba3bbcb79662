"""The kinds of write there are: every module of this package that has a `KIND`. None of them is listed anywhere."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from payt_mcp import writes
from payt_mcp.writes.kind import Kind


@cache
def known_kinds() -> tuple[Kind, ...]:
    """In the order of their names."""
    modules = (import_module(found.name) for found in walk_packages(writes.__path__, f"{writes.__name__}."))
    found = [module.KIND for module in modules if hasattr(module, "KIND")]
    names = [kind.name for kind in found]
    assert len(set(names)) == len(names), "two kinds of one name: a proposal would be carried out by the wrong one"
    return tuple(sorted(found, key=lambda kind: kind.name))
