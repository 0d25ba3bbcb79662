"""What tests keep to: a skip that breaks no runner, and a mark on what is slow."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MODULES = {str(path.relative_to(TESTS)): path for path in sorted(TESTS.rglob("*.py"))}
FILES = [name for name in MODULES if Path(name).name.startswith("test_")]
STARTS = ("tests.support.processes", "tests.support.browsing", "playwright", "tests.support.app_host")
"""What starts processes or a browser."""


def _tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def _called(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("name", MODULES)
def test_no_coroutine_skips(name: str) -> None:
    """Inside a task group a skip would end the event loop of the module, and every test after it."""
    coroutines = [node for node in ast.walk(_tree(name)) if isinstance(node, ast.AsyncFunctionDef)]
    assert not [one.name for one in coroutines if _called(one) & {"pytest.skip", "pytest.importorskip"}]


@pytest.mark.parametrize("name", FILES)
def test_what_starts_processes_or_a_browser_is_marked_slow(name: str) -> None:
    tree = _tree(name)
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    if any(module.startswith(STARTS) for module in imported):
        assert "pytest.mark.slow" in {ast.unparse(node) for node in ast.walk(tree)}
