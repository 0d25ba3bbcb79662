"""The settings that are folders. What raises SettingsError names the setting."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from payt_mcp.errors import SettingsError


def absolute(name: str, value: str | None) -> Path | None:
    if value is None:
        return None
    try:
        path = Path(value).expanduser()
    except RuntimeError:  # ~somebody, and there is nobody of that name
        raise SettingsError(f"{name} begins with ~ and names no user of this machine: an absolute path.") from None
    if not path.is_absolute():
        raise SettingsError(f"{name} must be an absolute path.")
    return path


def existing(name: str, value: str | None) -> Path | None:
    path = absolute(name, value)
    if path is not None and not path.is_dir():
        raise SettingsError(f"{name} names no folder that exists.")
    return path


def usual_state_dir(environ: Mapping[str, str]) -> Path | None:
    """Where this platform keeps what programs must remember; None where it names no such place."""
    if sys.platform == "win32":
        return _windows_state_dir(environ.get("USERPROFILE", ""), environ.get("LOCALAPPDATA", ""))
    if sys.platform == "darwin":
        base = environ.get("HOME", "") and f"{environ['HOME']}/Library/Application Support"
    else:
        home = environ.get("HOME", "")
        base = environ.get("XDG_STATE_HOME", "") or (f"{home}/.local/state" if home else "")
    return Path(base) / "payt-mcp" if base else None


def _windows_state_dir(profile: str, local: str) -> Path | None:
    """Outside AppData: what an assistant from Microsoft's store writes there, no terminal sees. A folder that is there
    from before stays in use: it knows what was sent.
    """
    before = Path(local) / "payt-mcp" if local else None
    if before is not None and (not profile or before.is_dir()):
        return before
    return Path(profile) / ".payt-mcp" if profile else None
