"""Comments on tasks and blocked invoices in the storm: what a run needs at Payt, and what must be there in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from tests.proposals.storm.cases import Run
from tests.proposals.storm.payt import Payt

WRITES = ("comment", "block")
KINDS = {"comment": "comment", "block": "follow_up"}
_FIRST_TASK = 7_000_000


def task(run: Run) -> str:
    return str(_FIRST_TASK + run.number)


def invoices(run: Run) -> list[str]:
    return [f"B{run.tag}-{place}" for place in range(3)]


def wish(run: Run) -> dict[str, Any]:
    if run.write == "comment":
        return {"task": task(run), "comment": run.wishes[0].body}
    return {"action": "block", "invoices": invoices(run)}


def prepare(payt: Payt, run: Run) -> str:
    """A task with, by chance, an older comment of the same text (its id is answered); or the invoices."""
    if run.write == "block":
        for number in invoices(run):
            payt.act("add_invoice", invoice_number=number, total_amount="100.00")
        return ""
    fields: dict[str, Any] = {"id": int(task(run)), "subject": f"Storm {run.tag}"}
    if run.older:
        ago = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)
        fields["comments"] = [[run.number + 1, run.wishes[0].body, ago.strftime("%Y-%m-%dT%H:%M:%S.000Z")]]
    payt.act("add", "tasks", **fields)
    return str(run.number + 1) if run.older else ""


def times(payt: Payt, run: Run) -> int:
    """How often it was done: comments made, or 1 for invoices that are all blocked."""
    if run.write == "comment":
        mine = next(row for row in payt.rows("tasks") if row["id"] == task(run))
        return len(mine["comments"]) - bool(run.older)
    return int(_blocked(payt, run) == len(invoices(run)))


def findings(payt: Payt, run: Run, records: Sequence[Record]) -> Iterator[str]:
    """What is wrong with blocked invoices: some of them only, or another number than on record."""
    applied = [record for record in records if record.status is Status.APPLIED]
    blocked = _blocked(payt, run)
    if blocked not in {0, len(invoices(run))}:
        yield f"{blocked} of {len(invoices(run))} blocked"
    if bool(applied) is not bool(blocked):
        yield f"{blocked} blocked, on record as applied {len(applied)} times"


def _blocked(payt: Payt, run: Run) -> int:
    mine = set(invoices(run))
    return sum(row["invoice_number"] in mine and row["paused_at"] is not None for row in payt.rows("invoices"))
