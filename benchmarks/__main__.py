"""`python -m benchmarks [--quick | --sets | --http | --requests | --forecast | --past]`: prints what it measures."""

from __future__ import annotations

import argparse
import os
import platform
import sys
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
    chosen = parser.parse_args()
    quick = chosen.quick
    if sys.platform != "linux":
        parser.error("memory and processor time of other processes are read as Linux tells them")
    if chosen.sets:
        print(tokens.sets())
        return
    if chosen.forecast:
        print(scores.tables(backtest.backtest()))
        return
    if chosen.past:
        print(beside.table(beside.measured()))
        return
    if chosen.http:
        print(over_http.table(over_http.measured()))
        return
    if chosen.requests:
        print(asked.table(asked.measured()))
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
