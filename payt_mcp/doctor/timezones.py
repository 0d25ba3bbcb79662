"""Whether this machine knows time zones: which day it is where the administration is decides what is overdue."""

from __future__ import annotations

import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from payt_mcp.books.zones import is_known_here
from payt_mcp.doctor.finding import Finding


def check_time_zones() -> list[Finding]:
    """Nothing where all is well."""
    if is_known_here():
        return []
    message = (
        "There is no time zone database here: days begin and end in UTC, and near midnight what is overdue can be one "
        "day off. Every answer says so."
    )
    remedy = f"Add the package tzdata to this installation, and restart the assistant: {_command()}"
    return [Finding("machine.timezones", "warning", message, remedy)]


def _command() -> str:
    """The command for the way this was installed."""
    parts = Path(sys.prefix).parts
    if "pipx" in parts:
        return "pipx inject payt-mcp tzdata"
    if "uv" in parts or find_spec("pip") is None:
        words = ["uv", "pip", "install", "--python", sys.executable, "tzdata"]
    else:
        words = [sys.executable, "-m", "pip", "install", "tzdata"]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
