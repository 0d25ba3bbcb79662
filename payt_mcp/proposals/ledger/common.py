"""The durable record of writes: what was proposed, who said yes, what went out, and how it ended.

Whoever asks for a step gets it, durably, or an error. Nothing is written to Payt without the step `sending` on
record, and exactly one process can take it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.policy.approval import MOST_WAITING, Needs, Yes, are_enough, every_yes_counts, why_no_more, yeses_needed
from payt_mcp.proposals.ledger import clock as clocks
from payt_mcp.proposals.ledger import putting_back, transitions
from payt_mcp.proposals.ledger.listing import listing, readable
from payt_mcp.proposals.ledger.opened import OpenedLedger
from payt_mcp.proposals.ledger.parts import Parts
from payt_mcp.proposals.ledger.step import SERVER, Step, found
from payt_mcp.proposals.ledger.store import TakenError
from payt_mcp.proposals.records import (
    Draft,
    Event,
    Listing,
    Record,
    Who,
    is_look,
    record_of,
    stamp,
    to_json,
    yeses_text,
)
from payt_mcp.proposals.states import FINISHED, PENDING, VALID, VALID_MINUTES, WAITING, Status, words
from payt_mcp.words.said import say

KEPT = dt.timedelta(days=90)
"""How long letters and addresses are kept; digests and outcomes stay."""

_NO_CHECK = 2**62
_NO_LONGER_AGREED = say("a yes to it does not count any more, and the others are not enough")


class CommonLedger(OpenedLedger):
    """The methods of `contract.LedgerContract`, and how they are done wherever the rows are kept.

    Args:
        parts: what it is made of; the ledger closes them.
        rule: whose yes a proposal needs, asked at each yes and when it is claimed.
        yes_counts: whether a yes that was said still counts, asked when the proposal is claimed.
        most_waiting: how many proposals of one person may wait at a time, asked for each new one; None: no limit.
    """

    def __init__(
        self,
        parts: Parts,
        rule: Callable[[Record], Needs] = yeses_needed,
        yes_counts: Callable[[Yes], bool] = every_yes_counts,
        most_waiting: Callable[[], int | None] = lambda: MOST_WAITING,
    ) -> None:
        self._checks: dict[str, tuple[int, dt.datetime | None]] = {}
        self._rule = rule
        self._yes_counts = yes_counts
        self._most_waiting = most_waiting
        super().__init__(parts)

    # What stands in it

    def get(self, key: str, scope: str | None = None) -> Record:
        try:
            with self._step() as step:
                step.expire()
                return step.get(key, scope)
        except AlteredError:
            raise
        except LedgerError:  # nothing can be written now: a full disk, a wrong clock
            with self._store.reading():
                return found(self._store, key, scope)

    def pending(self, scope: str | None = None, *, also: Iterable[Status] = ()) -> list[Record]:
        with self._step() as step:
            step.expire()
            return [record_of(row) for row in self._store.in_states((*PENDING, *also), scope)]

    def listed(self, states: Collection[Status], scope: str | None = None) -> Listing:
        with self._step() as step:
            step.expire()
            return listing(self._chain, self._store.in_states(states, scope), step.since)

    def altered(self, keys: Collection[str]) -> frozenset[str]:
        since = self._chain.checkpoint()
        with self._store.reading():
            return listing(self._chain, self._store.some(keys), since).altered

    def waiting(self) -> list[Record]:
        with self._store.reading():
            return [record_of(row) for row in self._store.in_states(WAITING)]

    def recent(self, since: dt.datetime, scope: str | None = None) -> list[Record]:
        with self._store.reading():
            return readable(self._store.changed_since(stamp(since), scope))

    def around(self, since: dt.datetime, scope: str) -> list[Record]:
        with self._store.reading():
            unsettled = self._store.in_states((Status.SENDING, Status.OUTCOME_UNKNOWN), scope)
            rows = {row["id"]: row for row in (*unsettled, *self._store.changed_since(stamp(since), scope))}
        return sorted(readable(rows.values()), key=lambda record: (record.created_at, record.id))

    def history(self, key: str, *, scope: str | None = None) -> list[Event]:
        with self._store.reading():
            if scope is not None:
                found(self._store, key, scope)
            return self._store.history(key)

    def changes(self) -> int:
        with self._store.reading():
            return self._end()

    def _end(self) -> int:
        """The number of the last event."""
        last = self._store.last()
        return last.seq if last else 0

    def credited(self, administration_id: str, kind: str = "message") -> frozenset[str]:
        with self._store.reading():
            return frozenset(self._store.message_ids(administration_id, kind))

    # What is proposed and decided

    def propose(self, draft: Draft, who: Who) -> tuple[Record, bool]:
        with self._step() as step:
            step.expire()
            known = map(record_of, self._store.of_digest(draft.digest))
            same = transitions.same(draft, known, step.now)
            if same is not None:
                return same, False
            if who != SERVER:  # which proposes anew what it has just withdrawn
                self._check_room(draft)
            return step.add(draft, who), True

    def _check_room(self, draft: Draft) -> None:
        """Raises RefusedWriteError where too much of the same person waits already."""
        why = why_no_more(self._store.waiting_of(draft.proposer, draft.scope), self._most_waiting())
        if why:
            raise RefusedWriteError(why, unsent=True)

    def approve(self, key: str, who: Who, *, again: bool = False, scope: str | None = None) -> Record:
        with self._step() as step:
            step.expire()
            record = step.get(key, scope)
            if record.status is not (Status.OUTCOME_UNKNOWN if again else Status.PROPOSED):
                raise RefusedWriteError(f"Proposal {key} cannot be approved: it is {words(record.status)}.")
            return self._agree(step, record, who, {"again": True} if again else {})

    def decline(self, key: str, who: Who, *, why: str = "", scope: str | None = None) -> Record:
        return self._leave(key, Status.DECLINED, who, {"why": why} if why else {}, scope)

    def supersede(self, key: str, why: str, *, scope: str | None = None) -> Record:
        return self._leave(key, Status.SUPERSEDED, SERVER, {"why": why}, scope)

    def issue_code(self, key: str, code: str, who: Who, *, scope: str | None = None) -> Record:
        with self._step() as step:
            record = step.get(key, scope)
            if record.status is not Status.PROPOSED:
                raise RefusedWriteError(f"Proposal {key} is {words(record.status)}.")
            until = stamp(step.now + VALID)
            return step.change(key, who, {"code": "given"}, code=_hashed(code), code_until=until)

    def redeem(self, key: str, code: str, who: Who, *, scope: str | None = None) -> Record:
        with self._step() as step:
            step.expire()
            record = step.get(key, scope)
            if not record.code or not secrets.compare_digest(record.code, _hashed(code)):
                raise RefusedWriteError("The confirmation code was not given for exactly this content.")
            if record.code_until is None or step.now > record.code_until:
                raise RefusedWriteError(f"The confirmation code is older than {VALID_MINUTES} minutes.")
            return self._agree(step, record, who, {})

    def seen(self, key: str, who: Who, *, scope: str | None = None) -> Record:
        with self._store.reading():
            record = found(self._store, key, scope)
            if self._has_seen(record, who):
                return record
        with self._step() as step:
            record = step.get(key, scope)
            return record if self._has_seen(record, who) else step.note(record, who, {"seen": True})

    def _has_seen(self, record: Record, who: Who) -> bool:
        """Whether it is on record that this person looked at this content."""
        return any(is_look(event, record.digest, who) for event in self._store.history(record.id))

    def _agree(self, step: Step, record: Record, who: Who, detail: Mapping[str, Any]) -> Record:
        """Put a yes on record; the proposal is approved by the one with which there are enough."""
        yes = Yes(who.channel, who.client, who.approver, step.now, record.digest, record.sending_at)
        yeses = (*record.yeses, yes)
        columns: dict[str, str | None] = {"yeses": yeses_text(yeses), "code": ""}
        if not are_enough(self._rule(record), yeses, record.digest, record.sending_at):
            return step.change(record.id, who, {**detail, "yes": True}, **columns)
        return step.move(record, Status.APPROVED, who, detail, approved_at=stamp(step.now), **columns)

    def _leave(self, key: str, status: Status, who: Who, detail: Mapping[str, Any], scope: str | None) -> Record:
        with self._step() as step:
            step.expire()
            return step.end(step.get(key, scope), status, who, detail)

    # What is carried out

    def in_the_way(self, key: str, *, scope: str | None = None) -> Record | None:
        with self._store.reading():
            record = found(self._store, key, scope)
            return transitions.in_the_way(record, self._alike(record)) or self._sent_lately(record, self.now())

    def checking(self, key: str, *, scope: str | None = None) -> Record:
        with self._store.reading():
            began = self._end()
            record = found(self._store, key, scope)
            self._checks[key] = began, record.approved_at
            return record

    def claim(self, key: str, baseline: Iterable[str] = (), *, scope: str | None = None) -> Record | None:
        with suppress(TakenError):
            return self._claim(key, baseline, scope)
        return None

    def _claim(self, key: str, baseline: Iterable[str], scope: str | None) -> Record | None:
        began, agreed = self._checks.pop(key, (_NO_CHECK, None))
        with self._step() as step:
            _, checkpoint = self._chain.check(step.since, self._store.proposal(key) if self._goes_on else None)
            record = step.get(key, scope)
            self._chain.check_alike(self._chain.check_intact(key, step.since), step.since)
            is_as_checked = agreed in {None, record.approved_at}
            if not is_as_checked or not self._may_go(record, step, began) or not self._is_agreed(record, step):
                return None
            at, standing, owner = stamp(step.now), to_json(list(baseline)), self.owner.take()
            claimed = step.move(
                record, Status.SENDING, SERVER, {"owner": owner}, owner=owner, sending_at=at, baseline=standing
            )
        self._chain.keep(checkpoint)
        return claimed

    def _is_agreed(self, record: Record, step: Step) -> bool:
        """Whether the yeses that still count are enough; where they are not, it is withdrawn.

        What is approved without a yes on record was approved by a version that kept none.
        """
        needs, counted = self._rule(record), [yes for yes in record.yeses if self._yes_counts(yes)]
        if not record.yeses or are_enough(needs, counted, record.digest, record.sending_at):
            return True
        step.end(record, Status.SUPERSEDED, SERVER, {"why": _NO_LONGER_AGREED})
        return False

    def _may_go(self, record: Record, step: Step, began: int) -> bool:
        """Whether an approved proposal may be sent now: nothing of the same is on its way or was sent meanwhile."""
        alike = self._alike(record)
        return not (
            not transitions.may_be_claimed(record, step.now)
            or transitions.in_the_way(record, alike)
            or self._sent_lately(record, step.now)
            or transitions.overtaken(record, ((other, self._last_seq(other)) for other in alike), began)
        )

    def _sent_lately(self, record: Record, now: dt.datetime) -> Record | None:
        return transitions.sent_lately(record, map(record_of, self._store.of_digest(record.digest)), now)

    def _alike(self, record: Record) -> list[Record]:
        """The other proposals of the same letter."""
        rows = self._store.of_letter(record.kind, record.letter)
        return [record_of(row) for row in rows if row["id"] != record.id]

    def _last_seq(self, record: Record) -> int:
        last = self._store.last_of(record.id)
        return last.seq if last else 0

    def holds(self, record: Record) -> bool:
        return self.owner.holds(record.owner)

    def finish(
        self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "", scope: str | None = None
    ) -> Record:
        with self._step() as step:
            record = step.get(key, scope)
            if record.status is not Status.SENDING or not self.owner.was(record.owner):
                raise RefusedWriteError(f"Proposal {key} is not being sent by this process.")
            return step.end(record, status, SERVER, outcome, message_id)

    def settle(
        self,
        key: str,
        status: Status,
        outcome: Mapping[str, Any],
        *,
        message_id: str = "",
        who: Who = SERVER,
        scope: str | None = None,
    ) -> Record | None:
        with self._step() as step:
            record = step.get(key, scope)
            if record.status is not Status.OUTCOME_UNKNOWN:
                return None
            if message_id and message_id in self._store.message_ids(record.administration_id, record.kind):
                return None
            return step.end(record, status, who, outcome, message_id)

    def recover(self) -> list[Record]:
        with self._store.reading():
            owners = self._store.owners(Status.SENDING.value)
        dead = self.owner.dead(owners)
        if not dead:
            return []
        outcome = {"trouble": say("The process that was sending it ended before it had an answer.")}
        with self._step() as step:
            sending = listing(self._chain, self._store.in_states([Status.SENDING]), step.since)
            left = [record for record in sending.records if record.owner in dead]
            return [step.end(record, Status.OUTCOME_UNKNOWN, SERVER, outcome) for record in left]

    # What is forgotten and corrected

    def purge(self, older_than: dt.timedelta = KEPT) -> int:
        with self._step() as step:
            step.expire()
            rows = self._store.remembered(FINISHED, stamp(step.now - older_than))
            old = listing(self._chain, rows, step.since).records
            for record in old:
                step.change(record.id, SERVER, {"purged": True}, **transitions.forgotten(record))
        if old:
            with self._store.reading():  # the journal beside the file still holds the pages as they were
                self._store.forget_pages()
        return len(old)

    def put_back(self, who: Who) -> tuple[list[Record], list[Record]]:
        """See `putting_back`: what may be out after a backup was put back, and what was withdrawn."""
        with self._step() as step:
            return putting_back.put_back(step, who)

    def correct_clock(self, who: Who) -> list[Record]:
        with self._step(self._clock) as step:
            return clocks.correct(step, who, KEPT)


def _hashed(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
