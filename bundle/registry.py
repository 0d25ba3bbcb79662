"""`server.json`, the entry in the MCP registry: what settings there are, and at a release the bundle's address."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from bundle.archive import ROOT
from payt_mcp import __version__
from payt_mcp.settings import FOR_A_TEAM, KNOWN, Settings

WRITTEN = ROOT / "server.json"


def kept_up() -> str:
    """`server.json` with the version and the settings of the package beside it."""
    entry: dict[str, Any] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    entry["version"] = __version__
    for package in entry["packages"]:
        package["version"] = __version__
        package["environmentVariables"] = _variables()
    return _text(entry)


def released(bundle: Path, url: str) -> str:
    """`server.json` with the bundle as a second way to install: only a release has an address for it."""
    entry: dict[str, Any] = json.loads(WRITTEN.read_text(encoding="utf-8"))
    entry["packages"].append(
        {
            "registryType": "mcpb",
            "identifier": url,
            "fileSha256": hashlib.sha256(bundle.read_bytes()).hexdigest(),
            "transport": {"type": "stdio"},
        }
    )
    return _text(entry)


def _variables() -> list[dict[str, Any]]:
    secrets = {f"PAYT_{field.name.upper()}" for field in fields(Settings) if "Secret" in str(field.type)}
    return [
        {"name": name, "description": meaning, "isRequired": False, "isSecret": name in secrets}
        for name, meaning in KNOWN.items()
        if name not in FOR_A_TEAM  # what the registry starts is a server of one person
    ]


def _text(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, indent=2) + "\n"
