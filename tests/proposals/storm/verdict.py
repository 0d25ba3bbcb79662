"""What became of a run, and what of it should not be."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from payt_mcp.errors import PaytMcpError
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import Status
from tests.proposals.storm import daily_work, upserts
from tests.proposals.storm.cases import Run
from tests.proposals.storm.payt import Payt
from tests.proposals.storm.records_of import record_of
from tests.support.previews import flat, seen

_OPEN = {Status.SENDING, Status.OUTCOME_UNKNOWN, Status.APPROVED}
_APPLIED = {Status.APPLIED, Status.PARTLY_APPLIED}
_BY_TERMINAL = ("served", "not_served", "two_servers", "two_terminals")


@dataclass(frozen=True)
class Outcome:
    """`mails` is how often the message (or the invoice to be mailed) went out; `wrong` is "" where all is well."""

    run: Run
    status: str
    mails: int
    asked: bool
    wrong: str


@dataclass(frozen=True)
class _Found:
    """What the ledger of a run holds in the end, and through which channels the yes came."""

    records: Sequence[Record]
    channels: frozenset[str]


def judge(payt: Payt, run: Run, folder: Path, older: str, ended_badly: Sequence[str]) -> Outcome:
    mails = _mails(payt, run)
    asked = (folder / "asked").exists()
    try:
        found = _read(folder)
    except PaytMcpError as error:
        return Outcome(run, "unreadable", mails, asked, str(error))
    status = ",".join(sorted({record.status.value for record in found.records}))
    findings = [*ended_badly, *_common(run, found, late_found=not (folder / "not_found").exists())]
    if run.write == "block":
        findings += daily_work.findings(payt, run, found.records)
    else:
        findings += _upsert(payt, run, found) if run.write == "upsert" else _message(run, found, mails, older)
    return Outcome(run, status or "nothing proposed", mails, asked, "; ".join(findings))


def _mails(payt: Payt, run: Run) -> int:
    if run.write in daily_work.WRITES:
        return daily_work.times(payt, run)
    if run.write == "upsert":
        wanted = set(upserts.mailed(run))
        return sum(mail["kind"] == "invoice" and mail["invoice_number"] in wanted for mail in payt.mails())
    return sum(mail["subject"] == run.wishes[0].subject for mail in payt.mails())


def _read(folder: Path) -> _Found:
    with record_of(folder) as ledger:
        ledger.verify()
        records = ledger.recent(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        events = [event for record in records for event in ledger.history(record.id) if event.status == "approved"]
        return _Found(records, frozenset(json.loads(event.who)["channel"] for event in events))


def _common(run: Run, found: _Found, *, late_found: bool) -> Iterator[str]:
    if not found.records:
        yield "nothing on record"
    if any(record.status in _OPEN for record in found.records):
        yield "not settled in the end"
    if not late_found and not (run.write == "upsert" and run.with_payments):  # payments cannot be read back
        yield "what came late was not found by the server"
    if run.kind == "terminal" and run.state in _BY_TERMINAL and "terminal" not in found.channels:
        yield "the yes of the terminal is not on record"
    if run.kind == "terminal" and run.state in _BY_TERMINAL and "page" in found.channels:
        yield "what the terminal approved was not taken up"


def _message(run: Run, found: _Found, mails: int, older: str) -> Iterator[str]:
    sent = [record for record in found.records if record.status is Status.SENT]
    if mails > 1:
        yield f"mailed {mails} times"
    elif mails and not sent:
        yield "mailed, but not on record as sent"
    elif len(sent) > mails:
        yield f"on record as sent {len(sent)} times, mailed {mails} times"
    if older and older in {record.message_id for record in sent}:
        yield "settled by an older message"
    if run.is_many and not mails and not any(record.status is Status.FAILED for record in found.records):
        yield "of several ways to ask for one letter none went out"


def _upsert(payt: Payt, run: Run, found: _Found) -> Iterator[str]:
    yield from upserts.differences(payt, run)
    mine = {row["invoice_number"] for row in upserts.batch(run)}
    mailed = sorted(m["invoice_number"] for m in payt.mails() if m["kind"] == "invoice" and m["invoice_number"] in mine)
    predicted = [number for number, _ in flat(seen(found.records[-1]))["mails"]]
    if not mailed == sorted(predicted) == upserts.mailed(run):
        yield f"predicted mails {predicted}, mailed {mailed}"
    applied = [record for record in found.records if record.status in _APPLIED]
    if not applied and not any(record.status is Status.FAILED for record in found.records):
        yield "in the books, but not on record as applied"
    for record in applied:
        told = {number for number, note in record.outcome.get("records", {}).items() if note.startswith("error")}
        if told != upserts.refused(run):
            yield f"on record as refused {sorted(told)}"
