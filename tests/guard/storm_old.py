"""Many runs of one message each through everything that can break, and a count of what became of them.

    python tests/guard/storm.py --runs 1300 --seed 1
    python tests/guard/storm.py --seed 1 --only 417        one run again
    python tests/guard/storm.py --broken claim|order       with a ledger broken on purpose

Each run has a ledger of its own, processes of its own that can be killed, and the embedded Payt over TCP in another
process. What really happened is what that Payt mailed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import anyio
import httpx

from payt_mcp.account import Account
from payt_mcp.desk import Desk
from payt_mcp.errors import PaytMcpError
from payt_mcp.guard.ledger import Ledger
from payt_mcp.guard.records import Record, Who, stamp, to_json
from payt_mcp.guard.states import Status
from payt_mcp.lookup import Scope
from payt_mcp.message_write import Wish
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.tokens import StaticToken
from payt_mcp.settings import Secret, Settings

ADMINISTRATION = "4711"
NETWORK = (
    "timeout_before", "timeout_after", "reset_before", "reset_after", "server_error", "server_error_after",
    "bad_gateway", "unavailable", "cut_off", "not_json", "wrong_shape", "rate_limited", "refused",
)  # fmt: skip
NETWORK_STATES = ("approved", "sending", "outcome_unknown")
KILL_STATES = ("proposed", "approved", "sending", "request_out", "answered", "outcome_unknown", "any_moment")
PEOPLE = ("two_processes", "double_click", "repeated_call")
CASES = (
    *((kind, state) for kind in NETWORK for state in NETWORK_STATES if (kind, state) != ("refused", "outcome_unknown")),
    *(("kill", state) for state in KILL_STATES),
    *((kind, state) for kind in PEOPLE for state in ("approved", "sending")),
)
"""What strikes, and in which state of the proposal."""

UNKNOWN_KINDS = ("timeout_before", "timeout_after", "reset_after", "server_error_after", "cut_off")
APPLIED = frozenset({"timeout_after", "reset_after", "server_error_after", "cut_off", "wrong_shape"})
_TIMEOUT = 0.25
_PAGE = Who("page", "", "storm")
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Run:
    """One run: everything about it follows from the seed and its number."""

    number: int
    seed: int
    kind: str
    state: str
    debtor: str
    older: bool
    calls: int
    kill_after: float
    again: bool
    unknown_by: str

    @property
    def wish(self) -> Wish:
        return Wish(f"Openstaand {self.seed}-{self.number}", f"Beste relatie, bericht {self.number}.", self.debtor)


def plan(number: int, seed: int, debtors: list[str]) -> Run:
    rng = random.Random(f"{seed}/{number}")
    kind, state = CASES[number % len(CASES)]
    return Run(
        number,
        seed,
        kind,
        state,
        rng.choice(debtors),
        rng.random() < 0.3,
        rng.randrange(1, 4),
        rng.random() * 0.12,
        rng.random() < 0.5,
        rng.choice(UNKNOWN_KINDS),
    )


# Ledgers that are broken on purpose.


class ClaimNotAtomic(Ledger):
    """Looks first and takes afterwards."""

    def claim(self, key: str, baseline: Iterable[str] = ()) -> Record | None:
        with self._reading():
            record = self._get(key)
        if record.status is not Status.APPROVED:
            return None
        time.sleep(0.05)
        with self._step() as now:
            self._db.execute(
                "UPDATE proposals SET status='sending', owner=?, sending_at=?, baseline=? WHERE id=?",
                (self.owner.name, stamp(now), to_json(list(baseline)), key),
            )
            self._note(key, _PAGE, now)
            return self._get(key)

    def finish(self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "") -> Record:
        with self._step() as now:
            record = self._get(key)
            return self._end(record, status, _PAGE, now, outcome, "")


class RecordedAfterwards(Ledger):
    """Sends first and records afterwards."""

    def claim(self, key: str, baseline: Iterable[str] = ()) -> Record | None:
        record = self.get(key)
        self._late = (key, list(baseline))
        return record if record.status is Status.APPROVED else None

    def finish(self, key: str, status: Status, outcome: Mapping[str, Any], *, message_id: str = "") -> Record:
        Ledger.claim(self, *self._late)
        return super().finish(key, status, outcome, message_id=message_id)


LEDGERS: Mapping[str, type[Ledger]] = {"": Ledger, "claim": ClaimNotAtomic, "order": RecordedAfterwards}


# What runs in the processes that may be killed.


class StormClient(PaytClient):
    """Refuses connections at first, or dies at a given place."""

    refusals = 0
    dies_at = ""

    async def write(self, command: Any, what: str) -> Any:
        if self.refusals:
            self.refusals -= 1
            return await self._into_nothing(command, what)
        if self.dies_at == "sending":
            die()
        if self.dies_at == "request_out":
            with suppress(PaytMcpError):
                await super().write(command, what)
            die()
        answer = await super().write(command, what)
        if self.dies_at == "answered":
            die()
        return answer

    async def _into_nothing(self, command: Any, what: str) -> Any:
        real, self._http.base_url = self._http.base_url, httpx.URL(f"http://127.0.0.1:{closed_port()}")
        try:
            return await super().write(command, what)
        finally:
            self._http.base_url = real


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def dying_after(seconds: float | None) -> Iterator[None]:
    timer = threading.Timer(seconds, die) if seconds is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    yield
    if timer:
        timer.cancel()


def worker(job: dict[str, Any]) -> None:
    """A process with a desk. `job`: url, folder, broken, run, part, and what it dies at."""
    run = Run(**job["run"])
    with dying_after(job.get("kill_after")):
        anyio.run(_work, job, run)


async def _work(job: dict[str, Any], run: Run) -> None:
    settings = Settings(
        api_token=Secret("sandbox-token"), api_url=job["url"], administration_id=ADMINISTRATION, rate=100,
        state_dir=Path(job["folder"]),
    )  # fmt: skip
    async with anyio.create_task_group() as group:
        client = StormClient(settings.api_url, StaticToken(settings.api_token), rate=100, timeout=_TIMEOUT, budget=3.0)
        client.refusals, client.dies_at = job.get("refusals", 0), job.get("dies_at", "")
        account = Account(settings, client, group)
        desk = Desk(account, settings, LEDGERS[job["broken"]](Path(job["folder"])), settings.api_url, group)
        desk.engine._poll = 0.02
        await desk.engine.start()
        try:
            await _part(job["part"], desk, account, run, job)
        finally:
            await desk.aclose()
            group.cancel_scope.cancel()
            await account.aclose()


async def _part(part: str, desk: Desk, account: Account, run: Run, job: dict[str, Any]) -> None:  # noqa: C901
    scope = Scope(account, await account.administration())
    if part in {"propose", "whole"}:
        draft = await desk.messages.draft(scope, run.wish)
        for _ in range(run.calls):
            record, _new = await desk.engine.on_ledger(desk.ledger.propose, draft, Who("tool", "storm"))
        if job.get("dies_at") == "proposed":
            die()
        if part == "whole":
            _approve(desk.ledger, record.id)
            if job.get("dies_at") == "approved":
                die()
    if part in {"race", "whole"}:
        key = desk.ledger.pending(desk.scope)[0].id
        if "barrier" in job:
            job["barrier"].wait(10)
        async with anyio.create_task_group() as clicks:
            for _ in range(run.calls if run.kind == "double_click" else 1):
                clicks.start_soon(desk.engine.carry_out, key, 5.0)
        if job.get("dies_at") == "outcome_unknown":
            die()
    if part == "recover":
        await _recover(desk, run)


def _approve(ledger: Ledger, key: str) -> None:
    with suppress(PaytMcpError):  # a second click comes too late
        ledger.approve(key, _PAGE)


async def _recover(desk: Desk, run: Run) -> None:
    """The next start: whatever was approved goes out, whatever is unknown is looked for, and then a person decides."""
    scope = Scope(desk.account, await desk.account.administration())
    draft = await desk.messages.draft(scope, run.wish)
    for _ in range(run.calls):
        await desk.engine.on_ledger(desk.ledger.propose, draft, Who("tool", "storm"))
    for _decision in range(3):
        await _quiet(desk)
        for record in desk.ledger.pending(desk.scope, also=(Status.OUTCOME_UNKNOWN,)):
            if record.status is Status.PROPOSED:
                _approve(desk.ledger, record.id)
                _approve(desk.ledger, record.id)
            elif record.status is Status.OUTCOME_UNKNOWN:
                looked = await desk.engine.look(record)
                if looked.status is Status.OUTCOME_UNKNOWN:
                    (Path(desk.ledger.folder) / "asked").write_text(record.id)
                    _decide(desk.ledger, record, run)


def _decide(ledger: Ledger, record: Record, run: Run) -> None:
    if run.again:
        ledger.approve(record.id, _PAGE, again=True)
    else:
        ledger.settle(record.id, Status.FAILED, {"trouble": "closed by a person"}, who=_PAGE)


async def _quiet(desk: Desk) -> None:
    """Until nothing is approved or being sent any more."""
    with anyio.fail_after(15):
        while [r for r in desk.ledger.pending(desk.scope) if r.status is not Status.PROPOSED]:  # noqa: ASYNC110 - others send too
            await anyio.sleep(0.01)


# The sandbox in its own process, and the runs.


def serve(port: int) -> None:
    from payt_mcp.sandbox.app import Options, create_app
    from payt_mcp.sandbox.dataset import build_world
    from payt_mcp.sandbox.server import serve as serve_app

    serve_app(create_app(build_world(invoices=150, seed=5), options=Options(rate=None, control=True)), port=port)


class Payt:
    """The embedded Payt in its own process, and the test's side of it."""

    def __init__(self) -> None:
        port = closed_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = _CONTEXT.Process(target=serve, args=(port,), daemon=True)
        self._process.start()
        self._http = httpx.Client(base_url=self.url, timeout=10)
        self._wait()

    def _wait(self) -> None:
        for _ in range(400):
            with suppress(httpx.TransportError):
                self._http.get("/_sandbox/mails")
                return
            time.sleep(0.05)
        raise RuntimeError("the sandbox did not start")

    def close(self) -> None:
        self._http.close()
        self._process.kill()
        self._process.join()

    def fault(self, **rule: Any) -> None:
        self._http.post("/_sandbox/faults", json=rule).raise_for_status()

    def clear(self) -> None:
        self.fault(clear=True)

    def mails(self, subject: str) -> int:
        found = self._http.get("/_sandbox/mails").json()["mails"]
        return sum(mail["subject"] == subject for mail in found)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        rows = self._http.get("/_sandbox/rows", params={"administration_id": ADMINISTRATION, "kind": kind}).json()
        found: list[dict[str, Any]] = rows["rows"]
        return found

    def older(self, run: Run) -> str:
        """An identical message that stood there before."""
        debtor = next(row for row in self.rows("debtors") if row["debtor_number"] == run.debtor)
        moment = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        fields = {
            "debtor_id": int(debtor["id"]), "sender_type": "creditor", "subject": run.wish.subject,
            "content": run.wish.body, "sent_at": moment,
        }  # fmt: skip
        made = self._http.post(
            "/_sandbox/act", json={"name": "add_message", "args": [ADMINISTRATION], "fields": fields}
        )
        return str(made.raise_for_status().json()["result"])


@dataclass(frozen=True)
class Outcome:
    """What became of a run. `wrong` says what should not be, "" where all is well."""

    run: Run
    status: str
    mails: int
    asked: bool
    wrong: str


def debtors_of(payt: Payt) -> list[str]:
    mailed = ("reminder_email_address", "primary_email_address", "debtor_provided_email_address")
    return [row["debtor_number"] for row in payt.rows("debtors") if any(row.get(name) for name in mailed)]


def execute(payt: Payt, run: Run, broken: str = "") -> Outcome:
    """One run, from the proposal to the last recovery."""
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        payt.clear()
        older = payt.older(run) if run.older else ""
        _strike(payt, run, {"url": payt.url, "folder": folder, "broken": broken, "run": asdict(run)})
        payt.clear()
        base = {"url": payt.url, "folder": folder, "broken": broken, "run": asdict(run)}
        _join([_start(base | {"part": "recover"})])
        return _judge(payt, run, Path(folder), older, broken)


def _strike(payt: Payt, run: Run, base: dict[str, Any]) -> None:
    if run.kind == "kill":
        _strike_dead(payt, run, base)
    elif run.kind in PEOPLE:
        _strike_by_people(payt, run, base)
    else:
        job = base | {"part": "whole"}
        if run.kind == "refused" and run.state == "sending":
            job["refusals"] = 1
        _join([_start(job | {"part": "propose"})])
        _faults(payt, run)
        if run.kind == "refused" and run.state == "approved":
            job["url"] = f"http://127.0.0.1:{closed_port()}"
        else:
            _join([_start(job | {"part": "whole"})])


def _faults(payt: Payt, run: Run) -> None:
    if run.kind == "refused":
        return
    if run.state == "sending":
        payt.fault(kind=run.kind, path="/v1/messages", method="POST")
    elif run.state == "approved":
        payt.fault(kind=run.kind, path="/v1/contacts", method="GET", times=2)
    else:
        payt.fault(kind=run.unknown_by, path="/v1/messages", method="POST")
        payt.fault(kind=run.kind, path="/v1/messages", method="GET", after=3, times=2)


def _strike_dead(payt: Payt, run: Run, base: dict[str, Any]) -> None:
    if run.state == "outcome_unknown":
        payt.fault(kind=run.unknown_by, path="/v1/messages", method="POST")
    if run.state == "request_out":
        payt.fault(kind=run.unknown_by, path="/v1/messages", method="POST")
    dying = {"kill_after": 0.02 + run.kill_after} if run.state == "any_moment" else {"dies_at": run.state}
    _join([_start(base | {"part": "whole"} | dying)])


def _strike_by_people(payt: Payt, run: Run, base: dict[str, Any]) -> None:
    _join([_start(base | {"part": "propose"})])
    ledger = Ledger(Path(base["folder"]))
    _approve(ledger, ledger.pending()[0].id)
    ledger.close()
    if run.state == "sending":
        payt.fault(kind=run.unknown_by if run.again else "slow", path="/v1/messages", method="POST", delay_ms=150)
    many = 2 if run.kind == "two_processes" else 1
    barrier = _CONTEXT.Barrier(many)
    _join([_start(base | {"part": "race", "barrier": barrier}) for _ in range(many)])


def _start(job: dict[str, Any]) -> BaseProcess:
    process = _CONTEXT.Process(target=worker, args=(job,))
    process.start()
    return process


def _join(processes: Iterable[BaseProcess]) -> None:
    for process in processes:
        process.join(40)
        if process.is_alive():
            process.kill()
            process.join()


def _judge(payt: Payt, run: Run, folder: Path, older: str, broken: str) -> Outcome:
    mails = payt.mails(run.wish.subject)
    asked = (folder / "asked").exists()
    try:
        ledger = Ledger(folder)
    except PaytMcpError as error:
        return Outcome(run, "unreadable", mails, asked, str(error))
    records = ledger.recent(dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    ledger.close()
    sent = [record for record in records if record.status is Status.SENT]
    status = ",".join(sorted({record.status.value for record in records}))
    wrong = ""
    if mails > 1:
        wrong = f"mailed {mails} times"
    elif mails and not sent:
        wrong = "mailed, but not on record as sent"
    elif sent and not mails:
        wrong = "on record as sent, but never mailed"
    elif older and older in {record.message_id for record in sent}:
        wrong = "settled by an older message"
    elif any(record.status in {Status.SENDING, Status.OUTCOME_UNKNOWN, Status.APPROVED} for record in records):
        wrong = "not settled in the end"
    elif not records:
        wrong = "" if run.kind == "kill" else "nothing on record"
    return Outcome(run, status or "nothing proposed", mails, asked, wrong)


def storm(runs: Iterable[int], seed: int, broken: str = "", *, until_wrong: bool = False) -> list[Outcome]:
    """Runs by number, one after the other."""
    payt = Payt()
    try:
        debtors = debtors_of(payt)
        found = []
        for number in runs:
            found.append(execute(payt, plan(number, seed, debtors), broken))
            if until_wrong and found[-1].wrong:
                break
        return found
    finally:
        payt.close()


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """What struck in which state, how often, and what became of it."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.run.kind, outcome.run.state), []).append(outcome)
    lines = ["fault              | state           | runs | sent | not sent | asked a person | twice | wrong"]
    for (kind, state), found in sorted(groups.items()):
        count = Counter("sent" if outcome.mails else "not" for outcome in found)
        twice = sum(outcome.mails > 1 for outcome in found)
        wrong = sum(bool(outcome.wrong) for outcome in found)
        asked = sum(outcome.asked for outcome in found)
        lines.append(
            f"{kind:18} | {state:15} | {len(found):4} | {count['sent']:4} | {count['not']:8} | "
            f"{asked:14} | {twice:5} | {wrong:5}"
        )
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30 * len(CASES))
    parser.add_argument("--first", type=int, default=0, help="the number of the first run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument("--broken", choices=[name for name in LEDGERS if name], default="")
    args = parser.parse_args()
    numbers = [args.only] if args.only is not None else range(args.first, args.first + args.runs)
    began = time.monotonic()
    outcomes = storm(numbers, args.seed, args.broken)
    print("\n".join(table(outcomes)))
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    for outcome in wrong:
        print(f"seed {args.seed} run {outcome.run.number}: {outcome.wrong}; {json.dumps(asdict(outcome.run))}")
    print(f"{len(outcomes)} runs, {len(wrong)} wrong, seed {args.seed}, {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


_CONTEXT.set_forkserver_preload(["payt_mcp.desk", "payt_mcp.sandbox.app", "payt_mcp.sandbox.server", "mcp"])

if __name__ == "__main__":
    sys.exit(main())
