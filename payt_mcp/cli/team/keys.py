"""`payt-mcp team keys`: keys for PAYT_KEYS."""

from __future__ import annotations

import argparse
import base64
import secrets
from collections.abc import Mapping, Sequence


def run(argv: Sequence[str], _environ: Mapping[str, str]) -> int:
    """Print a new key on stdout and nothing else, so that it can go straight into a secret manager."""
    parser = argparse.ArgumentParser(
        prog="payt-mcp team keys",
        description="Keys that seal what is secret in the database. A new one goes before the others in PAYT_KEYS.",
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("new", help="print one, with a name of its own: name:base64")
    parser.parse_args(argv)
    print(f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    return 0
