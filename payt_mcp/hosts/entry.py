"""What stands in a host's settings for this server: made, compared with what is there, and shown without secrets."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from payt_mcp.hosts.catalog import NAME, Host
from payt_mcp.hosts.launch import Launch
from payt_mcp.settings import KNOWN, SANDBOX, Settings

_SECRET = re.compile(r"(token|secret|password|passwd|key|credential|auth|bearer)", re.IGNORECASE)
_ASSIGNED = re.compile(r"(?P<name>[\w-]*(?:token|secret|password|key|auth|bearer)[\w-]*[=: ]\s*)\S+", re.IGNORECASE)
_FLAG = re.compile(r"--?[\w-]*(?:token|secret|password|key|auth|bearer)[\w-]*\Z", re.IGNORECASE)
_EXPANDED = re.compile(r"\$\{[^}]*\}\Z")
_OF_A_REMOTE_SERVER = ("url", "headers", "oauth")
_PRODUCTION = Settings().api_url


@dataclass(frozen=True)
class Chosen:
    """The settings an entry is to carry, and the secrets that were left out of it."""

    env: Mapping[str, str]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Merged:
    """An entry over one that was there: what it became, what of the old one stays, and what goes."""

    entry: Mapping[str, Any]
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = field(default=())


def is_secret(name: str) -> bool:
    """Whether a setting of that name may hold what nobody should read."""
    return bool(_SECRET.search(name))


def choose(variables: Mapping[str, str], *, without_xdg: Settings, settings: Settings) -> Chosen:
    """The PAYT_* settings that are set now and that the host must pass on.

    A host that was not started from a terminal does not have what a shell exports: a state folder that
    XDG_STATE_HOME decided about is written down, or the server would keep its record in another place.
    """
    given = {name: variables[name].strip() for name in KNOWN if variables.get(name, "").strip()}
    given = {name: value for name, value in given.items() if not _EXPANDED.match(value)}
    if settings.api_url == _PRODUCTION:
        given.pop("PAYT_API_URL", None)
    secrets = tuple(name for name in given if is_secret(name))
    env = {name: value for name, value in given.items() if name not in secrets}
    if settings.state_dir is not None and settings.state_dir != without_xdg.state_dir:
        env["PAYT_STATE_DIR"] = str(settings.state_dir)
    return Chosen(env, secrets)


def make(host: Host, launch: Launch, env: Mapping[str, str]) -> dict[str, Any]:
    """The entry for a host."""
    entry: dict[str, Any] = {"type": "stdio"} if host.types_entries else {}
    entry |= {"command": launch.command, "args": list(launch.args)}
    if env:
        entry["env"] = dict(env)
    return entry


def merge(old: Any, new: Mapping[str, Any], *, drop: Iterable[str] = ()) -> Merged:
    """`new` over `old`: what the user added to the old one (settings, switches of the host) stays, unless dropped."""
    if not isinstance(old, dict):
        return Merged(new, lost=("the old value",))
    lost = [name for name in _OF_A_REMOTE_SERVER if name in old]
    entry = {name: value for name, value in old.items() if name not in lost}
    had = old.get("env") if isinstance(old.get("env"), dict) else {}
    before = {name: value for name, value in (had or {}).items() if name not in set(drop)}
    env = {**before, **new.get("env", {})}
    changed = [name for name in before if name in new.get("env", {}) and before[name] != env[name]]
    entry |= {name: value for name, value in new.items() if name != "env"}
    if old.get("type") not in (None, "stdio"):
        entry["type"] = "stdio"
    if not new["args"] and "args" not in old:
        del entry["args"]
    if env or "env" in old:
        entry["env"] = env
    kept = [f"env {name}" for name in before if name not in new.get("env", {})]
    kept += [name for name in entry if name not in new and name not in {"env", "type"}]
    dropped = [f"env {name}" for name in had or {} if name not in before]
    return Merged(entry, tuple(kept), (*lost, *dropped, *(f"env {name} (another value)" for name in changed)))


def of_the_sandbox(old: Any, new: Mapping[str, Any]) -> tuple[str, ...]:
    """The settings of an entry that asks the sandbox which another one that does not ask it leaves behind: they name
    invented books.
    """
    had = old.get("env") if isinstance(old, dict) else None
    if not isinstance(had, dict) or had.get("PAYT_API_URL") != SANDBOX or "PAYT_API_URL" in new.get("env", {}):
        return ()
    return tuple(name for name in ("PAYT_API_URL", "PAYT_ADMINISTRATION_ID") if name in had)


def printed(host: Host, entry: Mapping[str, Any], platform: str) -> str:
    """What a person can paste: the settings with this entry alone, or the command that makes it."""
    if not host.add_command:
        return json.dumps({host.container: {NAME: entry}}, indent=2, ensure_ascii=False)
    words = [*host.add_command, NAME]
    for name, value in entry.get("env", {}).items():
        words += ["--env", f"{name}={value}"]
    words += ["--", entry["command"], *entry["args"]]
    return subprocess.list2cmdline(words) if platform == "win32" else shlex.join(words)


def shown(value: Any, name: str = "") -> str:
    """An entry as JSON for a person, whatever may be secret in it covered."""
    return json.dumps(_covered(value, name), indent=2, ensure_ascii=False)


def _covered(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {
            key: _covered(held, f"{name} {key}" if name in {"env", "headers"} else key) for key, held in value.items()
        }
    if isinstance(value, list):
        return [
            "..." if _FLAG.match(str(before)) else _covered(held, name)
            for before, held in zip(("", *value), value, strict=False)
        ]
    if not isinstance(value, str) or _EXPANDED.match(value):
        return value
    is_setting = name.startswith("env PAYT_") and not is_secret(name)
    if is_secret(name) or (name.startswith(("env ", "headers ")) and not is_setting):
        return "..."
    return _ASSIGNED.sub(lambda found: f"{found['name']}...", value)
