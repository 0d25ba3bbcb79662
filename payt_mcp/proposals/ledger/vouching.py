"""What an event says of the row of its proposal: a hash over every column of it.

A migration adds columns, and the events from before say nothing of them. Such a row is vouched for by its older
columns, as long as the newer ones hold exactly what the migration filled in: nobody can set them without being noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.records import to_json

Row = Mapping[str, Any]
"""A row of the table of proposals, by the names of its columns."""

_ADDED: tuple[Mapping[str, Callable[[Row], Any]], ...] = (
    {  # by 0002
        "once": lambda row: int(row["kind"] in {"message", "comment", "completion"}),
        "yeses": lambda _row: "[]",
    },
    {  # by 0003
        "proposer": lambda _row: "",
        "amount": lambda _row: "",
    },
)
"""What each migration after the first added, the newest last, and what it filled in."""


def row_hash(row: Row) -> str:
    """The hash of a proposal as it stands in its table, every column of it; AlteredError for what is no text."""
    try:
        return hashlib.sha256(to_json(dict(row)).encode()).hexdigest()
    except TypeError:
        raise AlteredError(f"Proposal {row['id']!s:.40} in the ledger holds what no proposal holds.") from None


def is_vouched(row: Row, body: str) -> bool:
    """Whether an event's `body` vouches for the row as it stands, in the layout of today or in an older one."""
    if row_hash(row) == body:
        return True
    older = dict(row)
    for added in reversed(_ADDED):
        if any(older.pop(name) != filled(row) for name, filled in added.items()):
            return False
        if row_hash(older) == body:
            return True
    return False
