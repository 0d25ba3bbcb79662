"""The storm from the command line, in the folder of the repository.

python -m tests.proposals.storm --jobs 2 --seed 1            all of it, thirty runs of each case
python -m tests.proposals.storm --seed 1 --only 417          one run again
python -m tests.proposals.storm --case upsert/kill --times 3 some cases
python -m tests.proposals.storm --broken claim|order|age     with a ledger broken on purpose
python -m tests.proposals.storm --replicas --times 6         over replicas that share a PostgreSQL
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.proposals.storm.broken import LEDGERS
from tests.proposals.storm.cases import CASES, is_of_replicas
from tests.proposals.storm.table import failures, table, write
from tests.proposals.storm.weather import storm
from tests.support.postgres import a_database, of_this_run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.proposals.storm",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=30, help="runs of each case (default 30)")
    parser.add_argument("--case", default="", help="only the cases whose write/kind/state begins so")
    parser.add_argument("--only", type=int, help="the number of one run")
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time (default 1)")
    parser.add_argument("--broken", choices=[name for name in LEDGERS if name], default="")
    parser.add_argument("--replicas", action="store_true", help="the record of writes is a company's, in PostgreSQL")
    parser.add_argument("--write", type=Path, help="a document that has a place for the figures")
    return parser


def _numbers(args: argparse.Namespace) -> list[int]:
    if args.only is not None:
        return [args.only]
    chosen = [n for n, c in enumerate(CASES) if f"{c.write}/{c.kind}/{c.state}".startswith(args.case)]
    if args.replicas:
        chosen = [number for number in chosen if is_of_replicas(CASES[number])]
    return [place + turn * len(CASES) for turn in range(args.times) for place in chosen]


def main(argv: Sequence[str]) -> int:
    args = _parser().parse_args(argv)
    began = time.monotonic()
    with a_database(of_this_run()) if args.replicas else nullcontext("") as database:
        outcomes = storm(_numbers(args), args.seed, args.broken, jobs=args.jobs, database=database)
    wrong = failures(outcomes, args.broken)
    seconds = f"{time.monotonic() - began:.0f} s, {args.jobs} at a time"
    lines = [*table(outcomes), f"{len(outcomes)} runs, {len(wrong)} wrong, seed {args.seed}, {seconds}"]
    print("\n".join([*lines, *wrong]))
    if args.write:
        given = [part for part in argv if not part.startswith("--write") and part != str(args.write)]
        write(args.write, " ".join(["python -m tests.proposals.storm", *given]), lines)
    return 1 if wrong or not outcomes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
