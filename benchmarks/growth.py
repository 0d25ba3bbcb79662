"""What an administration of some size costs: the first answer, the next ones, and memory.

The embedded Payt is a process of its own, answers after 300 ms and allows 10 requests a second. The server has
PAYT_FRESHNESS_SECONDS=1 and is asked more than a second apart, so that every call asks for changes, and every third or
fourth for those of payment plans and for what was deleted of plans and cases.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.figures import Ratio, Row, markdown, spread
from benchmarks.processes import OURS, RATE, SECOND, Bare, Payt, Server

LATENCY_MS = 300
LARGE = 100_000
_PER_PAGE = 500
_NEXT_CALLS = 5
_BEFORE = {
    "pages of 500": "210.0",
    "first answer: requests (429s)": "237 (0)",
    "first answer: seconds": "26.02",
    "first answer: beside pages / rate": "1.24 x",
    "first answer: own time": "3,363 ms",
    "first answer: own time, beside bare httpx": "2.60 x",
    "next answer: requests": "4",
    "next answer: ms, 300 of them latency": "315.6 (312.0-316.7)",
    "next answer: own ms": "13.0 (9.9-13.9)",
    "next answer: own time, beside bare httpx": "2.46 x (1.47-2.71)",
    "after one change: own ms": "72.5 (71.7-79.1)",
    "`search_invoices`, 20 rows: own ms": "201.7 (200.0-246.9)",
    "resident before, MB": "73.5",
    "resident with all open items, MB": "179.1",
}
"""At 100,000 on 2026-11-21, before the tools that write were there, on a machine with a load of 1."""

_TYPED = ("s", "sm", "smi", "smit", "smit g")


@dataclass(frozen=True)
class Size:
    """What was measured at one size; `own` are seconds of the server's own processor time.

    `typed` are the seconds until a debtor's name is completed, a keystroke each, beside those of a ping.
    """

    invoices: int
    pages: float
    first_seconds: float
    first_requests: int
    first_own: Ratio
    next_seconds: Sequence[float]
    next_requests: int
    next_own: Ratio
    changed_own: Sequence[float]
    search_own: Sequence[float]
    typed: Ratio
    refused: int
    empty_mb: float
    full_mb: float

    @property
    def floor(self) -> float:
        """Seconds that reading these pages takes at the rate, whatever else is fast."""
        return self.pages / RATE


def measured(invoices: int) -> Size:
    with Payt(invoices, LATENCY_MS) as payt:
        with Server(OURS, payt.settings | {"PAYT_FRESHNESS_SECONDS": "1"}) as server:
            server.greet()
            server.call("list_administrations")
            empty_mb = server.resident_mb
            time.sleep(SECOND)
            with payt.listening() as first:
                began = time.perf_counter()
                first_own = server.own_time("summarize_overdue")
                first_seconds = time.perf_counter() - began
            full_mb = server.resident_mb
            server.call("summarize_overdue")
            time.sleep(SECOND)
            with payt.listening() as following:
                server.call("summarize_overdue")
            next_seconds, next_own = _next_calls(server)
            changed_own = _after_a_change(server, payt)
            search_own = [server.own_time("search_invoices") for _ in range(_NEXT_CALLS)]
            typed = Ratio(
                [(_seconds(server, "completion/complete", _completing(text)), _ping(server)) for text in _TYPED]
            )
        refused = payt.log()["rate_limited_count"]
        time.sleep(SECOND)
        with Bare(payt) as bare:
            first_bare = bare.own_time(first)
            next_bare = []
            for _ in next_own:
                time.sleep(SECOND)
                next_bare.append(bare.own_time(following))
    return Size(
        invoices=invoices,
        pages=payt.invoices / _PER_PAGE + payt.debtors / _PER_PAGE,
        first_seconds=first_seconds,
        first_requests=len(first),
        first_own=Ratio([(first_own, first_bare)]),
        next_seconds=next_seconds,
        next_requests=len(following),
        next_own=Ratio(list(zip(next_own, next_bare, strict=True))),
        changed_own=changed_own,
        search_own=search_own,
        typed=typed,
        refused=refused,
        empty_mb=empty_mb,
        full_mb=full_mb,
    )


def rows(sizes: Sequence[Size]) -> list[Row]:
    """The lines about 100,000 open invoices; unmeasured ones where that size was left out."""
    found = {size.invoices: size for size in sizes}
    large = found.get(LARGE)
    what = (
        f"first answer, {LARGE:,} open invoices, {LATENCY_MS} ms latency, {RATE} requests/s, beside pages / rate",
        "429s caused by it",
        "the next answer, nothing changed: upstream requests",
        "the next answer, nothing changed: own time",
        "the next answer, one invoice changed: own time",
        f"a debtor's name completed at {LARGE:,} open invoices, a keystroke, beside a ping",
        f"memory at {LARGE:,} open invoices, resident",
    )
    targets = ("<= 1.5 x", "0", "<= 4", "<= 100 ms", "<= 100 ms", "<= 50 ms", "<= 250 MB")
    if large is None:
        return [Row(*line, "not with --quick", None) for line in zip(what, targets, strict=True)]
    quiet = [ours * 1000 for ours, _ in large.next_own.pairs]
    changed = [seconds * 1000 for seconds in large.changed_own]
    typed = [ours * 1000 for ours, _ in large.typed.pairs]
    multiple = large.first_seconds / large.floor
    seconds = f"{large.first_seconds:.1f} s / {large.floor:.1f} s"
    pages = f"{large.first_requests} requests for {large.pages:.0f} pages"
    smallest = min(sizes, key=lambda size: size.invoices)
    each = (large.full_mb - smallest.full_mb) * 1024 / (large.invoices - smallest.invoices)
    values = (
        (f"{multiple:.2f} x ({seconds}), {pages}", multiple <= 1.5),
        (f"{large.refused}", large.refused == 0),
        (f"{large.next_requests}", large.next_requests <= 4),
        (f"{spread(quiet)} ms; {large.next_own} the same requests by bare httpx", median(quiet) <= 100),
        (f"{spread(changed)} ms", median(changed) <= 100),
        (f"{spread(typed)} ms; {large.typed}", max(typed) <= 50),
        (f"{large.full_mb:.0f} MB, {each:.2f} KB an invoice", large.full_mb <= 250),
    )
    return [Row(name, target, *value) for name, target, value in zip(what, targets, values, strict=True)]


def table(sizes: Sequence[Size]) -> str:
    """The same by size: how cost grows."""
    lines: list[tuple[str, ...]] = [
        ("pages of 500", *(f"{size.pages:,.1f}" for size in sizes)),
        ("first answer: requests (429s)", *(f"{size.first_requests} ({size.refused})" for size in sizes)),
        ("first answer: seconds", *(f"{size.first_seconds:.2f}" for size in sizes)),
        ("first answer: beside pages / rate", *(f"{size.first_seconds / size.floor:.2f} x" for size in sizes)),
        ("first answer: own time", *(f"{_own_ms(size.first_own):,.0f} ms" for size in sizes)),
        ("first answer: own time, beside bare httpx", *(f"{size.first_own.median:.2f} x" for size in sizes)),
        ("next answer: requests", *(f"{size.next_requests}" for size in sizes)),
        ("next answer: ms, 300 of them latency", *(_ms(size.next_seconds) for size in sizes)),
        ("next answer: own ms", *(_ms([own for own, _ in size.next_own.pairs]) for size in sizes)),
        ("next answer: own time, beside bare httpx", *(str(size.next_own) for size in sizes)),
        ("after one change: own ms", *(_ms(size.changed_own) for size in sizes)),
        ("`search_invoices`, 20 rows: own ms", *(_ms(size.search_own) for size in sizes)),
        ("a debtor's name completed: ms a keystroke", *(_ms([ours for ours, _ in size.typed.pairs]) for size in sizes)),
        ("resident before, MB", *(f"{size.empty_mb:.1f}" for size in sizes)),
        ("resident with all open items, MB", *(f"{size.full_mb:.1f}" for size in sizes)),
    ]
    heads = ("open invoices", *(f"{size.invoices:,}" for size in sizes), f"before, {LARGE:,}")
    return markdown(heads, [(*line, _BEFORE.get(line[0], "-")) for line in lines])


def _next_calls(server: Server) -> tuple[list[float], list[float]]:
    seconds, own = [], []
    for _ in range(_NEXT_CALLS):
        time.sleep(SECOND)
        began = time.perf_counter()
        own.append(server.own_time("summarize_overdue"))
        seconds.append(time.perf_counter() - began)
    return seconds, own


def _after_a_change(server: Server, payt: Payt) -> list[float]:
    own = []
    for _ in range(_NEXT_CALLS):
        payt.change_an_invoice()
        time.sleep(SECOND)
        own.append(server.own_time("summarize_overdue"))
    return own


def _completing(text: str) -> dict[str, Any]:
    return {"ref": {"type": "ref/prompt", "name": "draft-reminder"}, "argument": {"name": "debtor", "value": text}}


def _ping(server: Server) -> float:
    return _seconds(server, "ping", {})


def _seconds(server: Server, method: str, params: dict[str, Any]) -> float:
    began = time.perf_counter()
    server.request(method, params)
    return time.perf_counter() - began


def _own_ms(ratio: Ratio) -> float:
    return ratio.pairs[0][0] * 1000


def _ms(seconds: Sequence[float]) -> str:
    return spread([value * 1000 for value in seconds])
