"""The hosts there are, and all that is known of each. Whoever needs to know one thing more adds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from payt_mcp.errors import HostConfigError
from payt_mcp.hosts import places
from payt_mcp.hosts.machine import Machine

NAME = "payt"
"""The name of our entry in every host."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """A program that starts servers: where in its settings they stand, and what a person does after a change.

    Args:
        key: what `payt-mcp install` calls it.
        container: the object in its settings that servers stand in.
        next_step: what a person does so that it sees a change.
        settings_file: where it keeps them; without it the file has to be named.
        passed_by: files an entry may stand in without being read, given the one that is read.
        own_folder: a folder beside the file that shows that the host is here; else it is the file's own.
        folders: how many folders around the file are made for this host.
        types_entries: whether an entry says `"type": "stdio"`.
        expands: how a `${...}` begins that it fills in.
        reads_comments: whether its JSON may have comments and trailing commas.
        has_projects: whether projects in the same file can have servers of their own.
        add_command: its own command that adds an entry, up to the entry's name.
    """

    key: str
    title: str
    container: str
    next_step: str
    settings_file: Callable[[Machine], Path] | None = None
    passed_by: Callable[[Machine, Path], Sequence[Path]] = lambda _machine, _file: ()
    own_folder: str = ""
    folders: int = 1
    types_entries: bool = False
    expands: tuple[str, ...] = ()
    reads_comments: bool = True
    has_projects: bool = False
    add_command: tuple[str, ...] = ()


HOSTS: Mapping[str, Host] = {
    host.key: host
    for host in (
        Host(
            key="claude-desktop",
            title="Claude Desktop",
            container="mcpServers",
            settings_file=places.claude_desktop,
            passed_by=places.passed_by_claude_desktop,
            reads_comments=False,
            next_step="Quit Claude Desktop completely (closing its window is not enough) and start it again. "
            "Payt then stands under Settings > Developer, and among the tools of a new chat.",
        ),
        Host(
            key="claude-code",
            title="Claude Code",
            container="mcpServers",
            settings_file=places.claude_code,
            passed_by=places.passed_by_claude_code,
            own_folder=".claude",
            folders=0,
            types_entries=True,
            expands=("${",),
            reads_comments=False,
            has_projects=True,
            add_command=("claude", "mcp", "add", "--scope", "user"),
            next_step="Start a new session of Claude Code; `/mcp` lists payt there.",
        ),
        Host(
            key="cursor",
            title="Cursor",
            container="mcpServers",
            settings_file=places.cursor,
            expands=("${env:", "${userHome}", "${workspaceFolder"),
            next_step="See in Cursor's settings for MCP that payt is switched on; restart Cursor if it is missing.",
        ),
        Host(
            key="vscode",
            title="VS Code",
            container="servers",
            settings_file=places.vscode,
            folders=2,
            types_entries=True,
            expands=("${input:", "${env:", "${userHome}", "${workspaceFolder"),
            next_step='In VS Code run "MCP: List Servers", choose payt and start it; it asks whether you trust it.',
        ),
    )
}


def config_path(host: Host, machine: Machine) -> Path:
    """The file a host reads its servers from.

    Raises:
        HostConfigError: it cannot be told; the message says how to name it.
    """
    if host.settings_file is None:
        raise HostConfigError(
            f"It is not known where {host.title} keeps its settings. Name the file with --path; "
            "or add `--print` to see the entry and paste it. Nothing was changed."
        )
    return host.settings_file(machine)


def own_folders(host: Host, path: Path) -> Sequence[Path]:
    """The folders around a host's settings that are made for it, the innermost first; none where they stand at home."""
    return tuple(path.parents[: host.folders])


def is_here(host: Host, path: Path) -> bool:
    """Whether there are signs of a host: its settings, or the folder of its own."""
    return path.exists() or (path.parent / host.own_folder).is_dir()


def named(last: str) -> str:
    """The hosts in a sentence, `last` before the last one: `claude-desktop, cursor or vscode`."""
    *others, end = HOSTS
    return f"{', '.join(others)} {last} {end}"
