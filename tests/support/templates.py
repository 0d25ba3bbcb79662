"""Every sentence of ours that a person sees, as the source has it: what the catalogs must hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import payt_mcp

ROOT = Path(payt_mcp.__file__).parent
SAYING = {"say", "template", "_say", "_in_words", "term"}
PLACE = re.compile(r"\{\w+\}")


def templates() -> dict[str, tuple[str, str]]:
    """Singular -> (plural, "" where there is none; where it stands), in the order of the source."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if not re.search(r"words\.(said|sentences) import", source) and path.parent.name != "words":
            continue
        for node in ast.walk(ast.parse(source)):
            for one, plural in _in_call(node):
                if re.search(r"[^\W\d_]", PLACE.sub("", one)):
                    found.setdefault(one, (plural, str(path.relative_to(ROOT))))
    return found


def _in_call(node: ast.AST) -> Iterator[tuple[str, str]]:
    if not isinstance(node, ast.Call) or not node.args:
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in SAYING:
        yield from ((text, "") for text in _texts(node.args[0]))
    elif name == "count" and len(node.args) > 1:
        for noun in _texts(node.args[1]):
            plural = next(_texts(node.args[2])) if len(node.args) > 2 else f"{noun}s"
            yield f"{{number}} {noun}", f"{{number}} {plural}"


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
