"""The durable record of writes: what was proposed, who said yes, what went out, and how it ended.

Whoever asks for a step gets it, on disk, or an error. Nothing is written to Payt without the step `sending` on
record, and exactly one process can take it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger.locks import is_alive
from payt_mcp.proposals.ledger.store import CLOCK_TOLERANCE, Store, words
from payt_mcp.proposals.outcomes import of_this_attempt
from payt_mcp.proposals.records import (
    CLOCK,
    Draft,
    Event,
    Record,
    Who,
    event_of,
    stamp,
    to_json,
    without_addresses,
)
from payt_mcp.proposals.states import (
    DROPPED,
    FINISHED,
    ONCE,
    PENDING,
    VALID,
    WAITS,
    Status,
)

KEPT = dt.timedelta(days=90)
"""How long letters and addresses are kept; digests and outcomes stay."""

_ID_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_SERVER = Who("server")
_KINDS = ", ".join(f"'{kind}'" for kind in ONCE)
_CLAIM = f"""
UPDATE proposals SET status = 'sending', owner = ?, sending_at = ?, changed_at = ?, baseline = ?
WHERE id = ? AND status = 'approved' AND approved_at > ? AND NOT EXISTS (
  SELECT 1 FROM proposals other
  WHERE other.id <> proposals.id AND other.kind = proposals.kind AND other.kind IN ({_KINDS}) AND (
    (other.letter = proposals.letter AND (other.status IN ('sending', 'outcome_unknown')
                                          OR (other.status = 'approved' AND other.sending_at IS NOT NULL)))
    OR (other.digest = proposals.digest AND other.status = 'sent' AND other.changed_at > ?)
    OR (other.letter = proposals.letter AND other.status IN ('sent', 'applied') AND EXISTS (
      SELECT 1 FROM events WHERE events.proposal_id = other.id AND events.status = other.status AND events.seq > ?))))
"""  # noqa: S608 - the kinds above
_IN_THE_WAY = """
id <> ? AND kind = ? AND letter = ? AND (
  status IN ('sending', 'outcome_unknown') OR (status = 'approved' AND sending_at IS NOT NULL))
"""
_NO_CHECK = 2**62
_WAITING = "status IN ('proposed', 'approved') ORDER BY created_at, rowid"
_COLUMNS = ("created_at", "changed_at", "approved_at", "sending_at", "code_until")
_LATEST = ", ".join(f"coalesce({name}, '')" for name in _COLUMNS)
_WRONG_CLOCK = "the clock of this machine was wrong, and a person corrected it"
_DROPS = {
    Status.DECLINED: "A person decided that it is not sent again",
    Status.EXPIRED: "It was not sent again within 15 minutes of the yes",
    Status.SUPERSEDED: "It was not sent again",
}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Ledger(Store):
    """The ledger in one folder, shared by all processes of one user.

    Args:
        folder: holds the file, its seal and the locks of those who use it.
        clock: the present moment in UTC.

    Every method raises LedgerError where the record cannot be read or written, AlteredError where it was tampered
    with, and RefusedWriteError where a step is not possible from the state a proposal is in.
    """

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime] = _now) -> None:
        self._checks: dict[str, int] = {}
        super().__init__(folder, clock)

    def propose(self, draft: Draft, who: Who) -> tuple[Record, bool]:
        """Put a proposal on record, and say whether it is new.

        The same content that is waiting, being sent, of unknown outcome, or (a message, a comment) sent within seven
        days is not proposed again: that record is returned as it is.
        """
        with self._step() as now:
            self._expire(now)
            known = self._same(draft, now)
            if known is not None:
                return known, False
            key = "p-" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(10))
            values = {
                "id": key, "kind": draft.kind, "scope": draft.scope, "administration_id": draft.administration_id,
                "digest": draft.digest, "letter": draft.letter, "status": Status.PROPOSED.value,
                "created_at": stamp(now), "changed_at": stamp(now), "content": to_json(draft.content),
                "preview": to_json(draft.preview), "basis": to_json(draft.basis),
            }  # fmt: skip
            marks = ", ".join("?" * len(values))
            self._db.execute(f"INSERT INTO proposals ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 - the names above
            self._note(key, who, now)
            return self._get(key), True

    def get(self, key: str, scope: str | None = None) -> Record:
        """A proposal, expired if its time is over; RefusedWriteError where the scope has none of that id.

        Where nothing can be written now (a full disk, a wrong clock) it is told as it was last written.
        """
        try:
            with self._step() as now:
                self._expire(now)
                return self._get(key, scope)
        except AlteredError:
            raise
        except LedgerError:
            with self._reading():
                return self._get(key, scope)

    def pending(self, scope: str | None = None, *, also: Iterable[Status] = ()) -> list[Record]:
        """The proposals that are waiting, approved or being sent, oldest first; of one scope, or of all."""
        wanted = ", ".join(f"'{status}'" for status in (*PENDING, *also))
        with self._step() as now:
            self._expire(now)
            return self._records(
                f"status IN ({wanted}) AND (? IS NULL OR scope = ?) ORDER BY created_at, rowid", scope, scope
            )

    def waiting(self) -> list[Record]:
        """What waits or is approved, of all scopes, as it was last written."""
        with self._reading():
            return self._records(_WAITING)

    def recent(self, since: dt.datetime, scope: str | None = None) -> list[Record]:
        """The proposals that changed since a moment, newest first; of one scope, or of all."""
        with self._reading():
            return self._records(
                "changed_at >= ? AND (? IS NULL OR scope = ?) ORDER BY changed_at DESC", stamp(since), scope, scope
            )

    def history(self, key: str) -> list[Event]:
        """The steps of one proposal, in order."""
        with self._reading():
            rows = self._db.execute("SELECT * FROM events WHERE proposal_id = ? ORDER BY seq", (key,)).fetchall()
        return [event_of(row) for row in rows]

    def changes(self) -> int:
        """A number that grows with every step anyone takes."""
        with self._reading():
            return int(self._db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0])

    def approve(self, key: str, who: Who, *, again: bool = False) -> Record:
        """Record a yes. `again` is a person's decision to send what may have been sent already."""
        with self._step() as now:
            self._expire(now)
            record = self._get(key)
            if record.status is not (Status.OUTCOME_UNKNOWN if again else Status.PROPOSED):
                raise RefusedWriteError(f"Proposal {key} cannot be approved: it is {words(record.status)}.")
            detail = {"again": True} if again else None
            return self._move(record, Status.APPROVED, who, now, detail, approved_at=stamp(now), code="")

    def decline(self, key: str, who: Who) -> Record:
        """Record a no; it is too late for what is being sent or over.

        What may have been sent already is not sent again, and stays of unknown outcome.
        """
        return self._leave(key, Status.DECLINED, who, {})

    def supersede(self, key: str, why: str) -> Record:
        """What the proposal rests on has changed: it will not be sent, or not again."""
        return self._leave(key, Status.SUPERSEDED, _SERVER, {"why": why})

    def issue_code(self, key: str, code: str, who: Who) -> Record:
        """Bind a code to a waiting proposal for fifteen minutes; the ledger keeps only its hash."""
        with self._step() as now:
            record = self._get(key)
            if record.status is not Status.PROPOSED:
                raise RefusedWriteError(f"Proposal {key} is {words(record.status)}.")
            return self._change(key, who, now, {"code": "given"}, code=_hashed(code), code_until=stamp(now + VALID))

    def redeem(self, key: str, code: str, who: Who) -> Record:
        """Turn the right code into a yes, once; RefusedWriteError for another code, and for one too old."""
        with self._step() as now:
            self._expire(now)
            record = self._get(key)
            if not record.code or not secrets.compare_digest(record.code, _hashed(code)):
                raise RefusedWriteError("The confirmation code was not given for exactly this content.")
            if record.code_until is None or now > record.code_until:
                raise RefusedWriteError("The confirmation code is older than 15 minutes.")
            return self._move(record, Status.APPROVED, who, now, None, approved_at=stamp(now), code="")

    def in_the_way(self, key: str) -> Record | None:
        """The proposal of the same letter that is being sent, or may have been: until it is settled, this one waits."""
        with self._reading():
            record = self._get(key)
            found = self._records(_IN_THE_WAY, key, record.kind, record.letter) if record.kind in ONCE else []
        return found[0] if found else None

    def checking(self, key: str) -> None:
        """The state at Payt is read from here on: the same letter, sent later than this, stops the next claim.

        Counted in events and not in time, so that no clock has a say in it.
        """
        self._checks[key] = self.changes()

    def claim(self, key: str, baseline: Iterable[str] = ()) -> Record | None:
        """Take an approved proposal into `sending`; None when another took it, the same letter is under way, or was
        sent since this process began to read the state at Payt (see `checking`).

        `baseline` are the ids of the messages of the same text that stand on the debtor's timeline already.
        """
        began = self._checks.pop(key, _NO_CHECK)
        self.verify()
        with self._step() as now:
            self._intact(key)
            at, standing = stamp(now), to_json(list(baseline))
            values = (self.owner.name, at, at, standing, key, stamp(now - VALID), stamp(now - WAITS), began)
            if self._db.execute(_CLAIM, values).rowcount != 1:
                return None
            self._note(key, _SERVER, now, {"owner": self.owner.name})
            return self._get(key)

    def finish(self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "") -> Record:
        """Record how what this process was sending ended."""
        with self._step() as now:
            record = self._get(key)
            if record.status is not Status.SENDING or record.owner != self.owner.name:
                raise RefusedWriteError(f"Proposal {key} is not being sent by this process.")
            return self._end(record, status, _SERVER, now, outcome, message_id)

    def settle(
        self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "", who: Who = _SERVER
    ) -> Record | None:
        """Record what became of an unknown outcome; None where it is settled already, or the message is another's."""
        with self._step() as now:
            record = self._get(key)
            if record.status is not Status.OUTCOME_UNKNOWN:
                return None
            if message_id and message_id in self._credited(record.administration_id, record.kind):
                return None
            return self._end(record, status, who, now, outcome, message_id)

    def credited(self, administration_id: str, kind: str = "message") -> frozenset[str]:
        """The ids of the messages (or comments) that are the outcome of a proposal already."""
        with self._reading():
            return self._credited(administration_id, kind)

    def recover(self) -> list[Record]:
        """Turn what a process left in `sending` when it died into `outcome_unknown`; the living are left alone."""
        with self._reading():
            rows = self._db.execute("SELECT DISTINCT owner FROM proposals WHERE status = 'sending'").fetchall()
        dead = [row["owner"] for row in rows if not is_alive(self.folder / "owners", row["owner"])]
        if not dead:
            return []
        outcome = {"trouble": "The process that was sending it ended before it had an answer."}
        with self._step() as now:
            left = [record for owner in dead for record in self._records("status = 'sending' AND owner = ?", owner)]
            return [self._end(record, Status.OUTCOME_UNKNOWN, _SERVER, now, outcome) for record in left]

    def purge(self, older_than: dt.timedelta = KEPT) -> int:
        """Forget letters, addresses and previews of what ended longer ago; says of how many proposals."""
        over = ", ".join(f"'{status}'" for status in FINISHED)
        with self._step() as now:
            self._expire(now)
            old = self._records(
                f"status IN ({over}) AND content IS NOT NULL AND changed_at < ?", stamp(now - older_than)
            )
            for record in old:
                kept = to_json(without_addresses(record.outcome))
                forgotten = {"content": None, "preview": None, "basis": None, "outcome": kept}
                self._change(record.id, _SERVER, now, {"purged": True}, **forgotten)
        if old:
            with self._reading():  # the journal beside the file still holds the pages as they were
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(old)

    def correct_clock(self, who: Who) -> list[Record]:
        """Begin again at the time of this machine, on a person's word that it is right and was ahead before.

        What waits or was approved is withdrawn, and returned: nothing of that time is sent. What ended or is being sent
        stays as it is, its dates brought back: a letter sent then is not sent again for seven days from now.

        Raises:
            RefusedWriteError: the last event is not later than the clock.
        """
        with self._step(self._clock) as now:
            was = self._last_moment(now)
            if was - now <= CLOCK_TOLERANCE:
                raise RefusedWriteError("The record of writes is not ahead of the clock of this machine.")
            sane = self._db.execute("SELECT max(at) FROM events WHERE at <= ?", (stamp(now),)).fetchone()[0]
            detail = {"was": stamp(was), "corrected_to": stamp(now)}
            self._append(CLOCK, stamp(now), "clock_corrected", who.as_text(), "", "", detail)
            dropped = self._records(_WAITING)
            for record in dropped:
                self._end(record, Status.SUPERSEDED, who, now, {"why": _WRONG_CLOCK})
            for record in self._records(f"max({_LATEST}) > ?", stamp(now)):
                self._redate(record, who, now, sane or stamp(now - KEPT))
            return [self._get(record.id) for record in dropped]

    def _redate(self, record: Record, who: Who, now: dt.datetime, sane: str) -> None:
        """Bring dates that lie ahead back to now. What may have been sent is looked for from the last event before the
        clock was wrong: the attempt cannot be older.
        """
        stands = {name: getattr(record, name) for name in _COLUMNS}
        wrong = {name: moment for name, moment in stands.items() if moment is not None and moment > now}
        columns = dict.fromkeys(wrong, stamp(now))
        if "sending_at" in wrong and record.status in (Status.SENDING, Status.OUTCOME_UNKNOWN):
            columns["sending_at"] = sane
        self._change(record.id, who, now, {"dates": {name: stamp(moment) for name, moment in wrong.items()}}, **columns)

    def _same(self, draft: Draft, now: dt.datetime) -> Record | None:
        for record in self._records("digest = ? ORDER BY created_at DESC", draft.digest):
            if record.status in (Status.SENDING, Status.OUTCOME_UNKNOWN):
                return record
            may_be_out = record.status is Status.APPROVED and record.sending_at is not None
            if may_be_out or (record.status in PENDING and record.scope == draft.scope):
                return record
            if draft.kind in ONCE and record.status is Status.SENT and record.changed_at > now - WAITS:
                return record
        return None

    def _credited(self, administration_id: str, kind: str) -> frozenset[str]:
        found = self._records("administration_id = ? AND kind = ? AND message_id <> ''", administration_id, kind)
        return frozenset(record.message_id for record in found)

    def _leave(self, key: str, status: Status, who: Who, detail: Mapping[str, Any]) -> Record:
        with self._step() as now:
            self._expire(now)
            return self._end(self._get(key), status, who, now, detail)

    def _end(
        self,
        record: Record,
        status: Status,
        who: Who,
        now: dt.datetime,
        outcome: Mapping[str, Any],
        message_id: str = "",
    ) -> Record:
        if status in DROPPED and record.status is Status.APPROVED and record.sending_at is not None:
            status, outcome = Status.OUTCOME_UNKNOWN, _not_again(status, outcome)
        detail = without_addresses({**outcome, "message_id": message_id} if message_id else outcome)
        return self._move(
            record, status, who, now, detail, outcome=to_json(dict(outcome)), message_id=message_id, owner=""
        )

    def _expire(self, now: dt.datetime) -> None:
        over = self._records(
            "(status = 'proposed' AND created_at <= ?) OR (status = 'approved' AND approved_at <= ?)",
            stamp(now - WAITS),
            stamp(now - VALID),
        )
        for record in over:
            self._end(record, Status.EXPIRED, _SERVER, now, {})


def _not_again(status: Status, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome of what may have been sent once and was to be sent again, and is not."""
    why = of_this_attempt(str(outcome.get("why", ""))).rstrip(".")
    return {"trouble": f"{_DROPS[status]}, because {why}." if why else f"{_DROPS[status]}."}


def _hashed(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
