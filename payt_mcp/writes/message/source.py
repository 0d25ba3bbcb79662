"""Where one thing that a letter says stands in the books, or that it stands nowhere, or is somebody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from payt_mcp.proposals.preview import Warned

Verdict = Literal["right", "unknown", "wrong"]


@dataclass(frozen=True)
class Source:
    """`said` is what the text says, `kind` what it is, `where` what the books say of it. What is "unknown" stands in no
    book, and is no accusation. `warned` is what a person is warned of for it.
    """

    said: str
    kind: str
    verdict: Verdict
    where: str = ""
    warned: Warned | None = None


def wrong(said: str, kind: str, where: str, warning: str, *, danger: bool = True) -> Source:
    return Source(said, kind, "wrong", where, Warned(warning, danger))
