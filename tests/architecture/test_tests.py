"""What tests keep to: a skip that breaks no runner, and a mark on what is slow."""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parents[1]
MODULES = {str(path.relative_to(TESTS)): path for path in sorted(TESTS.rglob("*.py"))}
FILES = [name for name in MODULES if Path(name).name.startswith("test_")]
STARTS = ("tests.support.processes", "tests.support.browsing", "playwright", "tests.support.app_host")
"""What starts processes or a browser."""
_SLOW = "pytest.mark.slow"


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def _skips(tree: ast.AST) -> bool:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [one for one in calls if isinstance(one, ast.Attribute) and one.attr in {"skip", "importorskip"}]
    return any(ast.unparse(one.value) == "pytest" for one in named)


def test_no_coroutine_skips() -> None:
    """Inside a task group a skip would end the event loop of the module, and every test after it."""
    for name in MODULES:
        coroutines = [node for node in ast.walk(_tree(name)) if isinstance(node, ast.AsyncFunctionDef)]
        assert not [one.name for one in coroutines if _skips(one)], name


def test_what_starts_processes_or_a_browser_is_marked_slow() -> None:
    for name in FILES:
        nodes = list(ast.walk(_tree(name)))
        imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        if any(module.startswith(STARTS) for module in imported):
            assert _SLOW in {
                ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "slow"
            }, name
