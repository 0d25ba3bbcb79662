"""`payt-mcp install HOST`: our entry in the settings of Claude Desktop, Claude Code, Cursor or VS Code."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payt_mcp.errors import SettingsError
from payt_mcp.hosts.catalog import HOSTS, NAME, Host, config_path
from payt_mcp.hosts.machine import Machine
from payt_mcp.settings import KNOWN, Settings

if TYPE_CHECKING:
    from payt_mcp.hosts.entry import Chosen
    from payt_mcp.hosts.files import ConfigFile
    from payt_mcp.hosts.steps import Installing


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Put the entry in, or show it; 0 where it is there in the end, 1 where a person must decide first.

    Raises:
        SettingsError: a PAYT_* setting is wrong.
        HostConfigError: the file cannot be used, or the command does not start; nothing was changed.
    """
    args = _parser().parse_args(argv)
    environ = {**environ, **dict(args.set)}
    host = HOSTS[args.host]
    from payt_mcp.hosts.entry import make, printed
    from payt_mcp.hosts.launch import find_launch, require_start

    chosen = _chosen(environ)
    launch = find_launch(sys.argv[0], environ)
    entry = make(host, launch, chosen.env)
    if args.print:
        print(printed(host, entry, sys.platform))
        _say_left_out(chosen, sys.stderr)
        return 0
    from payt_mcp.hosts.files import load
    from payt_mcp.hosts.steps import install

    file = load(args.path or config_path(host, Machine(sys.platform, environ)))
    again = again_with("install", host, args.path)
    drop = {*args.unset, *_unset_by(environ, chosen)}
    result = install(file, host, entry, replace=args.replace, drop=drop)
    if result.outcome == "differs" and _moves_off_the_sandbox(host, file, result, again):
        result = install(file, host, entry, replace=True, drop=drop)
    if result.text is None:
        return _nothing_written(host, file, result, chosen, again)
    require_start(launch, chosen.env, environ)
    _write(host, file, result, again)
    _say_left_out(chosen, sys.stdout)
    _say_next(host, result.merged.entry if result.merged else entry, environ)
    return 0


def _say_next(host: Host, entry: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    others = {name: value for name, value in environ.items() if not name.startswith("PAYT_")}
    if not _has_access({**others, **entry.get("env", {})}):
        print("You are not signed in to Payt here yet. Next, in this terminal: payt-mcp login --token")
    print(f"Next: {host.next_step}")
    print("Then ask it: who is overdue, and by how much?  If something is amiss: payt-mcp doctor")


def _has_access(environ: Mapping[str, str]) -> bool:
    """Whether a server with these settings would have something to ask Payt with."""
    from payt_mcp.payt.signin.sources import store_of

    try:
        settings = Settings.from_env(environ)
    except SettingsError:
        return True  # the person keeps a setting of their own in the entry, and the doctor speaks of that
    if settings.is_sandbox or settings.api_token or (settings.client_id and settings.client_secret):
        return True
    store = store_of(settings, settings.state_dir)
    return store is not None and store.stamp() is not None


def parser_of(command: str, what: str) -> argparse.ArgumentParser:
    """What `install` and `uninstall` take alike."""
    parser = argparse.ArgumentParser(prog=f"payt-mcp {command}", description=what)
    parser.add_argument("host", choices=list(HOSTS), metavar="HOST", help=" | ".join(HOSTS))
    parser.add_argument("--path", type=_absolute, help="the settings file, where it is not the usual one")
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("install", "Add Payt to an assistant. What else stands in its settings stays as it is.")
    parser.add_argument("--print", action="store_true", help="show what to paste, and change nothing")
    parser.add_argument(
        "--set", action="append", default=[], type=_setting, metavar="NAME=VALUE",
        help="a setting for the assistant's entry, such as PAYT_ADMINISTRATION_ID=4711",
    )  # fmt: skip
    parser.add_argument("--replace", action="store_true", help="replace a different entry; your own settings stay")
    parser.add_argument(
        "--unset", action="append", default=[], metavar="NAME", help="with --replace: a setting that is not to stay"
    )
    return parser


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name not in KNOWN:
        raise argparse.ArgumentTypeError(f"{name[:40]} is not NAME=VALUE with one of {', '.join(KNOWN)}")
    return name, value


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _chosen(environ: Mapping[str, str]) -> Chosen:
    from payt_mcp.hosts.entry import choose

    settings = Settings.from_env(environ)
    usual = Settings.from_env({name: value for name, value in environ.items() if name != "XDG_STATE_HOME"})
    return choose(environ, without_xdg=usual, settings=settings)


def again_with(command: str, host: Host, path: Path | None) -> str:
    """The command that was given, for a sentence that tells how to give it again."""
    words = ["payt-mcp", command, host.key, *(["--path", str(path)] if path else [])]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _unset_by(environ: Mapping[str, str], chosen: Chosen) -> list[str]:
    """The address of the usual Payt is not written down; who names it wants no other one to stay."""
    is_named = bool(environ.get("PAYT_API_URL", "").strip())
    return ["PAYT_API_URL"] if is_named and "PAYT_API_URL" not in chosen.env else []


def _moves_off_the_sandbox(host: Host, file: ConfigFile, result: Installing, again: str) -> bool:
    """An entry that asks the sandbox is said to; a person who is there is asked whether it moves."""
    from payt_mcp.hosts.entry import of_the_sandbox

    left = of_the_sandbox(result.old, result.entry)
    if not left:
        return False
    print(f"Payt in {host.title} asks the sandbox, which holds invented data: {file.named}.")
    print(f"It keeps its own {', '.join(left)}. For your own books instead: {again} --replace")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return input("Move it to your own books now? [y/N] ").strip().lower() in {"y", "yes"}


def _nothing_written(host: Host, file: ConfigFile, result: Installing, chosen: Chosen, again: str) -> int:
    if result.outcome == "same":
        print(f"{host.title} has Payt already, just so: {file.named}. Nothing was changed.")
        own = [name for name in result.entry.get("env") or {} if name not in chosen.env]
        if own:  # they decide what it speaks to: whoever tried the sandbox would go on asking it
            unset = " ".join(f"--unset {name}" for name in own)
            print(f"It keeps its own {', '.join(own)}. Without: {again} --replace {unset}")
        _say_unreadable(host, file)
        _say_left_out(chosen, sys.stdout)
        return 0
    from payt_mcp.hosts.entry import of_the_sandbox, shown

    if of_the_sandbox(result.old, result.entry):  # said before
        print("Nothing was changed.", file=sys.stderr)
        return 1
    print(f'{host.title} has another entry "{NAME}" in {file.named}:\n{shown(result.old)}')
    print(f"With --replace it would become:\n{shown(result.entry)}")
    _say_merged(result, again)
    print("Nothing was changed. Run it again with --replace for that.", file=sys.stderr)
    return 1


def _write(host: Host, file: ConfigFile, result: Installing, again: str) -> None:
    from payt_mcp.hosts.files import change

    fresh_folder = not file.path.parent.is_dir()
    copy = change(file, result.text)
    if result.outcome == "cleaned":
        print(f"{host.title} has Payt already, just so: {file.named}.")
    else:
        print(f"Payt was {result.outcome} in the settings of {host.title}: {file.named}")
    if file.has_mark:
        print("It began with a byte order mark, with which an assistant can lose all its servers. That was taken out.")
    _say_unreadable(host, file)
    if result.outcome == "replaced":
        _say_merged(result, again)
    if copy is not None:
        print(f"What was there before is kept in {copy}")
        _say_still_there(result)
    if fresh_folder:
        print(f"Is {host.title} on this machine? There is no sign of it, so the folder was made for when it starts.")
    if file.path.match("LocalCache/Roaming/Claude/*"):
        print("This is the folder Windows shows to Claude Desktop from its store, in the place of the usual one.")


def _say_unreadable(host: Host, file: ConfigFile) -> None:
    """Comments and trailing commas stay where they are: they are the user's."""
    if not host.reads_comments and not file.document().strict:
        print(
            f"{file.named} holds comments or trailing commas, which {host.title} may not read: then it loses all its "
            "servers. Remove them in an editor."
        )


def _say_merged(result: Installing, again: str) -> None:
    merged: Any = result.merged
    if merged.kept:
        print(f"Kept from the old entry: {', '.join(merged.kept)}")
    if merged.lost:
        print(f"Not kept from the old entry: {', '.join(merged.lost)}")
    from payt_mcp.hosts.entry import is_secret

    secrets = [name for name in merged.entry.get("env", {}) if is_secret(name)]
    if secrets:
        unset = " ".join(f"--unset {name}" for name in secrets)
        said = f"It holds {', '.join(secrets)} in plain text. After `payt-mcp login --token`, take that out:"
        print(f"{said} {again} --replace {unset}")


def _say_still_there(result: Installing) -> None:
    """A secret that was just taken out stands in the copy all the same."""
    from payt_mcp.hosts.entry import is_secret

    dropped = [lost.removeprefix("env ") for lost in result.merged.lost] if result.merged else []
    secrets = [name for name in dropped if is_secret(name)]
    if secrets:
        print(f"That copy still holds {', '.join(secrets)} in plain text: delete it once Payt works.")


def _say_left_out(chosen: Chosen, stream: Any) -> None:
    """Secrets stay out of files that programs share and people send around."""
    if chosen.left_out:
        print(
            f"Left out: {', '.join(chosen.left_out)} (a secret does not belong in this file). "
            "Run `payt-mcp login --token` once; the server then finds the sign-in itself.",
            file=stream,
        )
