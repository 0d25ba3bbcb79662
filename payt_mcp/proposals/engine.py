"""Carrying out what was approved: once, and on record whatever breaks.

The order is fixed: take the proposal up (so that no other process asks Payt the same meanwhile), read the state at Payt
again, take it into `sending` (durably, and alone), send, record the outcome. What has no outcome is looked for at Payt
afterwards, and never sent again by this module.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import anyio
import anyio.abc
from anyio.to_thread import run_sync

from payt_mcp.errors import (
    AlteredError,
    LedgerError,
    OutcomeUnknownError,
    PaytMcpError,
    RefusedWriteError,
    UpstreamError,
)
from payt_mcp.proposals.attempt import Check, Done, Writer, left_by
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.outcomes import of_this_attempt, sent_before
from payt_mcp.proposals.records import Record, Who
from payt_mcp.proposals.rounds import ROUNDS, Rounds, TurnTaking
from payt_mcp.proposals.sending import SENDING_BOUND, send
from payt_mcp.proposals.states import PENDING, VALID_MINUTES, Status
from payt_mcp.proposals.stored import words_of
from payt_mcp.words.said import joined, lowered, say, without_stop

logger = logging.getLogger("payt_mcp")

_RULES_HOLD = 2.0
"""Seconds that looking at a proposal may take before the rules are asked again: Payt can be slow, or away."""

_PAUSE = 5.0
_LONGEST_PAUSE = 60.0
_REMEMBERED = 300.0
_ELSEWHERE = 10.0
_LOOK = 0.2
_OPEN = (*PENDING, Status.OUTCOME_UNKNOWN)
_NOT_YET_ON_RECORD = say(
    "How it ended cannot be put on record yet; the server keeps trying. Do not send it in another way."
)
_NOT_KEPT = say("The record of writes could not be kept, so it was not sent.")
_OF_ANOTHER = say(
    "It was approved under another sign-in or token, and only a server that uses that one carries it out."
)
_UNKNOWN_KIND = say("This version of the program does not know this kind of write: one that does carries it out.")
_T = TypeVar("_T")


class Engine:
    """Carries out the approved proposals of one ledger scope.

    Args:
        writers: by the kind of proposal.
        group: runs the sending; lives longer than the calls that wait for it.
        rounds: when it looks at the ledger, and what else it asks before it carries something out.
    """

    def __init__(
        self,
        ledger: LedgerContract,
        ledger_scope: str,
        writers: Mapping[str, Writer],
        group: anyio.abc.TaskGroup,
        rounds: Rounds = ROUNDS,
    ) -> None:
        self.ledger = ledger
        self.ledger_scope = ledger_scope
        self.troubles: dict[str, str] = {}
        self._forbidden: dict[str, tuple[str, float]] = {}
        self._writers = writers
        self._group = group
        self._rounds = rounds
        self._running: dict[str, anyio.Event] = {}
        self._elsewhere: set[str] = set()
        self._looked: dict[str, tuple[int, float]] = {}
        self._unrecorded: dict[str, Done] = {}
        self._retry_at: dict[str, float] = {}
        self._closing = False
        self._nothing_at = -1
        self._has_work = True
        self._altered: frozenset[str] = frozenset()
        self.sent_here: set[str] = set()
        """The proposals that this engine took into `sending`."""
        self._watching: anyio.CancelScope | None = None

    async def on_ledger(self, step: Callable[..., _T], *args: Any, **named: Any) -> _T:
        """A step on the ledger, off the event loop: it may wait for the disk or for another process."""
        return await run_sync(lambda: step(*args, **named))

    async def start(self) -> None:
        """Take up what is left in the ledger, and begin to watch it."""
        if self._watching is None:
            self._watching = anyio.CancelScope()
            await self.on_ledger(self.ledger.recover)
            await self.on_ledger(self.ledger.purge)
            self._group.start_soon(self._watch, self._watching)

    async def carry_out(self, key: str, patience: float, *, scope: str | None = None) -> Record:
        """Carry out an approved proposal, and wait for its outcome for some seconds. One of another `scope` than the
        engine's own is not carried out by it.

        Raises:
            OutcomeUnknownError: it was begun, and the record of it cannot be read.
        """
        of = self.ledger_scope if scope is None else scope
        done = self._begin(key, of)
        with anyio.move_on_after(patience):
            await done.wait()
            with anyio.move_on_after(_ELSEWHERE):
                while await self._is_under_way(key, of):  # noqa: ASYNC110 - another process writes it
                    await anyio.sleep(_LOOK)
        return await self._begun(key, of)

    def check_allowed(self, kind: str) -> None:
        """Raises RefusedWriteError where Payt lately said that the token may not write this."""
        said, at = self._forbidden.get(kind, ("", 0.0))
        if said and time.monotonic() - at < _REMEMBERED:
            raise RefusedWriteError(said)

    async def look(self, record: Record) -> Record:
        """Look now for what became of an unknown outcome; that of another scope is left to those whose it is.

        Raises:
            OutcomeUnknownError: the record of it cannot be read.
        """
        is_own = record.scope == self.ledger_scope
        if is_own and record.status is Status.OUTCOME_UNKNOWN and record.content is not None:
            with suppress(LedgerError):  # told below
                await self._settle(record)
        return await self._begun(record.id, record.scope)

    async def _is_under_way(self, key: str, scope: str) -> bool:
        """Whether another process sees to it or sends it, or this one does after all."""
        record = await self._begun(key, scope)
        if record.status is Status.SENDING:
            return record.owner != self.ledger.owner.name
        return record.status is Status.APPROVED and (key in self._elsewhere or key in self._running)

    async def _begun(self, key: str, scope: str) -> Record:
        """A proposal that was begun. A LedgerError says that nothing was sent, and of this one nobody knows that."""
        try:
            return await self.on_ledger(self.ledger.get, key, scope)
        except LedgerError:
            raise OutcomeUnknownError("the record of it cannot be read now") from None

    @property
    def is_busy(self) -> bool:
        """Whether something is being carried out, waits to be put on record, or is to be looked at again."""
        return bool(self._running or self._unrecorded) or self._has_work

    async def aclose(self) -> None:
        """Begin nothing more, and wait for what is being sent."""
        self._closing = True
        if self._watching is not None:
            self._watching.cancel()
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(SENDING_BOUND):
                for done in list(self._running.values()):
                    await done.wait()
            if self._rounds.closes_ledger:
                await self.on_ledger(self.ledger.close)

    def _begin(self, key: str, scope: str) -> anyio.Event:
        done = self._running.get(key)
        if done is None:
            done = self._running[key] = anyio.Event()
            if self._closing:
                done.set()
            else:
                self._group.start_soon(self._run, key, scope, done)
        return done

    async def _run(self, key: str, scope: str, done: anyio.Event) -> None:
        try:
            await self._execute(key, scope)
        except PaytMcpError as error:
            late = self._unrecorded.get(key)
            said = of_this_attempt(str(error))  # an earlier attempt may have sent it
            self.troubles[key] = said if late is None or late.status is Status.FAILED else _NOT_YET_ON_RECORD
            pause = _LONGEST_PAUSE if isinstance(error, AlteredError) else _PAUSE  # that is set right by a person alone
            self._retry_at[key] = time.monotonic() + pause
        except Exception:  # the edge of a background task: one proposal that fails must not end the server
            logger.exception("carrying out broke off", extra={"proposal": key})
            self.troubles[key] = say("It could not be carried out, for a reason nobody foresaw.")
            self._retry_at[key] = time.monotonic() + _LONGEST_PAUSE
        finally:
            self._running.pop(key, None)
            done.set()

    async def _execute(self, key: str, scope: str) -> None:
        if key in self._unrecorded:
            await self._record(key, self._unrecorded[key])
            self.troubles.pop(key, None)
        if scope != self.ledger_scope:
            record = await self.on_ledger(self.ledger.get, key, scope)
            if record.status is Status.APPROVED:
                self.troubles[key] = _OF_ANOTHER
        elif (turns := self._rounds.turns) is None:
            await self._see_to(key)
        elif await self._takes_up(turns, key):
            try:
                await self._see_to(key)
            finally:
                await turns.let_go(key)

    async def _takes_up(self, turns: TurnTaking, key: str) -> bool:
        """Whether this process sees to it; where another does, it is asked again in each round."""
        is_ours = await turns.take(key)
        (self._elsewhere.discard if is_ours else self._elsewhere.add)(key)
        return is_ours

    async def _see_to(self, key: str) -> None:
        record = await self.on_ledger(self.ledger.checking, key, scope=self.ledger_scope)
        if record.status is not Status.APPROVED or await self._waits(key) or await self._is_barred(record):
            return
        writer = self._writers.get(record.kind)
        if writer is None:
            self.troubles[key], self._retry_at[key] = _UNKNOWN_KIND, time.monotonic() + _LONGEST_PAUSE
            return
        began = time.monotonic()
        check = await writer.check(record)
        if check.changed:
            left = await self.on_ledger(self.ledger.supersede, key, joined(check.changed, "; "), scope=record.scope)
            self.troubles.pop(key, None)
            if check.renewed is not None and left.status is Status.SUPERSEDED:
                await self.on_ledger(self.ledger.propose, check.renewed, Who("server"))
            return
        is_late = check.delivered is None and time.monotonic() - began > _RULES_HOLD
        if is_late and await self._is_barred(record):
            return
        with anyio.CancelScope(shield=True):
            await self._take_and_send(writer, record, check)

    async def _take_and_send(self, writer: Writer, record: Record, check: Check) -> None:
        claimed = await self._claim(record, check)
        if claimed is None:
            return
        self.sent_here.add(record.id)
        await self._record(record.id, check.delivered or left_by(record, await self._send(writer, claimed)))
        self.troubles.pop(record.id, None)

    async def _is_barred(self, record: Record) -> bool:
        """Whether a rule lets it not happen now; where it never will, it is withdrawn."""
        bar = await self._rounds.bar(record) if self._rounds.bar else None
        if bar is None:
            return False
        if bar.is_over:
            why = lowered(without_stop(bar.why))
            await self.on_ledger(self.ledger.supersede, record.id, why, scope=self.ledger_scope)
            self.troubles.pop(record.id, None)
        else:
            self.troubles[record.id], self._retry_at[record.id] = bar.why, time.monotonic() + _PAUSE
        return True

    async def _waits(self, key: str) -> bool:
        """Whether the same letter is under way, of unknown outcome, or sent meanwhile; then Payt is not even asked."""
        other = await self.on_ledger(self.ledger.in_the_way, key, scope=self.ledger_scope)
        if other is None:
            return False
        if other.status is Status.SENT:
            why = sent_before(other, is_own=other.scope == self.ledger_scope)
            await self.on_ledger(self.ledger.supersede, key, why, scope=self.ledger_scope)
            self.troubles.pop(key, None)
            return True
        self._retry_at[key] = time.monotonic() + _PAUSE
        state = say("is being sent") if other.status is Status.SENDING else say("may have been sent")
        if other.scope != self.ledger_scope:
            self.troubles[key] = say(
                "The same {state} by a colleague. This one waits until that is settled, and for no longer than "
                "{minutes} minutes after its yes.",
                state=state,
                minutes=VALID_MINUTES,
            )
            return True
        self.troubles[key] = say(
            "{same} {state} as proposal {id}. This one waits until a person or what Payt shows has settled that one, "
            "and for no longer than {minutes} minutes after its yes.",
            same=words_of(other).same,
            minutes=VALID_MINUTES,
            state=state,
            id=other.id,
        )
        return True

    async def _claim(self, record: Record, check: Check) -> Record | None:
        """Take it into `sending`; where the ledger breaks off in that, nothing is sent and that goes on record."""
        try:
            claimed = await self.on_ledger(self.ledger.claim, record.id, check.baseline, scope=self.ledger_scope)
        except LedgerError:
            self._unrecorded[record.id] = left_by(record, Done(Status.FAILED, {"trouble": _NOT_KEPT}))
            raise
        if claimed is None and not await self._waits(record.id):  # another has it, or the check was overtaken
            self._retry_at[record.id] = time.monotonic() + _PAUSE
        return claimed

    async def _send(self, writer: Writer, record: Record) -> Done:
        def forbid(said: str) -> None:
            self._forbidden[record.kind] = (said, time.monotonic())

        return await send(writer, record, holds=self.ledger.holds, goes_on=lambda: not self._closing, forbidden=forbid)

    async def _record(self, key: str, done: Done) -> None:
        """Record an outcome; where the ledger will not take it now, it is tried again while this process lives."""
        try:
            await self.on_ledger(
                self.ledger.finish, key, done.status, done.outcome, message_id=done.message_id, scope=self.ledger_scope
            )
            self._unrecorded.pop(key, None)
        except RefusedWriteError:
            self._unrecorded.pop(key, None)
        except LedgerError:
            self._unrecorded[key] = done
            raise

    async def _watch(self, watching: anyio.CancelScope) -> None:
        """See to what other processes and people record; one round that fails does not end it."""
        with watching:
            while True:
                try:
                    await self._round()
                except PaytMcpError as error:
                    if not self._closing:  # else it was closed under the last look, as it should be
                        logger.warning("the ledger cannot be watched: %s", type(error).__name__)
                except Exception:  # the edge of a background task, as in _run
                    logger.exception("watching the ledger broke off")
                await self._rounds.until_next(is_idle=self._nothing_at != -1 and not self._unrecorded)

    async def _round(self) -> None:
        for key in list(self._unrecorded):
            if time.monotonic() >= self._retry_at.get(key, 0.0):
                self._begin(key, self.ledger_scope)
        changes = await self.on_ledger(self.ledger.changes)
        if changes == self._nothing_at:
            return
        now = time.monotonic()
        pending, altered = await self.on_ledger(self.ledger.listed, _OPEN, self.ledger_scope)
        self._name(altered)
        self._nothing_at = -1 if pending or altered else changes
        self._elsewhere.intersection_update(record.id for record in pending)
        self._has_work = any(record.status is not Status.PROPOSED for record in pending)
        for record in pending:
            if record.status is Status.APPROVED and now >= self._retry_at.get(record.id, 0.0):
                self._begin(record.id, self.ledger_scope)
        left = await self.on_ledger(self.ledger.recover)
        for record in (*pending, *(one for one in left if one.scope == self.ledger_scope)):
            if record.status is Status.OUTCOME_UNKNOWN and self._is_due(record.id, now):
                await self._settle(record)

    def _name(self, altered: frozenset[str]) -> None:
        """What was altered is named once, and left alone: the others go on."""
        for key in sorted(altered - self._altered):
            logger.error("proposal %s was altered by another program: nothing of it is sent", key)
        self._altered = altered

    def _is_due(self, key: str, now: float) -> bool:
        """Whether to look again: soon at first, then every minute."""
        times, last = self._looked.get(key, (0, 0.0))
        if times and now - last < min(0.5 * 2.0**times, _LONGEST_PAUSE):
            return False
        self._looked[key] = (times + 1, now)
        return True

    async def _settle(self, record: Record) -> None:
        writer = self._writers.get(record.kind)
        if record.content is None or writer is None:
            return
        try:
            done = await writer.look(record)
        except (UpstreamError, RefusedWriteError) as error:
            self.troubles[record.id] = of_this_attempt(str(error))
            return
        except LedgerError:  # of the record as a whole, and no news where it is being closed: for those who asked
            raise
        except Exception:  # the edge, as in _run: one that cannot be looked for does not keep the others from it
            logger.exception("looking for an outcome broke off", extra={"proposal": record.id})
            return
        if done is not None:
            await self.on_ledger(
                self.ledger.settle,
                record.id,
                done.status,
                done.outcome,
                message_id=done.message_id,
                scope=record.scope,
            )
