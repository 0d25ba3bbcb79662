"""A proposal before it is on record: its content and the name of it, what a person is shown, and what it rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from payt_mcp.proposals.preview import Preview
from payt_mcp.proposals.records import Draft, to_json


def digest_of(content: Mapping[str, Any]) -> str:
    """The name of exactly this content."""
    return hashlib.sha256(to_json(content).encode()).hexdigest()


def draft_of(
    kind: str,
    scope: str,
    administration_id: str,
    content: Mapping[str, Any],
    *,
    touches: Sequence[str],
    preview: Preview,
    basis: Mapping[str, Any],
    once: bool,
) -> Draft:
    """A draft for the ledger; `touches` is what no other proposal may write to while this one is under way,
    `once` whether it leaves something new at Payt each time.
    """
    return Draft(
        kind=kind,
        scope=scope,
        administration_id=administration_id,
        digest=digest_of(content),
        letter=digest_of({"letter": list(touches)}),
        content=content,
        preview=preview.as_json(),
        basis=basis,
        once=once,
    )
