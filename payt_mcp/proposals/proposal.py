"""What would be written, as values: the content, what a person is shown of it, and what they should look at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from payt_mcp.proposals.records import Draft, to_json

_ONCE = frozenset({"message", "comment", "completion"})


@dataclass(frozen=True)
class Warned:
    """Something about a proposal a person should look at. `danger` is shown in red; `person_only` bars the code
    channel: a person must have seen it.
    """

    text: str
    danger: bool = False
    person_only: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "danger": self.danger, "person_only": self.person_only}


def digest_of(content: Mapping[str, Any]) -> str:
    """The name of exactly this content."""
    return hashlib.sha256(to_json(content).encode()).hexdigest()


def draft_of(
    kind: str,
    scope: str,
    administration_id: str,
    content: Mapping[str, Any],
    *,
    letter: Sequence[str],
    preview: Mapping[str, Any],
    basis: Mapping[str, Any],
) -> Draft:
    """A draft for the ledger; `letter` are the parts that make what a debtor would read."""
    return Draft(
        kind=kind,
        scope=scope,
        administration_id=administration_id,
        digest=digest_of(content),
        letter=digest_of({"letter": list(letter)}),
        content=content,
        preview=preview,
        basis=basis,
        once=kind in _ONCE,
    )


def person_only(preview: Mapping[str, Any]) -> list[str]:
    """The warnings that bar the code channel."""
    return [str(warned["text"]) for warned in preview.get("warnings", ()) if warned.get("person_only")]
