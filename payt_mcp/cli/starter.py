"""The program that started this server, and whether it is still there.

A server ends when its stdin does. But where another program holds the other end of that pipe too (one that the host
started later and gave everything it had), stdin never ends though the host is long gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_LAUNCHERS = frozenset({"uv", "uvx", "pipx", "py", "payt-mcp"})
"""Programs between a host and us that stay as long as we do, host or no host."""

_WINDOWS_LAUNCHERS = _LAUNCHERS | {"python", "pythonw"}
"""There a script is a program that starts Python, which in a virtual environment starts another."""

_MOST_BETWEEN = 4


def gone_check() -> Callable[[], bool] | None:
    """What tells whether the program that started us is gone. None where that must not end us: under `nohup`, from
    a terminal, or where the system itself is our parent.
    """
    if sys.platform == "win32":
        from payt_mcp.cli.starter import gone_check as on_windows

        return on_windows(_WINDOWS_LAUNCHERS)
    if sys.stdin.isatty() or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return None
    below, starter = os.getpid(), os.getppid()
    for _ in range(_MOST_BETWEEN):
        name, above = _process(starter)
        if name not in _LAUNCHERS or above <= 1:
            break
        below, starter = starter, above
    if starter <= 1:
        return None
    if below == os.getpid():
        return lambda: os.getppid() != starter
    return lambda: _process(below)[1] != starter


def _process(pid: int) -> tuple[str, int]:
    """The name of a process and its parent; `("", 0)` where there is no such process."""
    if sys.platform == "linux":
        try:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text(errors="replace").partition("(")[2].rpartition(")")
        except OSError:
            return "", 0
        return name, int(rest.split()[1])
    try:
        listed = subprocess.run(  # noqa: S603 - a number of ours
            ["/bin/ps", "-o", "ppid=,comm=", "-p", str(pid)], capture_output=True, text=True, timeout=5, check=False
        ).stdout.split(maxsplit=1)
    except (OSError, subprocess.SubprocessError):
        return "", 0
    return (Path(listed[1].strip()).name, int(listed[0])) if len(listed) == 2 else ("", 0)
