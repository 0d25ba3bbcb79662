"""The record was put back from a backup: what happened since is missing from it, and may have happened all the same."""

from __future__ import annotations

from payt_mcp.proposals.ledger import transitions
from payt_mcp.proposals.ledger.step import Step
from payt_mcp.proposals.records import Record, Who, record_of, stamp
from payt_mcp.proposals.states import PENDING, WAITING, Status
from payt_mcp.words.said import say

_TROUBLE = say("The record of writes was put back from a backup: it may have been sent after that was made.")
_WITHDRAWN = say("the record of writes was put back from a backup, and it may have been decided on since")


def put_back(step: Step, who: Who) -> tuple[list[Record], list[Record]]:
    """Nothing goes on by itself: what was approved or being sent may be out, and is settled by what Payt shows; what
    waited for a yes is withdrawn. Both, as they are now.

    It comes before anything else looks into the record: an approval that merely expired would hide that it may be out.
    """
    pending = [record_of(row) for row in step.store.in_states(PENDING)]
    may_be_out = [record for record in pending if record.status is not Status.PROPOSED]
    unknown = [_unsettled(step, record, who) for record in may_be_out]
    waited = [record for record in pending if record.status is Status.PROPOSED]
    withdrawn = [step.end(record, Status.SUPERSEDED, who, {"why": _WITHDRAWN}) for record in waited]
    return unknown, withdrawn


def _unsettled(step: Step, record: Record, who: Who) -> Record:
    """Another of the same letter that may be out too stands for both: the letter goes out once at most."""
    rows = step.store.of_letter(record.kind, record.letter)
    if transitions.in_the_way(record, [record_of(row) for row in rows if row["id"] != record.id]):
        return step.end(record, Status.SUPERSEDED, who, {"why": _WITHDRAWN})
    if record.status in WAITING and record.sending_at is None and record.approved_at is not None:
        step.change(record.id, who, {"put_back": True}, sending_at=stamp(record.approved_at))
    return step.end(step.get(record.id), Status.OUTCOME_UNKNOWN, who, {"trouble": _TROUBLE})
