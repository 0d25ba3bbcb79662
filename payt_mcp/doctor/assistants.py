"""The hosts on this machine: whether each has Payt, whether what it has starts, and what else is amiss with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

from payt_mcp.doctor.finding import Finding, listed, tilde
from payt_mcp.errors import HostConfigError, SettingsError
from payt_mcp.hosts.catalog import HOSTS, NAME, Host, config_path, is_here
from payt_mcp.hosts.entry import is_secret
from payt_mcp.hosts.files import load
from payt_mcp.hosts.jsonc import BOM, Document
from payt_mcp.hosts.launch import Launch, is_fleeting, is_ours, trial
from payt_mcp.hosts.machine import Machine
from payt_mcp.settings import Settings

_PATIENCE = 15.0


@dataclass(frozen=True)
class _Place:
    """One host, its file, and how both are spoken of."""

    host: Host
    path: Path
    home: str

    @property
    def again(self) -> str:
        return f"payt-mcp install {self.host.key} --replace"

    def finding(self, what: str, status: Any, message: str, remedy: str = "") -> Finding:
        return Finding(f"hosts.{self.host.key}.{what}", status, f"{self.host.title}: {message}", remedy)


def check_assistants(machine: Machine, settings: Settings, home: str) -> list[Finding]:
    """Every host this program knows, and what stands in its settings."""
    found: list[Finding] = []
    here, absent, having = [], [], 0
    for host in HOSTS.values():
        try:
            path = config_path(host, machine)
            file = load(path)
        except HostConfigError as error:
            unknown = Finding(f"hosts.{host.key}.file", "warning", _plain(error, home), "")
            found += [] if unknown.message in {one.message for one in found} else [unknown]
            continue
        if not is_here(host, path):
            absent.append(host)
            continue
        here.append(host)
        place = _Place(host, path, home)
        try:
            document = file.document()
            findings = [*_entries(place, document, machine, settings), *_around(place, document, machine)]
        except HostConfigError as error:
            remedy = "Repair it in an editor: until then the host may read none of its servers."
            found.append(place.finding("file", "problem", _plain(error, home), remedy))
            continue
        having += any(".entry" in one.check for one in findings)
        found += findings
    found += _summary(here, absent, having)
    return found


def _summary(here: list[Host], absent: list[Host], having: int) -> list[Finding]:
    found = []
    if not having:
        keys = [host.key for host in here or HOSTS.values()]
        remedy = f"Add it to one: payt-mcp install {keys[0]}"
        remedy += f" (or, in its place: {', '.join(keys[1:])})" if keys[1:] else ""
        found.append(Finding("hosts.configured", "warning", "No assistant on this machine has Payt yet.", remedy))
    if absent:
        names = listed([host.title for host in absent])
        found.append(Finding("hosts.absent", "ok", f"Not seen on this machine: {names}."))
    return found


def _entries(place: _Place, document: Document, machine: Machine, settings: Settings) -> Iterator[Finding]:
    """The entries that are ours: by their name, or by what they start."""
    held = document.root.value.get(place.host.container) if document.root and document.root.is_object else None
    entries = held if isinstance(held, dict) else {}
    ours = {name: entry for name, entry in entries.items() if name == NAME or _starts_us(entry)}
    for name, entry in ours.items():
        if not isinstance(entry, dict):
            yield place.finding("entry", "problem", f'"{name}" is no entry (no object in braces).', place.again)
        elif isinstance(entry.get("url"), str):
            where = urlsplit(entry["url"]).hostname or "an address"
            yield place.finding("entry", "ok", f'"{name}" connects to a server at {where}.')
        else:
            yield from _entry(place, name, entry, machine, settings)
    if len(ours) > 1:
        message = f"payt-mcp stands there {len(ours)} times ({listed(list(ours))}): every tool is there as often."
        yield place.finding("twice", "warning", message, "Remove all but one in the host's settings.")
    if not ours:
        yield place.finding("without", "ok", "is here, and does not have Payt.", f"payt-mcp install {place.host.key}")


def _entry(
    place: _Place, name: str, entry: Mapping[str, Any], machine: Machine, settings: Settings
) -> Iterator[Finding]:
    command, given = entry.get("command"), entry.get("args", [])
    if not isinstance(command, str) or not isinstance(given, list):
        yield place.finding("entry", "problem", f'"{name}" has no command that can be started.', place.again)
        return
    args = [str(part) for part in given]
    held = entry.get("env")
    env = {key: str(value) for key, value in held.items()} if isinstance(held, dict) else {}
    if not is_ours(command, args):
        yield place.finding("entry", "warning", f'"{name}" starts something else than payt-mcp.', place.again)
        return
    shown = tilde(command, place.home)
    yield from _command(place, shown, Launch(command, tuple(args)), env, machine)
    names = f"with {listed(sorted(env))}" if env else "without settings of its own"
    yield place.finding("entry", "ok", f'"{name}" starts {shown}, {names}.')
    if entry.get("disabled") is True:
        yield place.finding("disabled", "warning", f'"{name}" is switched off.', "Switch it on in the host.")
    yield from _settings(place, env, machine, settings)


def _command(place: _Place, shown: str, launch: Launch, env: Mapping[str, str], machine: Machine) -> Iterator[Finding]:
    if "${" in " ".join((launch.command, *launch.args)):
        return  # only the host can fill it in
    if not Path(launch.command).is_absolute():
        known = which(launch.command, path=machine.variables.get("PATH", ""))
        message = f"{shown} is not a full path. A host that was not started from a terminal may not find it (ENOENT)."
        yield place.finding("path", "warning" if known else "problem", message, place.again)
        if not known:
            return
    if is_fleeting(launch.command):
        message = f"{shown} lies in a cache that is emptied now and then."
        yield place.finding("fleeting", "warning", message, place.again)
    trouble = trial(launch, env, machine.variables, patience=_PATIENCE)
    if trouble.startswith("it did not answer within"):
        message = f"{shown}: {trouble}; a host waits about as long."
        yield place.finding("starts", "warning", message, "Start it once in a terminal, or install payt-mcp to stay.")
    elif trouble:
        yield place.finding("starts", "problem", f"{shown} does not start: {trouble}.", place.again)


def _settings(place: _Place, env: Mapping[str, str], machine: Machine, settings: Settings) -> Iterator[Finding]:
    filled = {key: value for key, value in env.items() if not _expands(place.host, value)}
    secrets = [key for key, value in filled.items() if is_secret(key) and value.strip() and not value.startswith("${")]
    if secrets:
        unset = " ".join(f"--unset {key}" for key in secrets)
        message = f"{listed(secrets)} stands in plain text in {tilde(place.path, place.home)}."
        remedy = (
            f"Sign in instead: payt-mcp login --token, then {place.again} {unset}. Withdraw what others may have seen."
        )
        yield place.finding("secret", "warning", message, remedy)
    odd = [key for key, value in filled.items() if "${" in value]
    if odd:
        message = f"{listed(odd)} holds a `${{...}}` that this host does not fill in: it counts as unset."
        unset = " ".join(f"--unset {key}" for key in odd)
        remedy = f"Write the value itself, or take it out: {place.again} {unset}"
        yield place.finding("unexpanded", "warning", message, remedy)
    outside = {key: value for key, value in machine.variables.items() if not key.startswith("PAYT_")}
    ours = {key: value for key, value in filled.items() if key.startswith("PAYT_")}
    try:
        theirs = Settings.from_env({**outside, **ours})
    except SettingsError as error:
        yield place.finding("settings", "problem", f"the server does not start: {error}", "Correct it in its env.")
        return
    if theirs.state_dir != settings.state_dir:
        message = "its state folder is another one than this terminal's: sign-in and approvals here are not its own."
        remedy = f"Set PAYT_STATE_DIR here to the one that is meant, then: {place.again}"
        yield place.finding("state", "warning", message, remedy)
    if theirs.api_url != settings.api_url:
        message = "it speaks to another Payt than this terminal: sign in with the same PAYT_API_URL as it has."
        unset = "" if settings.api_url != Settings().api_url else " --unset PAYT_API_URL"
        remedy = (
            f"To have it speak to this terminal's: {place.again}{unset}. Or set PAYT_API_URL here to the one it has."
        )
        yield place.finding("url", "warning", message, remedy)


def _around(place: _Place, document: Document, machine: Machine) -> Iterator[Finding]:
    """What people get wrong beside the entry itself."""
    root = document.root
    if root is None:
        return
    if not root.is_object:
        yield place.finding("file", "problem", "its settings hold no object in braces.", "Repair it in an editor.")
        return
    for container in sorted({host.container for host in HOSTS.values()} - {place.host.container}):
        other = root.value.get(container)
        if isinstance(other, dict) and any(name == NAME or _starts_us(entry) for name, entry in other.items()):
            message = f'Payt stands in "{container}", which this host does not read.'
            remedy = f"payt-mcp install {place.host.key}, and remove that one"
            yield place.finding("container", "problem", message, remedy)
    held = root.named(place.host.container)
    repeated = [*root.repeated(), *(name for member in held for name in member.node.repeated())]
    if repeated:
        message = f"{listed(repeated)} stands twice in one object; hosts take one of the two."
        yield place.finding("repeated", "warning", message, "Remove one in an editor.")
    if document.text.startswith(BOM):
        message = "its settings begin with a byte order mark, with which it can lose all its servers."
        yield place.finding("mark", "problem", message, f"{place.again} takes it out")
    if not place.host.reads_comments and not document.strict:
        message = "its settings hold comments or trailing commas, which it may not read."
        yield place.finding("strict", "warning", message, "Remove them in an editor if its servers are missing.")
    yield from _projects(place, root.value)
    yield from _unread(place, machine)


def _projects(place: _Place, root: Mapping[str, Any]) -> Iterator[Finding]:
    projects = root.get("projects") if place.host.has_projects else None
    if not isinstance(projects, dict):
        return
    held = [one.get(place.host.container) for one in projects.values() if isinstance(one, dict)]
    count = sum(isinstance(one, dict) and NAME in one for one in held)
    if count:
        message = f"{count} of its projects {'has' if count == 1 else 'have'} an entry of that name of their own."
        yield place.finding("projects", "ok", message, "There it goes before this one: claude mcp remove payt -s local")


def _unread(place: _Place, machine: Machine) -> Iterator[Finding]:
    """Our entry in a file that the host passes by."""
    for other in place.host.passed_by(machine, place.path):
        try:
            root = load(other).document().root
        except HostConfigError:
            continue
        held = root.value.get(place.host.container) if root and root.is_object else None
        if isinstance(held, dict) and NAME in held:
            message = f"there is an entry in {tilde(other, place.home)}, which it does not read."
            yield place.finding("unread", "warning", message, f"payt-mcp install {place.host.key}; remove that one")


def _starts_us(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
        return False
    args = entry.get("args")
    return is_ours(entry["command"], [str(part) for part in args] if isinstance(args, list) else [])


def _expands(host: Host, value: str) -> bool:
    return any(mark in value for mark in host.expands)


def _plain(error: HostConfigError, home: str) -> str:
    text = str(error).replace(" It was left as it is.", "").partition(" Repair that place")[0]
    return text.replace(home, "~") if home else text
