"""The hosts, and where each keeps its settings on macOS, Windows and Linux."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from payt_mcp.errors import HostConfigError

NAME = "payt"
"""The name of our entry in every host."""

_PACKAGES = "Claude_*"
"""Packages of the Claude app from Microsoft's store; the end of the name is made from the publisher's key."""


@dataclass(frozen=True)
class Host:
    """A program that starts servers: where in its settings they stand, and what a person does after a change."""

    key: str
    title: str
    container: str
    types_entries: bool
    expands: tuple[str, ...]
    next_step: str
    reads_strictly: bool = False
    """Comments and trailing commas in its settings can cost it all its servers."""


HOSTS: Mapping[str, Host] = {
    host.key: host
    for host in (
        Host(
            "claude-desktop", "Claude Desktop", "mcpServers", types_entries=False, expands=(),
            next_step="Quit Claude Desktop completely (closing its window is not enough) and start it again. "
            "Payt then stands under Settings > Developer, and among the tools of a new chat.",
            reads_strictly=True,
        ),
        Host(
            "claude-code", "Claude Code", "mcpServers", types_entries=True, expands=("${",),
            next_step="Start a new session of Claude Code; `/mcp` lists payt there.",
            reads_strictly=True,
        ),
        Host(
            "cursor", "Cursor", "mcpServers", types_entries=False,
            expands=("${env:", "${userHome}", "${workspaceFolder"),
            next_step="See in Cursor's settings for MCP that payt is switched on; restart Cursor if it is missing.",
        ),
        Host(
            "vscode", "VS Code", "servers", types_entries=True,
            expands=("${input:", "${env:", "${userHome}", "${workspaceFolder"),
            next_step='In VS Code run "MCP: List Servers", choose payt and start it; it asks whether you trust it.',
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """What decides where programs keep their settings: `sys.platform`, and the environment variables."""

    platform: str
    variables: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The user's own folder. Raises HostConfigError where the environment names none."""
        name = "USERPROFILE" if self.platform == "win32" else "HOME"
        return self._named(name)

    @property
    def settings(self) -> Path:
        """Where programs keep their settings. Raises HostConfigError where the environment names no such place."""
        if self.platform == "win32":
            return self._named("APPDATA")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        given = self.variables.get("XDG_CONFIG_HOME", "")
        return Path(given) if given else self.home / ".config"

    @property
    def packages(self) -> Path | None:
        """Where Windows keeps what belongs to apps from its store."""
        local = self.variables.get("LOCALAPPDATA", "") if self.platform == "win32" else ""
        return Path(local) / "Packages" if local else None

    def _named(self, name: str) -> Path:
        value = self.variables.get(name, "")
        if not value:
            raise HostConfigError(
                f"The environment has no {name}, so it is not known where this user's settings are. "
                "Name the file with --path."
            )
        return Path(value)


def config_path(host: Host, machine: Machine) -> Path:
    """The file a host reads its servers from.

    Raises:
        HostConfigError: it cannot be told; the message says how to name it.
    """
    if host.key == "claude-desktop":
        return _claude_desktop(machine)
    if host.key == "claude-code":
        given = machine.variables.get("CLAUDE_CONFIG_DIR", "")
        return (Path(given) if given else machine.home) / ".claude.json"
    if host.key == "cursor":
        return machine.home / ".cursor" / "mcp.json"
    return machine.settings / "Code" / "User" / "mcp.json"


def store_folders(machine: Machine) -> Sequence[Path]:
    """Where Claude Desktop from an MSIX package keeps its settings: Windows shows it this folder in place of the usual
    one, and shows it to no other program.
    """
    root = machine.packages
    return sorted(found / "LocalCache" / "Roaming" / "Claude" for found in root.glob(_PACKAGES)) if root else ()


def own_folders(host: Host, path: Path) -> Sequence[Path]:
    """The folders around a host's settings that are made for it, the innermost first; none where they stand at home."""
    if host.key == "claude-code":
        return ()
    return (path.parent, path.parent.parent) if host.key == "vscode" else (path.parent,)


def is_here(host: Host, path: Path) -> bool:
    """Whether there are signs of a host: its settings, or the folder of its own."""
    own = path.parent / ".claude" if host.key == "claude-code" else path.parent
    return path.exists() or own.is_dir()


def _claude_desktop(machine: Machine) -> Path:
    file = "claude_desktop_config.json"
    folders = store_folders(machine)
    if len(folders) > 1:
        folders = [folder for folder in folders if (folder / file).exists()]
        if len(folders) != 1:
            raise HostConfigError(
                "Windows has several packages of Claude Desktop, and it is not known which one is used. "
                f"Name its {file} with --path (in Claude Desktop: Settings > Developer > Edit Config)."
            )
    return (folders[0] if folders else machine.settings / "Claude") / file
