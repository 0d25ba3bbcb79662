"""`payt-mcp team doctor`: what works and what does not, before people notice."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence

import anyio

from payt_mcp.cli.findings import as_data, as_text
from payt_mcp.doctor.team import check_team, check_team_settings

_ROOMS = {
    "settings": "Settings", "database": "Database", "keys": "Keys", "people": "Companies",
    "provider": "Identity provider", "payt": "Payt", "address": "Address",
}  # fmt: skip


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """0 where nothing stands in the way (warnings included), 1 where something does."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team doctor",
        description="What of a team server works, what does not, and what to do. Run it with a replica's settings.",
    )
    parser.add_argument("--json", action="store_true", help="for scripts: one JSON object")
    args = parser.parse_args(argv)
    settings, findings = check_team_settings(environ)
    if settings is not None:
        findings += anyio.run(check_team, settings)
    found = as_data(findings)
    print(
        json.dumps(found, indent=2, ensure_ascii=False) if args.json else "\n".join(as_text(findings, _ROOMS, environ))
    )
    return int(found["status"] == "problem")
