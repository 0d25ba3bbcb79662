"""Every check a change must pass, one after the other, up to the first that fails.

python -m tests                     lint, format, types and all tests
python -m tests --quick             without the tests that are marked slow: under a minute
python -m tests --quick tests/payt  and of one room
"""

import argparse
import subprocess
import sys

QUICK = ("-m", "not slow")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="leave out what is marked slow")
    parser.add_argument("paths", nargs="*", help="rooms or files of tests (default: all)")
    args = parser.parse_args()
    tests = ("pytest", "-q", "-n", "6", "--dist", "worksteal", *(QUICK if args.quick else ()), *args.paths)
    for check in (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), tests):
        print(f"== {' '.join(check)}", flush=True)
        if failed := subprocess.run([sys.executable, "-m", *check], check=False).returncode:
            print(f"FAILED: {' '.join(check)}", file=sys.stderr)
            return failed
    return 0


if __name__ == "__main__":
    sys.exit(main())
