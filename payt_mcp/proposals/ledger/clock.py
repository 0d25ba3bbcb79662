"""The moments of the ledger never go back; where the clock of this machine was ahead, a person begins again."""

from __future__ import annotations

import datetime as dt

from payt_mcp.errors import AlteredError, LedgerError, RefusedWriteError
from payt_mcp.proposals.ledger import transitions
from payt_mcp.proposals.ledger.listing import listing
from payt_mcp.proposals.ledger.parts import ClockName
from payt_mcp.proposals.ledger.step import Step
from payt_mcp.proposals.ledger.store import Store
from payt_mcp.proposals.records import Record, Who, stamp
from payt_mcp.proposals.states import WAITING, Status
from payt_mcp.words.said import say

TOLERANCE = dt.timedelta(minutes=2)
"""By how much the clocks of those who share a ledger may differ."""

_WRONG_CLOCK = say("the clock of this machine was wrong, and a person corrected it")


def last_moment(store: Store, none: dt.datetime) -> dt.datetime:
    """When the last event was written; `none` where there is none."""
    last = store.last()
    try:
        moment = dt.datetime.fromisoformat(last.at) if last else none
        return moment.astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        raise AlteredError("The last event of the ledger has no date: it was altered.") from None


def tick(store: Store, now: dt.datetime, called: ClockName) -> dt.datetime:
    """The moment of a step: now, and not before the last event.

    Raises:
        LedgerError: the last event is later by more than clocks may differ.
    """
    last = last_moment(store, now)
    if now < last - TOLERANCE:
        raise LedgerError(
            f"{called.name} says {now:%Y-%m-%d %H:%M} UTC, but the ledger was last written at {last:%Y-%m-%d %H:%M}. "
            f"Set the clock right and try again; if it is right now and was wrong then, {called.remedy}."
        )
    return max(now, last)


def correct(step: Step, who: Who, longest: dt.timedelta) -> list[Record]:
    """Begin again at the step's moment; what was withdrawn for it. No attempt is `longest` ago. What was altered stays:
    no step takes it any further.

    Raises:
        RefusedWriteError: the last event is not later than the clock.
    """
    was = last_moment(step.store, step.now)
    if was - step.now <= TOLERANCE:
        raise RefusedWriteError("The record of writes is not ahead of the clock of this machine.")
    sane = step.store.last_moment_until(stamp(step.now)) or stamp(step.now - longest)
    step.note_clock(who, {"was": stamp(was), "corrected_to": stamp(step.now)})
    dropped = listing(step.chain, step.store.in_states(WAITING), step.since).records
    for record in dropped:
        step.end(record, Status.SUPERSEDED, who, {"why": _WRONG_CLOCK})
    for record in listing(step.chain, step.store.ahead_of(stamp(step.now)), step.since).records:
        wrong, columns = transitions.redated(record, step.now, sane)
        step.change(record.id, who, {"dates": wrong}, **columns)
    return [step.get(record.id) for record in dropped]
