"""`python -m benchmarks [--quick | --sets | --http | --requests | --forecast | --past | --team]`: what it measures."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version

from benchmarks import asked, backtest, beside, growth, over_http, scores, small, start, tokens
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
    parts = [_machine(), table(rows), "What a tool set costs a model:", tokens.sets()]
    parts += ["How cost grows:", growth.table(sizes)]
    parts += ["Where the own time of a call goes, 1,000 open invoices:", small.table(calls)]
    parts += [over_http.table(over), asked.table(requests)]
    print("\n\n".join(parts))


def _team() -> str:
    from benchmarks import team  # noqa: PLC0415 - it needs the extra, and PostgreSQL

    return f"{_machine()}\n\n{team.table(team.measured())}"


_ALONE: Mapping[str, Callable[[], str]] = {
    "sets": tokens.sets,
    "forecast": lambda: scores.tables(backtest.backtest()),
    "past": lambda: beside.table(beside.measured()),
    "http": lambda: over_http.table(over_http.measured()),
    "requests": lambda: asked.table(asked.measured()),
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
