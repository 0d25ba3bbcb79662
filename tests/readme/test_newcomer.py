"""From the sandbox to one's own books: every step says what comes next, and following it works."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.support import processes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the home of the test has the folders of Linux"),
]


def payt_mcp(home: Path, line: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PAYT_", "XDG_"))}
    return processes.run(*shlex.split(line), env={**kept, "HOME": str(home)}).stdout


def settings(home: Path) -> dict[str, str]:
    entry = json.loads((home / ".config/Claude/claude_desktop_config.json").read_text())["mcpServers"]["payt"]
    found: dict[str, str] = entry.get("env", {})
    return found


def test_an_entry_that_keeps_the_sandbox_says_so_and_how_it_is_left(tmp_path: Path) -> None:
    payt_mcp(tmp_path, "install claude-desktop --set PAYT_API_URL=sandbox --set PAYT_ADMINISTRATION_ID=4711")
    said = payt_mcp(tmp_path, "install claude-desktop")
    assert "It keeps its own PAYT_API_URL, PAYT_ADMINISTRATION_ID." in said
    payt_mcp(tmp_path, re.findall(r"payt-mcp (install .*)$", said, re.MULTILINE)[0])
    assert settings(tmp_path) == {}
    assert "It keeps" not in payt_mcp(tmp_path, "install claude-desktop")


def test_the_doctors_remedy_for_another_payt_leads_to_this_terminals(tmp_path: Path) -> None:
    payt_mcp(tmp_path, "install claude-desktop --set PAYT_API_URL=http://127.0.0.1:9")
    said = " ".join(payt_mcp(tmp_path, "doctor").split())
    (remedy,) = re.findall(r"To have it speak to this terminal's: payt-mcp (.*?)\. Or", said)
    payt_mcp(tmp_path, remedy)
    assert settings(tmp_path) == {}
    assert "another Payt" not in payt_mcp(tmp_path, "doctor")
