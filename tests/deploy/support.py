"""The files a team server is run with."""

import os
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

COMPANY: dict[str, Any] = {
    "image": {"repository": "registry.example/payt-mcp"},
    "settings": {
        "PAYT_PUBLIC_URL": "https://payt.company.example",
        "PAYT_OIDC_ISSUER": "https://login.company.example",
        "PAYT_OIDC_CLIENT_ID": "payt-mcp",
        "PAYT_BOOKS_MB": 512,
    },
}
"""Values of the chart: the fewest there are, and one that is a number."""


def lacking(what: str) -> NoReturn:
    """A program of `.github/linters.txt` is not on the PATH: skipped, or failed where all must be there."""
    missing = f"{what} is not on the PATH (pip install -r .github/linters.txt)"
    if os.environ.get("RELEASE_TOOLS") == "required":
        pytest.fail(missing)
    pytest.skip(missing)


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def read(written: str) -> Any:
    return yaml.safe_load(written)


def documents(written: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(written) if one]
