"""One run, from the proposal over what strikes it to the last recovery."""

from __future__ import annotations

import multiprocessing.process
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from payt_mcp.proposals.states import Status
from tests.proposals.storm import daily_work, terminal, upserts
from tests.proposals.storm.cases import MANY, PEOPLE, Run
from tests.proposals.storm.client import closed_port
from tests.proposals.storm.payt import ADMINISTRATION, CONTEXT, Payt
from tests.proposals.storm.processes import worker
from tests.proposals.storm.records_of import in_database, record_of
from tests.proposals.storm.recovery import approve
from tests.proposals.storm.verdict import Outcome, judge

_STARTING = threading.Lock()
_children: set[BaseProcess] = getattr(multiprocessing.process, "_children")  # noqa: B009 - no stub knows it
_ENDS = (0, -9)
_PATIENCE = 300
_PATHS = {"upsert": "/v1/invoices", "comment": "/v1/tasks", "block": "/v1/invoices"}


@dataclass
class Field:
    """Where one run takes place: a Payt, a folder, and the processes that ended in a way they should not."""

    payt: Payt
    run: Run
    folder: Path
    broken: str
    ended_badly: list[str]

    def start(self, part: str, **more: Any) -> BaseProcess:
        """A process of the user's; `more` as in `processes.worker`."""
        job = {
            "url": self.payt.url, "folder": str(self.folder), "broken": self.broken, "run": asdict(self.run),
            "administration": ADMINISTRATION, "part": part,
        }  # fmt: skip
        process = CONTEXT.Process(target=worker, args=(job | more,))
        # Whoever starts a process asks after all others, and an exit code that two lanes read at once is 255 for one.
        with _STARTING:
            process.start()
            _children.discard(process)
        return process

    def join(self, *processes: BaseProcess) -> None:
        for process in processes:
            process.join(_PATIENCE)
            if process.is_alive():
                self.ended_badly.append("a process hung")
                process.kill()
                process.join()
            elif process.exitcode not in _ENDS:
                self.ended_badly.append(f"a process ended with {process.exitcode}")

    def do(self, part: str, **more: Any) -> None:
        self.join(self.start(part, **more))

    def together(self, part: str, jobs: Sequence[dict[str, Any]]) -> None:
        """Processes that begin at the same moment."""
        barrier = CONTEXT.Barrier(len(jobs))
        self.join(*[self.start(part, barrier=barrier, **job) for job in jobs])

    def fault(self, kind: str, method: str, **more: Any) -> None:
        """On the endpoint this run writes to, or reads the outcome from."""
        path = _PATHS.get(self.run.write, "/v1/messages")
        if (self.run.write, method) == ("block", "POST"):
            path, method = f"{path}/block", "PATCH"
        self.payt.fault(kind=kind, path=path, method=method, **more)

    def approve_all(self) -> list[str]:
        with record_of(self.folder) as ledger:
            keys = [record.id for record in ledger.pending() if record.status is Status.PROPOSED]
            for key in keys:
                approve(ledger, key)
            return keys


def execute(payt: Payt, run: Run, broken: str = "", database: str = "") -> Outcome:
    """One run on a Payt of which nobody else makes use meanwhile; `database` is as in `weather.storm`."""
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        field = Field(payt, run, Path(folder), broken, [])
        if database:
            in_database(field.folder, database)
        payt.clear()
        if run.write in daily_work.WRITES:
            older = daily_work.prepare(payt, run)
        else:
            older = payt.older(run) if run.older else ""
        if run.write == "upsert":
            upserts.prepare(payt, run)
        _strike(field)
        payt.clear()
        field.do("recover")
        return judge(payt, run, field.folder, older, field.ended_badly)


def _strike(field: Field) -> None:
    if field.run.write == "code":
        _strike_code(field)
    elif field.run.kind == "kill":
        _strike_dead(field, "whole")
    elif field.run.kind in PEOPLE:
        _strike_by_people(field)
    elif field.run.kind in MANY:
        _strike_many(field)
    elif field.run.kind == "older_identical":
        _strike_beside_an_older_one(field)
    elif field.run.kind == "late_answer":
        _strike_late(field)
    elif field.run.kind == "terminal":
        _strike_at_a_terminal(field)
    else:
        _strike_network(field)


def _strike_network(field: Field) -> None:
    """Proposed in quiet, then carried out by a process of its own: with the tool called again, or without."""
    run = field.run
    field.do("propose")
    if run.kind == "refused":
        more = {"refusals": 1} if run.state == "sending" else {"url": f"http://127.0.0.1:{closed_port()}"}
        field.do("whole", **more)
        return
    if run.state == "sending":
        field.fault(run.kind, "POST")
    elif run.state == "approved":
        path = "/v1/debtors" if run.write == "upsert" else "/v1/contacts"
        field.payt.fault(kind=run.kind, path=path, method="GET", times=2)
    else:
        field.fault(run.unknown_by, "POST")
        field.fault(run.kind, "GET", after=3, times=2)
    if run.again:
        field.do("whole")
    else:
        field.approve_all()
        field.do("race")


def _strike_dead(field: Field, part: str) -> None:
    run = field.run
    if run.state in {"outcome_unknown", "request_out"}:
        field.fault(run.unknown_by, "POST")
    dying: dict[str, Any] = {"dies_at": run.state}
    if run.state == "any_moment":
        dying = {"kill_after": 0.05 + 2 * run.kill_after}
    field.do(part, **dying)


def _strike_by_people(field: Field) -> None:
    field.do("propose")
    field.approve_all()
    if field.run.state == "sending":
        _slow_or_unknown(field)
    field.together("race", [{}, {}] if field.run.kind == "two_processes" else [{}])


def _slow_or_unknown(field: Field) -> None:
    field.fault(field.run.unknown_by if field.run.again else "slow", "POST", delay_ms=150)


def _strike_many(field: Field) -> None:
    """The same letter, asked for in several ways, all of them approved before the first goes out."""
    run = field.run
    field.do("propose")
    field.approve_all()
    if run.state == "outcome_unknown":
        field.fault(run.unknown_by, "POST")
    elif run.again:
        field.fault("slow", "POST", delay_ms=100)
    if run.state == "killed":
        places = ("sending", "request_out", "answered")
        field.together("race", [{"dies_at": places[run.number % 3]}, {}])
    else:
        field.together("race", [{}, {}] if run.state == "two_processes" else [{}])


def _strike_beside_an_older_one(field: Field) -> None:
    """An identical message stands there already, and this one gets no answer."""
    if field.run.state == "killed":
        field.do("whole", dies_at="sending")
    else:
        field.fault(field.run.unknown_by, "POST")
        field.do("whole")


def _strike_late(field: Field) -> None:
    """Payt takes its time: it applies the request when the process that sent it has given up, or is dead."""
    field.fault("slow", "POST", delay_ms=field.run.delay_ms)
    field.do("whole", **({"dies_at": "request_out"} if field.run.state == "killed" else {}))


def _strike_code(field: Field) -> None:
    run = field.run
    if run.kind == "kill":
        _strike_dead(field, "code")
    elif run.kind == "refused":
        more = {"refusals": 1} if run.state == "sending" else {"url": f"http://127.0.0.1:{closed_port()}"}
        field.do("code", **more)
    elif run.kind in PEOPLE:
        field.do("code", only_ask=True)
        if run.state == "sending":
            _slow_or_unknown(field)
        code = (field.folder / "code").read_text()
        field.together("code", [{"code": code}] * (2 if run.kind == "two_processes" else 1))
    else:
        if run.state == "sending":
            field.fault(run.kind, "POST")
        else:
            field.payt.fault(kind=run.kind, path="/v1/contacts", method="GET", times=2)
        field.do("code")


def _strike_at_a_terminal(field: Field) -> None:
    """A person approves at a terminal what one server, two, or none has taken up."""
    run = field.run
    if run.state == "again":
        field.fault(run.unknown_by, "POST")
    field.do("whole" if run.state == "again" else "propose")
    with record_of(field.folder) as ledger:
        keys = [record.id for record in ledger.pending(also=(Status.OUTCOME_UNKNOWN,))]
    servers = {"not_served": 0, "two_servers": 2}.get(run.state, 1)
    serving = [field.start("serve") for _ in range(servers)]
    kill_after = run.kill_after if run.state == "killed" else None
    decide = partial(terminal.approve, field.payt.url, field.folder, ADMINISTRATION, kill_after=kill_after)
    with ThreadPoolExecutor() as people:
        shown = list(people.map(decide, keys * (2 if run.state == "two_terminals" else 1)))
    field.ended_badly += said_badly(run.state, shown)
    (field.folder / "decided").touch()
    field.join(*serving)


def said_badly(state: str, shown: Sequence[str]) -> list[str]:
    """What is wrong with what people at terminals were shown. All but one may come too late; and where the server
    settles what may have been sent (again), all.
    """
    silent = [text for text in shown if not terminal.asks(text) and not terminal.comes_too_late(text)]
    nobody = state != "again" and not any(map(terminal.asks, shown))
    return ["a terminal neither asked nor told" for _ in silent] + (["no terminal asked anybody"] if nobody else [])
