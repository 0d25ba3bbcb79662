"""Where each host keeps its settings, by platform. Each raises HostConfigError where it cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from payt_mcp.errors import HostConfigError
from payt_mcp.hosts.machine import Machine

_DESKTOP_FILE = "claude_desktop_config.json"
_PACKAGES = "Claude_*"
"""Packages of the Claude app from Microsoft's store; the end of the name is made from the publisher's key."""


def claude_desktop(machine: Machine) -> Path:
    folders = store_folders(machine)
    if len(folders) > 1:
        folders = [folder for folder in folders if (folder / _DESKTOP_FILE).exists()]
        if len(folders) != 1:
            raise HostConfigError(
                "Windows has several packages of Claude Desktop, and it is not known which one is used. "
                f"Name its {_DESKTOP_FILE} with --path (in Claude Desktop: Settings > Developer > Edit Config)."
            )
    return (folders[0] if folders else _outside_the_store(machine)) / _DESKTOP_FILE


def passed_by_claude_desktop(machine: Machine, file: Path) -> Sequence[Path]:
    """Files that look like its own, and that it does not read."""
    return [_outside_the_store(machine) / file.name] if store_folders(machine) else []


def claude_code(machine: Machine) -> Path:
    given = machine.variables.get("CLAUDE_CONFIG_DIR", "")
    return (Path(given) if given else machine.home) / ".claude.json"


def passed_by_claude_code(_machine: Machine, file: Path) -> Sequence[Path]:
    """Files that look like its own, and where it reads no servers from."""
    return [file.with_name(".claude") / "settings.json"]


def cursor(machine: Machine) -> Path:
    return machine.home / ".cursor" / "mcp.json"


def vscode(machine: Machine) -> Path:
    return machine.settings / "Code" / "User" / "mcp.json"


def store_folders(machine: Machine) -> Sequence[Path]:
    """Where Claude Desktop from an MSIX package keeps its settings: Windows shows it this folder in place of the usual
    one, and shows it to no other program.
    """
    root = machine.packages
    return sorted(found / "LocalCache" / "Roaming" / "Claude" for found in root.glob(_PACKAGES)) if root else ()


def _outside_the_store(machine: Machine) -> Path:
    return machine.settings / "Claude"
