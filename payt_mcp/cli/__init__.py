"""The command line: one module a command, each imported when it is called."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from payt_mcp import __version__
from payt_mcp.cli.streams import discard, flushed, mend
from payt_mcp.errors import PaytMcpError

USAGE = """\
payt-mcp: Payt's accounts receivable for your AI assistant

To begin
  payt-mcp demo               a tour on invented data, in this terminal
  payt-mcp login --token      sign in to Payt with the API token of your company; without --token in your browser
                              [--client-credentials] [--client-id --port --scope --read-only --no-browser]
  payt-mcp install HOST       add Payt to an assistant: claude-desktop | claude-code | cursor | vscode
                              [--set NAME=VALUE] [--print] [--replace] [--path FILE]
  payt-mcp doctor             what works and what does not, with remedies  [--json]

Every day
  payt-mcp report             who is overdue, in this terminal or as a page to print; all that is open as a workbook
                              [--html [FILE]] [--xlsx [FILE]] [--csv [FILE] [--sheet NAME]]
                              [--administration ID,ID | all] [--min-days N] [--top N]
  payt-mcp approvals          what waits for your yes  [list | show ID | approve ID | reject ID | open |
                              verify | clock | purge]

For a whole company
  payt-mcp team               a shared server: try it (payt-mcp team demo), its people, roles, keys and records

To leave
  payt-mcp uninstall HOST     take it out of an assistant again
  payt-mcp logout             forget the sign-in on this machine

What an assistant or a developer starts
  payt-mcp                    the server itself, over stdin and stdout: an assistant starts this, not you
  payt-mcp serve --http       the server at http://127.0.0.1:8000/mcp  [--host HOST] [--port PORT]
  payt-mcp serve --team       one replica of a shared server  [--host --port --metrics-port --leave-seconds]
  payt-mcp sandbox            an embedded Payt with invented data, over TCP  [--port --debtors --invoices
                              --seed --today --latency-ms --token-seconds --redirect-uri
                              --control]
  payt-mcp --version | --help

`payt-mcp COMMAND --help` says more about one. Settings are PAYT_* environment variables; the README lists them.
Without an account, PAYT_API_URL=sandbox is invented data: payt-mcp install HOST --set PAYT_API_URL=sandbox"""


_COMMANDS = {
    "": ("stdio", "environment"),
    "serve": ("serve", "both"),
    "report": ("report", "both"),
    "login": ("login", "both"),
    "logout": ("logout", "both"),
    "approvals": ("approvals", "both"),
    "install": ("install", "both"),
    "uninstall": ("uninstall", "both"),
    "doctor": ("doctor", "both"),
    "demo": ("demo", "arguments"),
    "sandbox": ("sandbox", "arguments"),
    "team": ("team", "both"),
}
"""The module of each command, and what its `run` takes."""


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command; returns the exit code: 0, 1 where it failed, 2 where it was called wrongly."""
    mend()
    command, rest = (argv[0], argv[1:]) if argv else ("", ())
    try:
        code = _run(command, rest, environ)
        flushed()
    except BrokenPipeError:  # whoever was reading (`| head`) has seen enough
        discard()
        return 0
    except OSError as error:  # only the streams are left to raise it
        print(f"payt-mcp: what there was to say could not be written ({error.strerror}).", file=sys.stderr)
        discard()
        return 1
    return code


def _run(command: str, rest: Sequence[str], environ: Mapping[str, str]) -> int:
    try:
        return _dispatch(command, rest, environ)
    except PaytMcpError as error:
        print(f"payt-mcp: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the outermost edge: a person gets a sentence, and never a traceback
        print(f"payt-mcp: {_unforeseen(command, error)}", file=sys.stderr)
    return 1


def _unforeseen(command: str, error: BaseException) -> str:
    """Without the error's own text, which could hold anything."""
    from payt_mcp.cli.logs import root_of, where

    cause = root_of(error)
    kind = type(cause).__name__
    if isinstance(cause, OSError) and cause.strerror:
        kind = f"{kind} ({cause.strerror})"
    return (
        f"{command or 'the server'} ended for a reason nobody foresaw: {kind} at {where(cause)}. "
        "`payt-mcp doctor` may tell more; please report this line."
    )


def _dispatch(command: str, rest: Sequence[str], environ: Mapping[str, str]) -> int:
    if command in {"-h", "--help", "help"}:
        print(USAGE)
        return 0
    if command in {"-V", "--version"}:
        print(f"payt-mcp {__version__}")
        return 0
    module, takes = _COMMANDS.get(command, ("", ""))
    if not module:
        from difflib import get_close_matches

        close = get_close_matches(command, _COMMANDS, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        print(f"payt-mcp: there is no command {command!r}. {hint}`payt-mcp --help` lists them.", file=sys.stderr)
        return 2
    gc.disable()  # loading leaves none, and looking for it meanwhile would be a tenth of it
    run_command = import_module(f"payt_mcp.cli.{module}").run
    gc.enable()
    given = {"arguments": (rest,), "environment": (environ,), "both": (rest, environ)}[takes]
    code: int = run_command(*given)
    return code
