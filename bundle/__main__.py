"""`python -m bundle` builds the bundle for Claude Desktop into `dist/`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bundle.archive import ROOT, build
from bundle.registry import released


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bundle", description="Build the bundle for Claude Desktop.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="the folder to build into (dist)")
    parser.add_argument("--url", help="where it will be downloaded: writes server.json with it into that folder too")
    args = parser.parse_args(argv)
    bundle = build(args.out)
    print(bundle)
    if args.url:
        entry = args.out / "server.json"
        entry.write_text(released(bundle, f"{args.url.rstrip('/')}/{bundle.name}"), encoding="utf-8", newline="\n")
        print(entry)


if __name__ == "__main__":
    main(sys.argv[1:])
