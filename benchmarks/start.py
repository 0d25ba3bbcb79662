"""How long a host waits for the tools of a server it starts, as pip installs it: with its modules compiled."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from benchmarks.figures import Ratio, Row
from benchmarks.processes import OURS, TRIVIAL, Server

_LIMIT = 1.1


def rows(pairs: int) -> list[Row]:
    with _compiled() as settings:
        found = [(_seconds(OURS, settings), _seconds(TRIVIAL, settings)) for _ in range(pairs)]
    waited, own = (Ratio([(ours[kind], theirs[kind]) for ours, theirs in found]) for kind in (0, 1))
    return [
        Row(
            "spawn to `tools/list` answered, beside an SDK server with one trivial tool",
            f"<= {_LIMIT} x",
            f"{waited.in_ms()}, own time {own}, {pairs} pairs",
            waited.median <= _LIMIT,
        )
    ]


@contextmanager
def _compiled() -> Iterator[Mapping[str, str]]:
    """The environment of two servers whose modules are compiled, all of them in a place of their own: in an environment
    that says PYTHONDONTWRITEBYTECODE, those of a checkout would else be compiled at each start.
    """
    with TemporaryDirectory() as place:
        settings = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": place}
        for module in (OURS, TRIVIAL):  # which also reads from disk what is read once
            _seconds(module, settings)
        yield settings


def _seconds(module: Sequence[str], settings: Mapping[str, str]) -> tuple[float, float]:
    """Until its tools are there: the time that went by, and the processor time of the server's own threads."""
    began = time.perf_counter()
    with Server(module, settings) as server:
        server.greet()
        server.request("tools/list")
        return time.perf_counter() - began, server.own_seconds
