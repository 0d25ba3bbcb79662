"""Own time per call on a small administration, beside the same requests by httpx alone, and where it goes.

Own time is processor time of the whole process, so neither has waiting in it. Three calls of `summarize_overdue`:
the first one (everything is read), one that asks for changes, and one answered from what is fresh.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.figures import Ratio, Row, markdown
from benchmarks.processes import OURS, SECOND, TRIVIAL, Bare, Payt, Server
from payt_mcp.payt import wire
from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.receivables.aging import overdue
from payt_mcp.receivables.open_items import OpenItems

INVOICES = 1_000
_LIMIT = 3.0
_KEPT = {"PAYT_FRESHNESS_SECONDS": "3600"}
_STALE = {"PAYT_FRESHNESS_SECONDS": "0"}


@dataclass(frozen=True)
class Calls:
    """Seconds of own time by kind of call, beside bare httpx; and the parts the first two are made of."""

    first: Ratio
    changes: Ratio
    fresh: Ratio
    parts: Sequence[tuple[str, float, float]]


def measured(pairs: int) -> Calls:
    """As many pairs of fresh processes, taking turns, each with an embedded Payt of its own."""
    first, changes, fresh = [], [], []
    with Payt(INVOICES) as ours, Payt(INVOICES) as theirs:
        for _ in range(pairs):
            whole, delta, own = _server_calls(ours)
            with Bare(theirs) as bare:
                bare_whole = bare.own_time(whole)
                time.sleep(SECOND)
                bare.own_time(delta)  # as often as the server did before its own was measured
                time.sleep(SECOND)
                bare_delta = bare.own_time(delta)
            time.sleep(SECOND)
            first.append((own[0], bare_whole))
            changes.append((own[1], bare_delta))
            fresh.append((own[2], bare_whole))
        protocol = _protocol()
        parts = _parts([theirs.answer(path) for path in whole], protocol, first, changes, fresh)
    return Calls(Ratio(first), Ratio(changes), Ratio(fresh), parts)


def rows(calls: Calls) -> list[Row]:
    what = f"own time per call, {INVOICES:,} open invoices, beside bare httpx:"
    kinds = (("first call", calls.first), ("asking for changes", calls.changes), ("from fresh books", calls.fresh))
    return [Row(f"{what} {kind}", f"<= {_LIMIT:.0f} x", ratio.in_ms(), ratio.median <= _LIMIT) for kind, ratio in kinds]


def table(calls: Calls) -> str:
    """Where own time goes."""
    return markdown(
        ("own time, ms", "first call", "asking for changes"),
        [(name, f"{one * 1000:.1f}", f"{other * 1000:.1f}") for name, one, other in calls.parts],
    )


def _server_calls(payt: Payt) -> tuple[list[str], list[str], tuple[float, float, float]]:
    """The requests of the first call and of one for changes, and the own time of each kind of call."""
    with Server(OURS, payt.settings | _STALE) as server:
        _greeted(server)
        with payt.listening() as whole:
            first = server.own_time("summarize_overdue")
        time.sleep(SECOND)
        with payt.listening() as delta:
            server.call("summarize_overdue")
        time.sleep(SECOND)
        changes = server.own_time("summarize_overdue")
    time.sleep(SECOND)
    with Server(OURS, payt.settings | _KEPT) as server:
        _greeted(server)
        for _ in range(2):
            server.call("summarize_overdue")
        fresh = server.own_time("summarize_overdue")
    time.sleep(SECOND)
    return whole, delta, (first, changes, fresh)


def _greeted(server: Server) -> None:
    """Libraries are loaded when the first tool is called: before anything is measured, as they are in `bare.py`."""
    server.greet()
    server.request("tools/list")
    server.call("list_administrations")


def _protocol() -> float:
    """What a call costs that does nothing: the SDK's own server, `add`."""
    with Server(TRIVIAL) as server:
        server.greet()
        server.call("add", a=1, b=2)
        return median(server.own_time("add", a=1, b=2) for _ in range(9))


Pairs = Sequence[tuple[float, float]]


def _parts(
    bodies: Sequence[bytes], protocol: float, first: Pairs, changes: Pairs, fresh: Pairs
) -> list[tuple[str, float, float]]:
    """What the parts of a call take by themselves; what is left over is the difference to the whole."""
    answers = [wire.read_json(200, "application/json", body, "list") for body in bodies]
    decoding = _seconds(lambda: [wire.read_json(200, "application/json", body, "list") for body in bodies])
    reading = _seconds(lambda: _taken_in(answers))
    items = _taken_in(answers)
    today = datetime.now(UTC).date()
    computing = _seconds(lambda: overdue(items, today))
    rendering = max(median(own for own, _ in fresh) - protocol, 0.0)
    whole, delta = (median(own for own, _ in pairs) for pairs in (first, changes))
    http, delta_http = (median(bare for _, bare in pairs) for pairs in (first, changes))
    known = [
        ("protocol: a call of the SDK that does nothing", protocol, protocol),
        ("HTTP: the requests by bare httpx, without decoding", max(http - decoding, 0.0), delta_http),
        ("parsing: JSON", decoding, 0.0),
        ("parsing: validation, open items", reading, 0.0),
        ("computing: overdue, buckets, debtors", computing, 0.0),
        ("arguments, rendering, output schema", rendering, rendering),
    ]
    rest = whole - sum(one for _, one, _ in known), delta - sum(other for _, _, other in known)
    return [*known, ("rest: pacing, paging, tasks", *rest), ("whole", whole, delta)]


def _taken_in(answers: Sequence[Any]) -> OpenItems:
    items = OpenItems("EUR")
    for answer in answers:
        for row in wire.read_page(answer, "list").rows:
            if "invoice_number" in row:
                items.put_invoice(wire.read_entity(Invoice, row, "invoice"))
            else:
                items.put_debtor(wire.read_entity(Debtor, row, "debtor"))
    return items


def _seconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return median(times)
