"""`payt-mcp team verify`: whether an export is what the server wrote."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from payt_mcp.server.team.audit.checking import check, check_goes_on


def run(argv: Sequence[str], _environ: Mapping[str, str]) -> int:
    """Raises AlteredExportError where it is not, InputError where it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team verify",
        description="Whether an export is whole and unaltered: every event against the one before it, the last one and "
        "the file against the signatures, the table (.csv) where it lies beside. Needs no database and no setting.",
    )
    parser.add_argument("file", type=Path, help="the .jsonl file")
    parser.add_argument(
        "--public-key", metavar="KEY", default="", help="the key you were given by another way than the file"
    )
    parser.add_argument(
        "--after", type=Path, metavar="EARLIER", help="an earlier export: everything in it must stand in this one, too"
    )
    args = parser.parse_args(argv)
    found = check(args.file, args.public_key)
    if args.after:
        check_goes_on(found, check(args.after))
    until = f", the last at {found.until}" if found.until else ""
    print(f"Whole and unaltered: {found.events} events of {found.company}{until}; exported at {found.made_at}.")
    print("The table beside it is the one that was made with it." if found.table else "No table lies beside it.")
    if args.after:
        print("It goes on from the earlier one: nothing that stood there is gone.")
    if not args.public_key:
        print(f"It was signed with {found.public_key}. Ask the company for its key, and pass it with --public-key:")
        print("without it, this says that nobody altered the file, and not who made it.")
    return 0
