"""The command of the scripts that take pictures: a folder, and perhaps a language."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from payt_mcp.words.languages import LANGUAGES, Language


def take_pictures(take: Callable[[Path, Language], Awaitable[None]], description: str | None) -> None:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("language", nargs="?", choices=LANGUAGES, default="en")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    anyio.run(take, options.folder, options.language)
