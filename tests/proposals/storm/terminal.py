"""A person at a terminal: `payt-mcp approvals approve`, with what is typed made from what was shown."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_ASKED = re.compile(r"type: (\w+ \w+)\s*> ")
_PATIENCE = 120


def approve(url: str, folder: Path, administration: str, key: str, *, kill_after: float | None = None) -> str:
    """The command in a terminal of its own, killed some seconds after the answer was typed; returns what was shown."""
    ours, theirs = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")} | {
        "PAYT_API_URL": url, "PAYT_API_TOKEN": "sandbox-token", "PAYT_ADMINISTRATION_ID": administration,
        "PAYT_STATE_DIR": str(folder),
    }  # fmt: skip
    command = [sys.executable, "-m", "payt_mcp", "approvals", "approve", key]
    process = subprocess.Popen(command, env=environ, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    try:
        shown = _read_question(ours)
        asked = _ASKED.search(shown)
        if asked:
            os.write(ours, f"{asked[1]}\n".encode())
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE if kill_after is None else kill_after)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return shown


def _read_question(terminal: int) -> str:
    """What is shown up to the question, or to the end."""
    shown = ""
    while not _ASKED.search(shown) and select.select([terminal], [], [], _PATIENCE)[0]:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the command ended
            break
        shown += part.decode(errors="replace")
    return shown


def asks(shown: str) -> bool:
    """Whether a person was asked."""
    return bool(_ASKED.search(shown))


def comes_too_late(shown: str) -> bool:
    """Whether a person was told that nothing is left to decide: at the look at the proposal, or at the step."""
    return "There is nothing to approve." in shown or "cannot be approved" in shown
