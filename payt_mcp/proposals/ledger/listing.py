"""Several proposals at once: those that were altered are named, and stand in nobody's way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.chain import Chain
from payt_mcp.proposals.ledger.checkpoint import Checkpoint
from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Listing, Record, record_of


def listing(chain: Chain, rows: Sequence[Row], since: Checkpoint) -> Listing:
    """The rows as they are listed; `since` is where the chain was verified up to."""
    altered, records = set(chain.altered(rows, since) if rows else ()), []
    for row in rows:
        if row["id"] in altered:
            continue
        try:
            records.append(record_of(row))
        except AlteredError:  # as no version that is known here wrote it
            altered.add(row["id"])
    return Listing(records, frozenset(altered))


def readable(rows: Iterable[Row]) -> list[Record]:
    """The rows as they stand, without those that nobody can read: for what is told beside others, and vouches for
    nothing.
    """
    found = []
    for row in rows:
        with suppress(AlteredError):
            found.append(record_of(row))
    return found
