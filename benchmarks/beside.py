"""Questions about open items while a long past is read in the background, as a person waits for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import markdown, spread
from benchmarks.processes import OURS, Payt, Server

PAID = 100_000
_OPEN = 2_000
_LATENCY_MS = 300
_APART = 1.5
_A_ROUND = 10
"""Questions between two that ask for the past: about as long as such a call waits for it."""

_MOST_ROUNDS = 30


@dataclass(frozen=True)
class Beside:
    """Seconds of each question, before and meanwhile; how long the past took, and what it takes in memory."""

    before: Sequence[float]
    meanwhile: Sequence[float]
    whole_after: float
    requests: int
    refused: int
    empty_mb: float
    full_mb: float


def measured(paid: int = PAID) -> Beside:
    with Payt(_OPEN, _LATENCY_MS, past=paid) as payt:
        settings = {**payt.settings, "PAYT_FRESHNESS_SECONDS": "1", "PAYT_TOOLSETS": "insight"}
        with Server(OURS, settings) as server:
            server.greet()
            server.call("summarize_overdue")
            before, empty_mb = _asked(server), server.resident_mb
            begun, asked = time.monotonic(), len(payt.log()["requests"])
            meanwhile: list[float] = []
            for _ in range(_MOST_ROUNDS):
                server.begin("collection_figures")
                meanwhile += _asked(server)
                if not _is_reading(payt):
                    break
            whole_after = time.monotonic() - begun
            server.call("collection_figures")
            log = payt.log()
            return Beside(
                before,
                meanwhile,
                whole_after,
                len(log["requests"]) - asked,
                log["rate_limited_count"],
                empty_mb,
                server.resident_mb,
            )


def table(found: Beside) -> str:
    lines = [
        ("seconds until an answer, nothing else under way", spread(found.before, ".2f")),
        ("the same while the past is read", spread(found.meanwhile, ".2f")),
        ("beside each other, medians", f"{median(found.meanwhile) / median(found.before):.2f} x"),
        (f"seconds until the past of {PAID:,} paid invoices is whole, at most", f"{found.whole_after:.0f}"),
        ("requests meanwhile, those of the questions too", str(found.requests)),
        ("refused (429)", str(found.refused)),
        ("resident before and after, MB", f"{found.empty_mb:.0f}, {found.full_mb:.0f}"),
    ]
    return markdown(("questions beside the reading of a past", "now"), lines)


def _asked(server: Server) -> list[float]:
    found = []
    for _ in range(_A_ROUND):
        time.sleep(_APART)
        begun = time.monotonic()
        server.call("summarize_overdue")
        found.append(time.monotonic() - begun)
    return found


def _is_reading(payt: Payt) -> bool:
    """Whether the last requests are for more than what a question asks for."""
    last = payt.log()["requests"][-_A_ROUND:]
    return any(entry["path"] == "/v1/payments" or "paid=true" in entry["query"] for entry in last)
