"""Settings as people write them: any order and layout, comments, trailing commas, line ends and a mark at the front."""

import json
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

COMMENT = re.compile(r"//c\d+|/\*c\d+[^*]*\*/")


@dataclass
class Style:
    newline: str
    unit: str
    comments: bool
    trailing: bool


class _Writer:
    """Writes values as text; what is left to chance comes from `draw`."""

    def __init__(self, draw: Any, style: Style) -> None:
        self._draw = draw
        self._style = style
        self._count = 0

    def gap(self, depth: int) -> str:
        kind = self._draw(st.sampled_from(["none", "space", "line", "line", "comment", "block"]))
        line = self._style.newline + self._style.unit * depth
        if kind in {"comment", "block"} and self._style.comments:
            self._count += 1
            return f" //c{self._count} x{line}" if kind == "comment" else f" /*c{self._count}{line} {{*/ "
        return {"space": " ", "line": line}.get(kind, "")

    def value(self, value: Any, depth: int = 0) -> str:
        if isinstance(value, dict):
            return self._object(value, depth)
        if isinstance(value, list):
            return self._wrapped("[]", [self.value(one, depth + 1) for one in value], depth)
        return json.dumps(value, ensure_ascii=self._draw(st.booleans()))

    def _object(self, value: dict[str, Any], depth: int) -> str:
        parts = [
            f"{json.dumps(k)}{self.gap(depth)}:{self.gap(depth)}{self.value(v, depth + 1)}" for k, v in value.items()
        ]
        return self._wrapped("{}", parts, depth)

    def _wrapped(self, brackets: str, parts: list[str], depth: int) -> str:
        text = brackets[0] + self.gap(depth + 1)
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            comma = "," if not last or (self._style.trailing and self._draw(st.booleans())) else ""
            text += part + self.gap(depth + 1) + comma + self.gap(depth + (not last))
        return text + brackets[1]


_names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8).filter(
    lambda name: name != "payt"
)
_plain = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 10**6), st.text(max_size=12), st.just('a // b /* { , " \\')
)
_values = st.recursive(
    _plain, lambda held: st.lists(held, max_size=3) | st.dictionaries(_names, held, max_size=3), max_leaves=6
)
_servers = st.dictionaries(_names, st.dictionaries(st.sampled_from(["command", "args", "env"]), _values), max_size=3)


@st.composite
def settings_files(draw: Any, container: str = "mcpServers") -> str:
    """The text of a settings file without our entry."""
    root = draw(st.dictionaries(_names.filter(lambda name: name not in {"mcpServers", "servers"}), _values, max_size=3))
    if draw(st.booleans()):
        items = [*root.items()]
        items.insert(draw(st.integers(0, len(items))), (container, draw(_servers)))
        root = dict(items)
    style = Style(
        draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(["  ", "    ", "\t", ""])),
        draw(st.booleans()), draw(st.booleans()),
    )  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        return json.dumps(root, indent=draw(st.sampled_from([None, 2, 4, "\t"])))
    writer = _Writer(draw, style)
    text = writer.gap(0) + writer.value(root) + writer.gap(0)
    return ("\ufeff" if draw(st.integers(0, 5)) == 0 else "") + text
