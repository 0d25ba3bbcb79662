"""One thing that was looked at, and a line of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """`check` is a stable name, its room before the dot; `remedy` is what to do, empty where there is nothing to do."""

    check: str
    status: Status
    message: str
    remedy: str = ""


def tilde(path: Path | str, home: str) -> str:
    """A path without the user's name in it."""
    text = str(path)
    return f"~{text[len(home) :]}" if home and (text == home or text.startswith((f"{home}/", f"{home}\\"))) else text


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in a sentence, cut where they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
