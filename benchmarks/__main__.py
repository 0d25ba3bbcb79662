"""`python -m benchmarks [--quick | --sets | --http | --requests | --holds | --forecast | --past | --team]`: what it
measures.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks import asked, backtest, beside, growth, holds, over_http, scores, small, start, tokens
from benchmarks.figures import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What payt-mcp costs on this machine.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, and no 100,000 invoices")
    parser.add_argument("--sets", action="store_true", help="only the tokens of each tool set, in a few seconds")
    parser.add_argument("--forecast", action="store_true", help="only what the forecast of receipts is worth")
    parser.add_argument(
        "--past", action="store_true", help="only questions beside the reading of 100,000 paid invoices"
    )
    parser.add_argument(
        "--http", action="store_true", help="only answers over HTTP beside a trivial server's, before too"
    )
    parser.add_argument("--requests", action="store_true", help="only how often each tool asks Payt, before too")
    parser.add_argument(
        "--holds",
        action="store_true",
        help="only how long searches keep the event loop, before too",
    )
    parser.add_argument("--team", action="store_true", help="only two replicas of a team server, under load")
    chosen = parser.parse_args()
    quick = chosen.quick
    if sys.platform != "linux":
        parser.error("memory and processor time of other processes are read as Linux tells them")
    alone = next((show for name, show in _ALONE.items() if getattr(chosen, name)), None)
    if alone is not None:
        print(alone())
        return
    _say("start")
    rows = start.rows(3 if quick else 9)
    _say("tokens")
    rows += tokens.rows()
    sizes = []
    for invoices in (1_000, 10_000) if quick else (1_000, 10_000, growth.LARGE):
        _say(f"{invoices:,} invoices")
        sizes.append(growth.measured(invoices))
    rows += growth.rows(sizes)
    _say("own time")
    calls = small.measured(2 if quick else 5)
    rows += small.rows(calls)
    _say("over HTTP")
    over = over_http.measured(3 if quick else 5)
    rows += over_http.rows(over)
    _say("requests of each tool")
    requests = asked.measured()
    _say("holds of the event loop")
    most = 10_000 if quick else holds.INVOICES
    held = holds.measured(most)
    rows += holds.rows(held[0], most)
    parts = [_machine(), "### Targets", table(rows, _BEFORE)]
    parts += ["### How cost grows with what is open", growth.table(sizes)]
    parts += ["### Several callers at once over HTTP", over_http.table(over)]
    parts += ["### Searches, and who waits for them", holds.table(held, most)]
    parts += ["### How often a tool asks Payt", asked.table(requests)]
    parts += ["### What a tool set costs a model", tokens.sets()]
    parts += ["### Where the own time of a call goes, 1,000 open invoices", small.table(calls)]
    print("\n\n".join(parts))


_BEFORE = {
    "spawn to `tools/list`": "0.95 x (0.58-1.48)",
    "tokens of `summarize_overdue`, 6,000 invoices: content": "571",
    "tokens of `summarize_overdue`, 6,000 invoices: structured": "824",
    "tokens of `search_invoices`, 20 rows: content": "1,201",
    "tokens of `search_invoices`, 20 rows: structured": "1,760",
    "first answer": "1.24 x (26.0 s / 21.0 s)",
    "429s": "0",
    "the next answer, nothing changed: upstream requests": "4",
    "the next answer, nothing changed: own time": "13.0 (9.9-13.9) ms",
    "the next answer, one invoice changed: own time": "72.5 (71.7-79.1) ms",
    "memory at 100,000": "179 MB",
    "own time per call, 1,000 open invoices, beside bare httpx: first call": "2.36 x (2.11-2.80)",
    "own time per call, 1,000 open invoices, beside bare httpx: asking for changes": "1.60 x (1.46-1.81)",
    "own time per call, 1,000 open invoices, beside bare httpx: from fresh books": "0.06 x (0.05-0.08)",
    "`summarize_overdue`, 6,000 invoices over HTTP": "62%",
    "`find_debtors`, 6,000 invoices over HTTP": "10%",
    "`find_debtors`, eight words, 6,000 invoices over HTTP": "21%",
    "`search_invoices`, 6,000 invoices over HTTP": "5%",
    "`search_invoices`, eight words, 6,000 invoices over HTTP": "11%",
    "longest hold": "2,394 ms (paused ones)",
}
"""What was measured on 2026-11-21 (over HTTP: at commit f1a0822 on 2026-11-28; holds: at 97a1d81 on 2026-11-29)."""


def _team() -> str:
    from benchmarks import team  # noqa: PLC0415 - it needs the extra, and PostgreSQL

    return f"{_machine()}\n\n{team.table(team.measured())}"


_ALONE: Mapping[str, Callable[[], str]] = {
    "sets": tokens.sets,
    "forecast": lambda: scores.tables(backtest.backtest()),
    "past": lambda: beside.table(beside.measured()),
    "http": lambda: over_http.table(over_http.measured()),
    "requests": lambda: asked.table(asked.measured()),
    "holds": lambda: holds.table(holds.measured()),
    "team": _team,
}
"""What is measured by itself, by its option."""


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("mcp", "pydantic", "httpx"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {libraries}. Medians, smallest and largest in brackets."
    )


def _say(what: str) -> None:
    print(f"measuring: {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
