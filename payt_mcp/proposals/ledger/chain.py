"""The chain of events: each step is appended to it, and what was written before is held against it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from payt_mcp.errors import AlteredError
from payt_mcp.proposals.ledger.checkpoint import BEGINNING, Checkpoint, checkpoint_of
from payt_mcp.proposals.ledger.parts import Sealing
from payt_mcp.proposals.ledger.seal import START, Head
from payt_mcp.proposals.ledger.store import Store
from payt_mcp.proposals.ledger.vouching import Row, is_vouched, left_out, row_hash
from payt_mcp.proposals.records import CLOCK, Event, Who, to_json
from payt_mcp.proposals.states import FINISHED

TAIL = 100
"""Events at the end that are verified at every step that sends; a checkpoint moves on once twice as many follow it."""


LIKE = "like"
"""What the first event of a proposal says of its letter: what it was proposed as, whatever its row says later."""


@dataclass
class _Walk:
    """What a walk along the chain found: the first and the last event of each proposal, and the last ones up to a next
    checkpoint.
    """

    head: Head
    first: dict[str, Event] = field(default_factory=dict)
    last: dict[str, Event] = field(default_factory=dict)
    at_stop: dict[str, Event] = field(default_factory=dict)
    stop: Event | None = None
    clock_corrected: bool = False


class Chain:
    """The events of one ledger. All but `checkpoint` and `keep` is called inside a step or a snapshot of the store."""

    def __init__(self, store: Store, seal: Sealing) -> None:
        self._store = store
        self._seal = seal
        self._read: tuple[str, Checkpoint] | None = None
        self._left_out: dict[str, frozenset[str]] = {}

    def checkpoint(self) -> Checkpoint:
        """Where verification may begin; the beginning, where nothing was kept or not with this key."""
        text = self._seal.kept_text()
        if text is None:
            return BEGINNING
        if self._read is None or self._read[0] is not text:
            self._read = text, checkpoint_of(text)
        return self._read[1]

    def keep(self, checkpoint: Checkpoint) -> None:
        if checkpoint.seq != self.checkpoint().seq:
            self._seal.keep_text(checkpoint.as_text())

    def head(self) -> Head:
        last = self._store.last()
        return Head(last.seq, last.mark) if last else self._seal.head()

    def note(self, row: Row, who: Who, at: str, detail: Mapping[str, Any]) -> None:
        """Append an event that vouches for the row as it is now. One that was there before was held against its history
        in the same step.
        """
        body = row_hash(row, self._left_out.pop(row["id"], ()))
        self.append(row["id"], at, row["status"], who, row["digest"], body, detail)

    def append(
        self, key: str, at: str, status: str, who: Who, digest: str, body: str, detail: Mapping[str, Any]
    ) -> None:
        head, known = self.head(), self._seal.head()
        if known.seq > head.seq:
            raise AlteredError(_cut_off(known.seq - head.seq))
        if self._seal.is_exact and head != known:
            raise AlteredError(_event_altered(head.seq))
        event = Event(head.seq + 1, key, at, status, who.as_text(), digest, body, to_json(dict(detail)), "")
        mark = self._seal.mark(head.mark, event.signed())
        self._store.append(Event(**{**vars(event), "mark": mark}))
        if self._seal.is_exact:
            self._seal.keep(Head(event.seq, mark))

    def check_intact(self, key: str, since: Checkpoint) -> Row:
        """Hold a proposal against its last event, so that the next event does not vouch for what another program wrote;
        the row as it stands.

        Raises:
            AlteredError: it is not as its history left it.
        """
        row, said = self._store.proposal(key), self._store.last_of(key)
        if row is None or said is None or not is_vouched(row, said.body):
            raise AlteredError(_altered(key))
        before = self._store.event(said.seq - 1)
        if not self._is_marked(said, before.mark if before else START):
            raise AlteredError(_event_altered(said.seq))
        if said.seq <= since.seq and not _is_as_kept(said, since):
            raise AlteredError(_altered(key))
        if uncovered := left_out(row, said.body):
            self._left_out[key] = uncovered
        return row

    def altered(self, rows: Sequence[Row], since: Checkpoint) -> frozenset[str]:
        """The ids of those that are not as their history left them: `check_intact` of many at once."""
        last = self._store.last_of_each([row["id"] for row in rows])
        marks = self._store.marks({said.seq - 1 for said in last.values()})
        return frozenset(row["id"] for row in rows if not self._is_intact(row, last.get(row["id"]), marks, since))

    def _is_intact(self, row: Row, said: Event | None, marks: Mapping[int, str], since: Checkpoint) -> bool:
        if said is None or not _is_vouched(row, said) or not self._is_marked(said, marks.get(said.seq - 1, START)):
            return False
        return said.seq > since.seq or _is_as_kept(said, since)

    def check_alike(self, row: Row, since: Checkpoint) -> None:
        """Hold what could be in the way of a proposal against its history, and what could be missing of it.

        Raises:
            AlteredError: one is not as its history left it, or is gone.
        """
        rows = (*self._store.of_letter(row["kind"], row["letter"]), *self._store.of_digest(row["digest"]))
        for key in {*since.like(row), *(one["id"] for one in rows)} - {row["id"]}:
            self.check_intact(key, since)

    def check(self, since: Checkpoint = BEGINNING, about: Row | None = None) -> tuple[Head, Checkpoint]:
        """Walk the chain from a checkpoint on, and hold every proposal it comes by against the last event of its
        history; from the beginning, every proposal there is. The head of the chain, and the checkpoint to be kept.

        With `about`, which is held against its history elsewhere with those that are like it, a proposal that was
        altered and was proposed as something else is in nobody's way; no checkpoint is set behind it.

        Raises:
            AlteredError: an event or a proposal was altered, removed, added or cut off; it is named.
        """
        known, last = self._seal.head(), self._store.last()
        walk = self._walk(since, known, stop_at=(last.seq if last else 0) - TAIL)
        if since.seq and walk.clock_corrected:  # what mattered before it was told by a clock that was wrong
            return self.check(about=about)
        if walk.head.seq < known.seq:
            raise AlteredError(_cut_off(known.seq - walk.head.seq))
        if self._seal.is_exact and walk.head != known:
            raise AlteredError(_event_altered(walk.head.seq))
        rows, altered = self._rows(walk.last) if since.seq else self._all_rows(walk.last)
        for key, error in sorted(altered.items()):
            if about is None or _may_be_like(about, key, walk, since):
                raise error
        if altered:
            return walk.head, since
        moved = walk.head.seq - since.seq > 2 * TAIL and walk.stop
        if not moved or not walk.stop:
            return walk.head, since
        return walk.head, since.moved(walk.stop, walk.at_stop.values(), rows, with_marks=self._seal.is_exact)

    def _walk(self, since: Checkpoint, known: Head, stop_at: int) -> _Walk:
        self._check_stands(since)
        walk = _Walk(Head(since.seq, since.mark))
        for event in self._store.events(since.seq):
            if event.seq != walk.head.seq + 1 or not self._is_marked(event, walk.head.mark):
                raise AlteredError(_event_altered(event.seq))
            if event.seq == known.seq and event.mark != known.mark:
                raise AlteredError(f"Event {event.seq} of the ledger is not the one that was written.")
            walk.head = Head(event.seq, event.mark)
            if event.proposal_id == CLOCK:
                walk.clock_corrected, stop_at = True, max(stop_at, event.seq)
            else:
                walk.first.setdefault(event.proposal_id, event)
                walk.last[event.proposal_id] = event
            if event.seq == stop_at:
                walk.at_stop, walk.stop = dict(walk.last), event
        return walk

    def _check_stands(self, since: Checkpoint) -> None:
        if since.seq:
            event = self._store.event(since.seq)
            if event is None or event.mark != since.mark:
                raise AlteredError(_event_altered(since.seq))

    def _rows(self, last: Mapping[str, Event]) -> _Rows:
        """The rows of some proposals."""
        return _held(self._store.some(last.keys()), last)

    def _all_rows(self, last: Mapping[str, Event]) -> _Rows:
        """The rows of all proposals, without what is only their text."""
        return _held(self._store.proposals(), last, ("kind", "letter", "digest"))

    def _is_marked(self, event: Event, previous: str) -> bool:
        try:
            return event.mark == self._seal.mark(previous, event.signed())
        except TypeError:  # it holds what is no text
            return False


def _is_as_kept(said: Event, since: Checkpoint) -> bool:
    """Whether an event from before a checkpoint is what the checkpoint has as the last of its proposal."""
    kept = since.kept.get(said.proposal_id)
    return said.status in FINISHED if kept is None else kept.is_of(said)


_Rows = tuple[dict[str, Row], dict[str, AlteredError]]
"""Rows by their ids, and of others what is wrong with them."""


def _held(rows: Iterable[Row], last: Mapping[str, Event], names: Collection[str] = ()) -> _Rows:
    """Rows against the last events of their proposals; of those that stand as they should, these columns, or all."""
    found, altered = dict[str, Row](), dict[str, AlteredError]()
    for row in rows:
        key, said = row["id"], last.get(row["id"])
        if said is None or not _is_vouched(row, said):
            altered[key] = AlteredError(_altered(key))
        else:
            found[key] = {name: row[name] for name in names} if names else row
    gone = last.keys() - found.keys() - altered.keys()
    return found, altered | {key: AlteredError(_removed(key)) for key in gone}


def _is_vouched(row: Row, said: Event) -> bool:
    try:
        return is_vouched(row, said.body)
    except AlteredError:  # it holds what no proposal holds
        return False


def _may_be_like(about: Row, key: str, walk: _Walk, since: Checkpoint) -> bool:
    """Whether a proposal that was altered may have been the same letter, or the same content: by what is vouched for of
    it, and not by its row. One that never was any is like what its row says, which is seen to elsewhere.
    """
    kept, first = since.kept.get(key), walk.first.get(key)
    if kept is not None:
        return bool(about["letter"] == kept.letter or about["digest"] == kept.digest)
    if first is None:
        return False
    letter = json.loads(first.detail).get(LIKE)
    return bool(letter is None or letter == about["letter"] or first.digest == about["digest"])


def _altered(key: object) -> str:
    return f"Proposal {key!s:.40} in the ledger is not what its history says: it was altered."


def _removed(key: str) -> str:
    return f"Proposal {key[:40]} was removed from the ledger."


def _event_altered(seq: int) -> str:
    return f"Event {seq} of the ledger was altered, or the one before it was removed."


def _cut_off(count: int) -> str:
    return f"The ledger was cut off: its last {count} events are gone."
