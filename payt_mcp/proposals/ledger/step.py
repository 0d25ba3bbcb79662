"""One step on the ledger: a transaction at one moment, in which proposals change and each change is an event."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from payt_mcp.errors import RefusedWriteError
from payt_mcp.proposals.ledger import transitions
from payt_mcp.proposals.ledger.chain import LIKE, Chain
from payt_mcp.proposals.ledger.checkpoint import Checkpoint
from payt_mcp.proposals.ledger.store import Store
from payt_mcp.proposals.records import CLOCK, Draft, Record, Who, record_of, stamp, to_json, without_addresses
from payt_mcp.proposals.said_parts import kept_with_said
from payt_mcp.proposals.states import FOLLOWING, VALID, WAITS, Status, words

SERVER = Who("server")
"""Who does what follows from what people and Payt have said."""

_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Step:
    """Made by the ledger inside a transaction, at the moment `now`. `since` is where the chain was verified up to,
    `scopes` those of the proposals that changed.
    """

    def __init__(self, store: Store, chain: Chain, now: dt.datetime, since: Checkpoint) -> None:
        self.now = now
        self.changed = False
        self.scopes: set[str] = set()
        self.store = store
        self.chain = chain
        self.since = since

    def add(self, draft: Draft, who: Who) -> Record:
        """A proposal that is new."""
        key = "p-" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(10))
        texts = {name: to_json(getattr(draft, name)) for name in ("content", "preview", "basis")}
        moments = {"created_at": stamp(self.now), "changed_at": stamp(self.now)}
        plain = vars(draft) | {"once": int(draft.once), "id": key, "status": Status.PROPOSED.value}
        self.store.insert({**plain, **texts, **moments})
        return self._note(key, who, {LIKE: draft.letter})

    def get(self, key: str, scope: str | None = None) -> Record:
        return found(self.store, key, scope)

    def move(
        self, record: Record, status: Status, who: Who, detail: Mapping[str, Any] | None = None, **columns: str | None
    ) -> Record:
        """Take a proposal to its next state. `detail` goes into its history, `columns` into its row."""
        if status not in FOLLOWING.get(record.status, ()):
            raise RefusedWriteError(f"Proposal {record.id} is {words(record.status)}.")
        return self.change(record.id, who, detail, status=status.value, changed_at=stamp(self.now), **columns)

    def change(self, key: str, who: Who, detail: Mapping[str, Any] | None = None, **columns: str | None) -> Record:
        """Change columns of a proposal and note it."""
        self.chain.check_intact(key, self.since)
        self.store.update(key, columns)
        return self._note(key, who, detail or {})

    def note(self, record: Record, who: Who, detail: Mapping[str, Any]) -> Record:
        """Put on record what changes nothing of a proposal."""
        self.chain.check_intact(record.id, self.since)
        return self._note(record.id, who, detail)

    def end(self, record: Record, status: Status, who: Who, outcome: Mapping[str, Any], message_id: str = "") -> Record:
        """Take a proposal to a state in which nothing more is done for it, or not by itself."""
        status, outcome = transitions.ended(record, status, outcome)
        detail = without_addresses({**outcome, "message_id": message_id} if message_id else outcome)
        return self.move(
            record, status, who, detail, outcome=to_json(kept_with_said(outcome)), message_id=message_id, owner=""
        )

    def expire(self) -> None:
        """End what waited, or was approved, for too long. What was altered stays: no step takes it any further, and one
        that is about others is not held up by it.
        """
        over = self.store.over(stamp(self.now - WAITS), stamp(self.now - VALID))
        altered = self.chain.altered(over, self.since) if over else ()
        for row in over:
            if row["id"] not in altered:
                self.end(record_of(row), Status.EXPIRED, SERVER, {})

    def note_clock(self, who: Who, detail: Mapping[str, Any]) -> None:
        """Put on record that the clock of this machine was corrected."""
        self.chain.append(CLOCK, stamp(self.now), "clock_corrected", who, "", "", detail)
        self.changed = True

    def _note(self, key: str, who: Who, detail: Mapping[str, Any]) -> Record:
        row = self.store.proposal(key)
        assert row is not None, "it was written in this step"
        self.chain.note(row, who, stamp(self.now), detail)
        self.changed = True
        self.scopes.add(row["scope"])
        return record_of(row)


def found(store: Store, key: str, scope: str | None) -> Record:
    """A proposal; RefusedWriteError where the scope (or, without one, the ledger) has none of that id."""
    row = store.proposal(key)
    if row is None or scope not in {None, row["scope"]}:
        raise RefusedWriteError(nothing_of(key))
    return record_of(row)


def nothing_of(key: str) -> str:
    return f"There is no proposal {key[:40]!r} in this ledger."
