"""The floors as CONTRIBUTING.md shows them: from the list in `floors.py` and the imports as they are today.

`UPDATE_SNAPSHOTS=1 pytest tests/architecture` draws them anew; a test says when that is due.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.floors import FLOORS

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "CONTRIBUTING.md"
BEGIN, END = "<!-- floors: drawn by UPDATE_SNAPSHOTS=1 pytest tests/architecture -->", "<!-- /floors -->"


def _modules(room: str) -> list[Path]:
    folder = HOUSE / "payt_mcp" / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def _imported(room: str) -> set[str]:
    """The other rooms that a room imports, wherever in it and for whatever purpose."""
    names: set[str] = set()
    for path in _modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "payt_mcp":
                inside = node.module.split(".")[1:]
                names |= {inside[0]} if inside else {alias.name for alias in node.names}
    return names - {room}


def drawn() -> str:
    """The table, the top floor first: each room, what it is for, and what it stands on."""
    rows = ["| room | what it is for | stands on |", "| --- | --- | --- |"]
    for floor in reversed(FLOORS):
        for room, purpose in floor.items():
            imported = _imported(room)
            stands_on = [name for below in FLOORS for name in below if name in imported]
            rows.append(f"| `{room}` | {purpose} | {', '.join(stands_on) or 'nothing'} |")
    return "\n".join(rows)


def redraw() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{drawn()}\n{END}{after}", encoding="utf-8", newline="\n")
