"""How long a host waits for the tools of a server it starts."""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks.figures import Ratio, Row
from benchmarks.processes import OURS, TRIVIAL, Server

_LIMIT = 1.25


def rows(pairs: int) -> list[Row]:
    _seconds(OURS), _seconds(TRIVIAL)  # whatever is compiled or read from disk once
    ratio = Ratio([(_seconds(OURS), _seconds(TRIVIAL)) for _ in range(pairs)])
    measured = f"{ratio.in_ms()}, {pairs} pairs"
    return [
        Row(
            "spawn to `tools/list` answered, beside an SDK server with one trivial tool",
            f"<= {_LIMIT} x",
            measured,
            ratio.median <= _LIMIT,
        )
    ]


def _seconds(module: Sequence[str]) -> float:
    began = time.perf_counter()
    with Server(module) as server:
        server.greet()
        server.request("tools/list")
        return time.perf_counter() - began
