"""Proposals for somebody to look at: those that were altered are named, and stand in nobody's way."""

from __future__ import annotations

from collections.abc import Sequence

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.chain import Chain
from payt_mcp.proposals.ledger.checkpoint import Checkpoint
from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Listing, record_of


def listing(chain: Chain, rows: Sequence[Row], since: Checkpoint) -> Listing:
    """The rows as they are listed; `since` is where the chain was verified up to."""
    altered, records = set(chain.altered(rows, since)), []
    for row in rows:
        if row["id"] in altered:
            continue
        try:
            records.append(record_of(row))
        except AlteredError:  # as no version that is known here wrote it
            altered.add(row["id"])
    return Listing(records, frozenset(altered))
