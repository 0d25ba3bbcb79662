"""A point of the chain up to which it was verified, signed, with all that a later step must not forget of before.

A step that begins there verifies the events after it alone. What it could miss is a proposal from before that another
program removed, or put back to an earlier state; so the checkpoint names each that is not over, or was a week ago not.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from payt_mcp.proposals.ledger.seal import START
from payt_mcp.proposals.ledger.vouching import Row
from payt_mcp.proposals.records import Event, stamp, to_json
from payt_mcp.proposals.states import FINISHED, WAITS


@dataclass(frozen=True)
class Kept:
    """A proposal as it was at the checkpoint: its last event up to there, and what makes another the same as it.

    `mark` is that of the event, where a mark alone proves nothing; else "".
    """

    seq: int
    at: str
    status: str
    kind: str
    letter: str
    digest: str
    mark: str = ""

    def as_list(self) -> list[str | int]:
        """Without a mark that is none: versions before know of none."""
        values = list(vars(self).values())
        return values if self.mark else values[:-1]

    def is_of(self, event: Event) -> bool:
        return event.seq == self.seq and self.mark in {"", event.mark}


@dataclass(frozen=True)
class Checkpoint:
    """The event `seq` with its `mark`, and by their ids the proposals that may still matter."""

    seq: int
    mark: str
    kept: Mapping[str, Kept]

    def like(self, row: Row) -> set[str]:
        """The ids of the proposals of the same letter or content as a row's."""
        return {*self._by_name.get(row["letter"], ()), *self._by_name.get(row["digest"], ())}

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key, one in self.kept.items():
            found.setdefault(one.letter, []).append(key)
            found.setdefault(one.digest, []).append(key)
        return found

    def moved(self, to: Event, events: Iterable[Event], rows: Mapping[str, Row], *, with_marks: bool) -> Checkpoint:
        """The checkpoint at a later event. `events` are the last ones, up to it, of the proposals that had any since
        this one, and `rows` are theirs.
        """
        fresh = {one.proposal_id: _kept(one, rows[one.proposal_id], with_mark=with_marks) for one in events}
        # As many days before as anything holds back another: see `rules`.
        since = stamp(dt.datetime.fromisoformat(to.at) - WAITS)
        known = {**self.kept, **fresh}
        return Checkpoint(to.seq, to.mark, {key: one for key, one in known.items() if _matters(one, since)})

    def as_text(self) -> str:
        return to_json(
            {
                "seq": self.seq,
                "mark": self.mark,
                "kept": {key: one.as_list() for key, one in self.kept.items()},
            }
        )


BEGINNING = Checkpoint(0, START, {})


def checkpoint_of(text: str) -> Checkpoint:
    """What `as_text` made."""
    found = json.loads(text)
    return Checkpoint(found["seq"], found["mark"], {key: Kept(*one) for key, one in found["kept"].items()})


def _kept(event: Event, row: Row, *, with_mark: bool) -> Kept:
    mark = event.mark if with_mark else ""
    return Kept(event.seq, event.at, event.status, row["kind"], row["letter"], row["digest"], mark)


def _matters(one: Kept, since: str) -> bool:
    return one.status not in FINISHED or one.at > since
