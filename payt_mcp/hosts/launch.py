"""The command a host is given: absolute, still there tomorrow, and tried before it is written down."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit
from urllib.request import url2pathname

from payt_mcp import __version__
from payt_mcp.errors import HostConfigError
from payt_mcp.words.text import clean

PACKAGE = "payt-mcp"
_UV_CACHE = re.compile(r"(archive|environments|builds)-v\d+\Z")
_CREDENTIALS = re.compile(r"//[^/@\s]+@")
_OURS = re.compile(r"payt[-_]mcp(?![-_\w])")
_KEPT_FROM_ENVIRONMENT = (
    "PATH", "HOME", "USER", "LANG", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SYSTEMDRIVE", "PATHEXT", "COMSPEC",
    "USERPROFILE", "APPDATA", "LOCALAPPDATA", "HOMEDRIVE", "HOMEPATH", "UV_CACHE_DIR", "UV_TOOL_DIR", "PIPX_HOME",
)  # fmt: skip


@dataclass(frozen=True)
class Launch:
    """A program and its arguments. `fetched`: a tool makes its environment anew, which can take a while."""

    command: str
    args: tuple[str, ...] = ()
    fetched: bool = False


def find_launch(program: str, variables: Mapping[str, str]) -> Launch:
    """How this installation is started; `program` is how it was started now (`sys.argv[0]`).

    Raises:
        HostConfigError: it runs from a cache that is thrown away, and what made that cannot be found.
    """
    prefix = Path(sys.prefix)
    if is_fleeting(sys.prefix) or _is_below(prefix, variables.get("UV_CACHE_DIR", "")):
        return _fetched("uvx", ("--from", "{0}", PACKAGE), variables)
    if ".cache" in prefix.parts and "pipx" in prefix.parts:
        return _fetched("pipx", ("run", "--spec", "{0}", PACKAGE), variables)
    scripts = Path(sysconfig.get_path("scripts"))
    started = Path(program)
    own = [started.absolute()] if started.stem == PACKAGE and started.is_file() else []
    suffix = ".exe" if sys.platform == "win32" else ""
    for script in (scripts / f"{PACKAGE}{suffix}", *own):
        if os.access(script, os.X_OK) and script.is_file():
            return Launch(str(script))
    return Launch(sys.executable, ("-m", "payt_mcp"))


def is_fleeting(path: str) -> bool:
    """Whether a path lies in uv's cache."""
    return any(_UV_CACHE.match(part) for part in Path(path).parts)


def is_ours(command: str, args: Sequence[str]) -> bool:
    """Whether a command starts payt-mcp, by whatever means."""
    return any(_OURS.search(part) for part in (command, *args))


def trial(launch: Launch, env: Mapping[str, str], variables: Mapping[str, str], *, patience: float) -> str:
    """Start a command as a host would, away from here, and ask for its version; empty where it answers as it should.

    Else what is wrong with it, as the end of a sentence.
    """
    few = {name: variables[name] for name in _KEPT_FROM_ENVIRONMENT if name in variables}
    here = variables.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")
    try:
        done = subprocess.run(  # noqa: S603 - the very command the host is to start, or starts
            [launch.command, *launch.args, "--version"],
            env=few | dict(env), cwd=here if Path(here).is_dir() else None, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=patience, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        return "there is no such program"
    except PermissionError:
        return "it may not be started"
    except subprocess.TimeoutExpired:
        return f"it did not answer within {patience:.0f} seconds"
    except (OSError, ValueError):
        return "the system cannot start it"
    said = done.stdout.decode(errors="replace").strip()
    if done.returncode == 0 and said.startswith(f"{PACKAGE} "):
        return ""
    why = _last_words(done.stderr)
    return f"it ended with exit code {done.returncode} and did not answer as payt-mcp does{why}"


def require_start(launch: Launch, env: Mapping[str, str], variables: Mapping[str, str]) -> None:
    """Raises HostConfigError where the command does not start."""
    trouble = trial(launch, env, variables, patience=180.0 if launch.fetched else 30.0)
    if trouble:
        raise HostConfigError(
            f"The command that would be written does not start ({launch.command}: {trouble}). Nothing was changed. "
            f"Install payt-mcp {__version__} again, with pipx, `uv tool install` or into a virtual environment, and "
            "run this from there; or add `--print` to see the entry and paste it all the same."
        )


def _last_words(said: bytes) -> str:
    """What a program said about its end, without the credentials an address can hold."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("error", "payt-mcp:"))] or lines[-1:]
    return f" ({clean(_CREDENTIALS.sub('//', causes[0]), 160)})" if causes else ""


def _fetched(tool: str, args: Sequence[str], variables: Mapping[str, str]) -> Launch:
    """The tool by its full path: hosts that were not started from a terminal have a short PATH."""
    beside = variables.get("UV", "") if tool == "uvx" else ""
    near = str(Path(beside).parent) if beside else None
    found = (which(tool, path=near) if near else None) or which(tool, path=variables.get("PATH", ""))
    if found is None:
        raise HostConfigError(
            f"payt-mcp runs from the cache of {tool} now, which is emptied now and then, and {tool} itself was not "
            "found. Nothing was changed. Install it to stay, from its clone: `uv tool install .` or `pipx install .`"
        )
    source = _source()
    if source is None:
        return Launch(found, (args[0], PACKAGE) if tool == "pipx" else (PACKAGE,), fetched=True)
    return Launch(found, tuple(part.format(source) for part in args), fetched=True)


def _source() -> str | None:
    """Where this package was installed from, if not from an index: a folder, an archive or a repository."""
    try:
        text = distribution(PACKAGE).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    if not text:
        return None
    found = json.loads(text)
    url = str(found["url"])
    vcs = found.get("vcs_info")
    if vcs:
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    parts = urlsplit(url)
    return url2pathname(parts.path) if parts.scheme == "file" else url


def _is_below(path: Path, folder: str) -> bool:
    return bool(folder) and path.is_relative_to(folder)
