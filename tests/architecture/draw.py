"""The floors as CONTRIBUTING.md shows them: from the lists in `floors.py` and the imports as they are today.

`UPDATE_SNAPSHOTS=1 pytest tests/architecture` draws them anew; a test says when that is due.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.floors import FLOORS, SANDBOX_FLOORS

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "CONTRIBUTING.md"


@dataclass(frozen=True)
class Picture:
    """The floors of one package, between two marks of the page."""

    name: str
    package: str
    floors: tuple[dict[str, str], ...]

    @property
    def begin(self) -> str:
        return f"<!-- {self.name}: drawn by UPDATE_SNAPSHOTS=1 pytest tests/architecture -->"

    @property
    def end(self) -> str:
        return f"<!-- /{self.name} -->"

    def drawn(self) -> str:
        """The table, the top floor first: each room, what it is for, and what it stands on."""
        rows = ["| room | what it is for | stands on |", "| --- | --- | --- |"]
        for floor in reversed(self.floors):
            for room, purpose in floor.items():
                imported = self._imported(room)
                stands_on = [name for below in self.floors for name in below if name in imported]
                rows.append(f"| `{room}` | {purpose} | {', '.join(stands_on) or 'nothing'} |")
        return "\n".join([self.begin, *rows, self.end])

    def redraw(self) -> None:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(self.begin)
        _, _, after = rest.partition(self.end)
        PAGE.write_text(f"{before}{self.drawn()}{after}", encoding="utf-8", newline="\n")

    def _imported(self, room: str) -> set[str]:
        """The other rooms that a room imports, wherever in it and for whatever purpose."""
        names: set[str] = set()
        for path in self._modules(room):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == self.package:
                    inside = node.module.split(".")[1:]
                    names |= {inside[0]} if inside else {alias.name for alias in node.names}
        return names - {room}

    def _modules(self, room: str) -> list[Path]:
        folder = HOUSE / self.package / room
        return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


PICTURES = (
    Picture("floors", "payt_mcp", FLOORS),
    Picture("floors of the sandbox", "payt_sandbox", SANDBOX_FLOORS),
)
