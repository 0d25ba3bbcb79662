"""What an event says of the row of its proposal: a hash over every column of it.

A migration adds columns, and the events from before say nothing of them. Such a row is vouched for by its older
columns, as long as the newer ones hold exactly what the migration filled in: nobody can set them without being noticed.

While replicas are replaced one by one, a row may have columns of the version after this one. This version does not read
them; it goes on vouching for them where they were vouched for, and leaves them out where they were not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.records import Record, to_json

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


_KNOWN = frozenset({"tenant", "number", *Record.__dataclass_fields__})
"""The columns of today."""


def row_hash(row: Row, but: Collection[str] = ()) -> str:
    """The hash of a proposal as it stands in its table, every column of it but these; AlteredError for what is no
    text.
    """
    try:
        found = {name: value for name, value in row.items() if name not in but}
        return hashlib.sha256(to_json(found).encode()).hexdigest()
    except TypeError:
        raise AlteredError(f"Proposal {row['id']!s:.40} in the ledger holds what no proposal holds.") from None


def is_vouched(row: Row, body: str) -> bool:
    """Whether an event's `body` vouches for the row as it stands, in the layout of today or in an older one."""
    if row_hash(row) == body:
        return True
    later = row.keys() - _KNOWN
    if later and row_hash(row, later) == body:
        return True
    older = {name: value for name, value in row.items() if name not in later}
    for added in reversed(_ADDED):
        if any(older.pop(name) != filled(row) for name, filled in added.items()):
            return False
        if row_hash(older) == body:
            return True
    return False


def left_out(row: Row, body: str) -> frozenset[str]:
    """The columns of a later version that an event's `body`, which vouches for the row, does not speak of."""
    later = frozenset(row.keys() - _KNOWN)
    return later if later and row_hash(row) != body else frozenset()
