"""Right letters by the thousand, held against the table of sources: none may be accused of anything.

python -m tests.letters            2,000 letters in each language
python -m tests.letters 50 --show  so many, and each accusation with its letter
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.letters.accused import accused
from tests.letters.writing import LANGUAGES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.letters")
    parser.add_argument("letters", type=int, nargs="?", default=2_000)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    failed = 0
    for language in LANGUAGES:
        began = time.monotonic()
        found = [one for seed in range(args.letters) for one in accused(language, seed)]
        red = [one for one in found if one.danger]
        failed += len(found)
        took = time.monotonic() - began
        print(f"{language}: {args.letters} right letters, {len(red)} red, {len(found)} accused, {took:.0f} s")
        for one in found[:20] if args.show else ():
            print(f"  [{one.seed}] {one.said}\n    " + one.text.replace("\n", "\n    "))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
