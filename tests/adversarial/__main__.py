"""The cases from the command line, in the folder of the repository.

python -m tests.adversarial                       the table, and each case that does not pass
python -m tests.adversarial --only recipient -v   some cases, by the beginning of their id, with what was seen
python -m tests.adversarial --record              writes what does not pass into known.txt
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import anyio

from tests.adversarial.all_cases import CASES
from tests.adversarial.case import Case
from tests.adversarial.drive import Stage, Step
from tests.adversarial.record import keep, known
from tests.adversarial.table import table
from tests.adversarial.verdict import Verdict, verdict

Results = list[tuple[Case, Verdict, str, list[Step]]]


def main(argv: Sequence[str]) -> int:
    args = _parser().parse_args(argv)
    chosen = [one for one in CASES if one.id.startswith(args.only)]
    began = time.monotonic()
    results = anyio.run(_played, chosen)
    for one, came, why, steps in results:
        if came is not Verdict.PASS or args.verbose:
            print(f"{came:11} {one.id}: {one.story}\n            {why}")
        if args.verbose:
            print("\n".join(f"    {line}" for step in steps for line in f"{step.seen}\n=> {step.answer}".split("\n")))
    print("\n".join(table((one.category, came) for one, came, _, _ in results)))
    print(f"{len(results)} cases, {time.monotonic() - began:.0f} s")
    found = {one.id: came for one, came, _, _ in results}
    if args.record:
        keep({**({} if not args.only else known()), **found})
    return int(any(came is not known().get(key, Verdict.PASS) for key, came in found.items()))


async def _played(chosen: Sequence[Case]) -> Results:
    results: Results = []
    with tempfile.TemporaryDirectory() as folder:
        payt = Stage(Path(folder))
        for one in chosen:
            steps = await payt.play(one)
            results.append((one, *verdict(one, steps), steps))
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.adversarial", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="only the cases whose id begins so")
    parser.add_argument("-v", "--verbose", action="store_true", help="what the person saw and the assistant was told")
    parser.add_argument("--record", action="store_true", help="write what does not pass into known.txt")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
