"""The next start: what was approved goes out, what is unknown is looked for, and then a person decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import anyio

from payt_mcp.errors import PaytMcpError
from payt_mcp.proposals.ledger.contract import LedgerContract
from payt_mcp.proposals.records import Draft, Record, Who
from payt_mcp.proposals.states import Status
from payt_mcp.writes.outbox import Outbox
from tests.proposals.storm.cases import Run

PERSON = Who("page", "", "storm")
_TURNS = 6
_LATE = 5.0
_APPLIED = (Status.APPLIED, Status.PARTLY_APPLIED)

Drafts = Callable[[], Awaitable[list[Draft]]]


def approve(ledger: LedgerContract, key: str) -> None:
    with suppress(PaytMcpError):  # a second click comes too late
        ledger.approve(key, PERSON)


async def recover(outbox: Outbox, run: Run, drafts: Drafts, folder: Path) -> None:
    """Until nothing is open any more; a batch of invoices until it has been applied. `folder` is told more."""
    if run.kind == "late_answer":
        await _wait_for_the_late_one(outbox, folder)
    await _propose(outbox, run, drafts)
    asked: set[str] = set()
    for _turn in range(_TURNS):
        await _quiet(outbox)
        open_ = outbox.ledger.pending(outbox.ledger_scope, also=(Status.OUTCOME_UNKNOWN,))
        if not open_ and (run.write != "upsert" or _is_applied(outbox)):
            break
        if not open_:
            await _propose(outbox, run, drafts)
        for record in open_:
            await _decide(outbox, run, record, asked, folder)


async def _wait_for_the_late_one(outbox: Outbox, folder: Path) -> None:
    """A person who is told that it may have been sent waits; the server keeps looking."""
    with anyio.move_on_after(_LATE) as patience:
        while _unknown(outbox):  # noqa: ASYNC110 - the engine settles it
            await anyio.sleep(0.05)
    if patience.cancelled_caught:
        (folder / "not_found").touch()


async def _propose(outbox: Outbox, run: Run, drafts: Drafts) -> None:
    for draft in await drafts():
        if run.write == "upsert" and draft.preview["idle"]:
            continue
        for _ in range(run.calls):
            await outbox.engine.on_ledger(outbox.ledger.propose, draft, Who("tool", "storm"))


async def _decide(outbox: Outbox, run: Run, record: Record, asked: set[str], folder: Path) -> None:
    """What a person does with what is open: a second letter of the same text is not wanted."""
    if record.status is Status.PROPOSED:
        if run.is_many and record.basis and record.basis["same_text"]:
            outbox.ledger.decline(record.id, PERSON)
        else:
            approve(outbox.ledger, record.id)
            approve(outbox.ledger, record.id)
    elif record.status is Status.OUTCOME_UNKNOWN:
        looked = await outbox.engine.look(record)
        if looked.status is Status.OUTCOME_UNKNOWN:
            (folder / "asked").write_text(record.id)
            _decide_unknown(outbox.ledger, record, again=run.again and record.id not in asked)
            asked.add(record.id)


def _decide_unknown(ledger: LedgerContract, record: Record, *, again: bool) -> None:
    if again:
        ledger.approve(record.id, PERSON, again=True)
    else:
        ledger.settle(record.id, Status.FAILED, {"trouble": "closed by a person"}, who=PERSON)


async def _quiet(outbox: Outbox) -> None:
    """Until nothing moves: nothing is being sent, and what is approved waits for what is unknown."""
    with anyio.fail_after(20):
        while True:
            pending = [r.status for r in outbox.ledger.pending(outbox.ledger_scope) if r.status is not Status.PROPOSED]
            if not pending or (Status.SENDING not in pending and _unknown(outbox)):
                return
            await anyio.sleep(0.01)


def _unknown(outbox: Outbox) -> bool:
    found = outbox.ledger.pending(outbox.ledger_scope, also=(Status.OUTCOME_UNKNOWN,))
    return any(record.status is Status.OUTCOME_UNKNOWN for record in found)


def _is_applied(outbox: Outbox) -> bool:
    return any(record.status in _APPLIED for record in outbox.ledger.recent(_long_ago(outbox)))


def _long_ago(outbox: Outbox) -> dt.datetime:
    return outbox.ledger.now() - dt.timedelta(days=1)
