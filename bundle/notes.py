"""`python -m bundle.notes v1.2.3`: whether the sources are what the tag says, and what the changelog says of it."""

from __future__ import annotations

import re
import sys

from bundle.archive import ROOT
from bundle.registry import WRITTEN, kept_up
from payt_mcp import __version__


def notes(tag: str, changelog: str, entry: str) -> str:
    """The section of the changelog that belongs to a tag; `entry` is the text of `server.json`.

    Raises:
        ValueError: the tag, the version, the changelog and `server.json` do not say the same.
    """
    if tag != f"v{__version__}":
        raise ValueError(f"The tag is {tag}, and payt_mcp/__init__.py says {__version__}: it would be v{__version__}.")
    if entry != kept_up():
        raise ValueError("server.json is not up to date: UPDATE_SNAPSHOTS=1 pytest tests/release writes it.")
    found = re.search(rf"^## \[{re.escape(__version__)}\].*?$(.*?)(?=^## \[|\Z)", changelog, re.MULTILINE | re.DOTALL)
    text = found.group(1).strip() if found else ""
    if not text:
        raise ValueError(f"CHANGELOG.md says nothing under a heading `## [{__version__}] - DATE`.")
    return text


if __name__ == "__main__":
    try:
        changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        print(notes(sys.argv[1], changes, WRITTEN.read_text(encoding="utf-8")))
    except ValueError as error:
        sys.exit(str(error))
