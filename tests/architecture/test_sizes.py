"""No module and no function grows beyond what CONTRIBUTING allows."""

import ast

from tests.architecture.imports import HOUSE

MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 50
MODULES = sorted(path for room in ("payt_mcp", "payt_sandbox") for path in (HOUSE / room).rglob("*.py"))


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef, *, of_a_tool: bool) -> int:
    """Of a tool without its arguments, each of which has a line."""
    first = function.body[0].lineno if of_a_tool else function.lineno
    return (function.end_lineno or 0) - first + 1


def test_no_module_is_longer_than_400_lines() -> None:
    assert len(MODULES) > 400
    assert not [f"{path}" for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES]


def test_no_function_is_longer_than_50_lines() -> None:
    for path in MODULES:
        of_a_tool = "tools" in path.parts
        functions = (
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        too_long = [one.name for one in functions if _lines(one, of_a_tool=of_a_tool) > MOST_LINES_OF_A_FUNCTION]
        assert not too_long, path
