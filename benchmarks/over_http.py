"""What a team gets over HTTP: several callers at once, beside an SDK server with one trivial tool in the same run.

Each caller has a session of its own and asks again as soon as it is answered. What is compared is the server's own
processor time for an answer: it bounds how many answers a second one process gives, and what else this machine is busy
with is not in it. The seconds that went by are in no figure. The open items are read before anything is measured.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from benchmarks.figures import Ratio, Row, markdown
from benchmarks.processes import HttpServer, Payt

INVOICES = 6_000
CALLERS = 8
_LEAST = 0.7
"""Answers for the processor time in which the trivial server gives one."""
_PROTOCOL = "2025-11-25"
_WORDS = ("bouw", "transport", "van", "jansen", "groothandel", "b.v.", "de", "techniek")

_BEFORE = {
    "`summarize_overdue`": "62%, 1.4 ms",
    "`find_debtors`": "10%, 8.6 ms",
    "`find_debtors`, eight words": "21%, 4.0 ms",
    "`search_invoices`": "5%, 19.4 ms",
    "`search_invoices`, eight words": "11%, 7.3 ms",
}
"""At commit f1a0822 on 2026-11-28: 2 cores, Linux x86_64, Python 3.11.7, three turns of 8 answers by each caller, while
others used the machine.
"""

Call = tuple[str, Mapping[str, Any]]
CALLS: Mapping[str, Sequence[Call]] = {
    "`summarize_overdue`": [("summarize_overdue", {})],
    "`find_debtors`": [("find_debtors", {})],
    "`find_debtors`, eight words": [("find_debtors", {"query": word}) for word in _WORDS],
    "`search_invoices`": [("search_invoices", {})],
    "`search_invoices`, eight words": [("search_invoices", {"query": word}) for word in _WORDS],
}
_TRIVIAL_CALL: Sequence[Call] = [("add", {"a": 1, "b": 2})]


@dataclass(frozen=True)
class Beside:
    """Own seconds of an answer, ours and the trivial server's, in turns."""

    what: str
    own: Ratio

    @property
    def share(self) -> float:
        return 1 / self.own.median


def measured(turns: int = 5, answers: int = 16) -> list[Beside]:
    """`answers` of each kind by each caller, in as many turns with the trivial server's."""
    found = []
    settings = {"PAYT_FRESHNESS_SECONDS": "3600"}
    with (
        Payt(INVOICES) as payt,
        HttpServer.ours(payt.settings | settings) as ours,
        HttpServer.trivial() as trivial,
    ):
        here, there = _callers(ours), _callers(trivial)
        _own(trivial, there, _TRIVIAL_CALL, answers)
        for what, calls in CALLS.items():
            _own(ours, here, calls, len(calls))  # whatever is loaded, read or computed once
            pairs = [
                (_own(ours, here, calls, answers), _own(trivial, there, _TRIVIAL_CALL, answers)) for _ in range(turns)
            ]
            found.append(Beside(what, Ratio(pairs)))
    return found


def rows(found: Sequence[Beside]) -> list[Row]:
    asked = f"{INVOICES:,} invoices over HTTP, {CALLERS} callers, own time beside a trivial SDK server's"
    return [
        Row(f"{one.what}, {asked}", f">= {_LEAST:.0%}", f"{one.share:.0%}: {one.own.in_ms()}", one.share >= _LEAST)
        for one in found
    ]


def table(found: Sequence[Beside]) -> str:
    """Before and now side by side."""
    lines = [(one.what, _BEFORE[one.what], f"{one.share:.0%}, {one.own.in_ms()}") for one in found]
    asked = f"{CALLERS} callers over HTTP, {INVOICES:,} invoices: answers for a trivial one"
    return markdown((asked, "before", "now"), lines)


class _Caller:
    """One session, over one connection that it keeps."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        self._last_id = 0
        client = {"name": "benchmarks", "version": "1"}
        self._ask("initialize", {"protocolVersion": _PROTOCOL, "capabilities": {}, "clientInfo": client})
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def call(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """RuntimeError where it is an error."""
        answer = self._ask("tools/call", {"name": tool, "arguments": arguments})
        if b'"isError":true' in answer or b'"result"' not in answer:
            raise RuntimeError(f"{tool}: {answer[:400]!r}")

    def _ask(self, method: str, params: Mapping[str, Any]) -> bytes:
        self._last_id += 1
        return self._send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> bytes:
        try:
            answer = self._answer(message)
        except ConnectionError:  # kept for too long: on a busy machine a server's turn can take more than five seconds
            self._connection.close()
            answer = self._answer(message)
        body = answer.read()
        session = answer.getheader("mcp-session-id")
        if session:
            self._headers |= {"mcp-session-id": session, "mcp-protocol-version": _PROTOCOL}
        return body

    def _answer(self, message: Mapping[str, Any]) -> HTTPResponse:
        self._connection.request("POST", "/mcp", json.dumps(message), self._headers)
        return self._connection.getresponse()


def _callers(server: HttpServer) -> list[_Caller]:
    return [_Caller(server.port) for _ in range(CALLERS)]


def _own(server: HttpServer, callers: Sequence[_Caller], calls: Sequence[Call], answers: int) -> float:
    """The server's own seconds of an answer, all callers asking at once; each begins with another call."""
    failures: list[Exception] = []

    def ask(place: int) -> None:
        try:
            for number in range(answers):
                callers[place].call(*calls[(place + number) % len(calls)])
        except Exception as failure:  # noqa: BLE001 - the end of a thread: whoever waits for it raises it
            failures.append(failure)

    before = server.own_seconds
    threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(callers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return (server.own_seconds - before) / (answers * len(callers))
