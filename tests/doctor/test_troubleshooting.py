"""What the page on troubleshooting quotes of ours is what the program says, to the letter."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
HOLE = "…"


def _rendered(node: ast.expr) -> str | None:
    """A text in the code, with … for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else HOLE for part in node.values]
        return "".join(str(part) for part in parts)
    return None


def _texts() -> set[str]:
    """Every text of the program that is no docstring."""
    found: set[str] = set()
    for path in (ROOT / "payt_mcp").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts = [_rendered(node) for node in nodes if isinstance(node, ast.expr) and id(node) not in docs]
        found.update(text for text in texts if text)
    return found


QUOTED = re.findall(r"^### `(.+)`$", PAGE.split("\n## What payt-mcp says")[1].split("\n## ")[0], re.MULTILINE)


def test_there_is_something_to_find() -> None:
    assert len(QUOTED) > 35
    assert len(set(QUOTED)) == len(QUOTED)


def test_what_is_quoted_is_what_is_said() -> None:
    texts = _texts()
    assert not [quoted for quoted in QUOTED if len(quoted.replace(HOLE, "")) <= 12]
    assert not [quoted for quoted in QUOTED if not any(quoted in text for text in texts)]


def test_every_command_and_setting_on_the_page_exists() -> None:
    from payt_mcp.cli import USAGE
    from payt_mcp.settings import KNOWN

    commands = set(re.findall(r"`(?:uvx )?payt-mcp ([a-z]+)\b", PAGE)) - {"runs"}
    assert len(commands) > 3
    assert all(f"  payt-mcp {command} " in USAGE for command in commands)
    assert set(re.findall(r"PAYT_[A-Z_]+[A-Z]", PAGE)) <= set(KNOWN)
