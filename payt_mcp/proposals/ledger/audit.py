"""Whether a ledger is what was written to it."""

from __future__ import annotations

import sqlite3

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.seal import START, Head, Seal
from payt_mcp.proposals.records import (
    CLOCK,
    Event,
    event_of,
    row_hash,
)


def check(db: sqlite3.Connection, seal: Seal) -> Head:
    """Walk the chain, then hold every proposal against the last event of its history; the head of the chain.

    Raises:
        AlteredError: an event or a proposal was altered, removed, added or cut off; it is named.
    """
    known = seal.head()
    previous, seq = START, 0
    last: dict[str, Event] = {}
    for event in map(event_of, db.execute("SELECT * FROM events ORDER BY seq")):
        seq += 1
        if event.seq != seq or not _is_marked(event, previous, seal):
            raise AlteredError(f"Event {event.seq} of the ledger was altered, or the one before it was removed.")
        if seq == known.seq and event.mark != known.mark:
            raise AlteredError(f"Event {seq} of the ledger is not the one that was written.")
        previous = event.mark
        if event.proposal_id != CLOCK:
            last[event.proposal_id] = event
    if seq < known.seq:
        raise AlteredError(f"The ledger was cut off: its last {known.seq - seq} events are gone.")
    _check_proposals(db, last)
    return Head(seq, previous)


def _is_marked(event: Event, previous: str, seal: Seal) -> bool:
    try:
        return event.mark == seal.mark(previous, event.signed())
    except TypeError:  # it holds what is no text
        return False


def _check_proposals(db: sqlite3.Connection, last: dict[str, Event]) -> None:
    gone = set(last)
    for row in db.execute("SELECT * FROM proposals"):
        gone.discard(row["id"])
        if row["id"] not in last or row_hash(row) != last[row["id"]].body:
            raise AlteredError(f"Proposal {row['id']} in the ledger is not what its history says: it was altered.")
    if gone:
        raise AlteredError(f"Proposal {min(gone)} was removed from the ledger.")
