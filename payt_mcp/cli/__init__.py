"""The command line: one module a command, each imported when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from payt_mcp import __version__
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
  payt-mcp report             who is overdue, in this terminal or as a page to print  [--html [FILE]]
                              [--csv [FILE]] [--administration ID] [--min-days N] [--top N]
  payt-mcp approvals          what waits for your yes  [list | show ID | approve ID | reject ID | open |
                              verify | clock | purge]

To leave
  payt-mcp uninstall HOST     take it out of an assistant again
  payt-mcp logout             forget the sign-in on this machine

What an assistant or a developer starts
  payt-mcp                    the server itself, over stdin and stdout: an assistant starts this, not you
  payt-mcp serve --http       the server at http://127.0.0.1:8000/mcp  [--host HOST] [--port PORT]
  payt-mcp sandbox            an embedded Payt with invented data, over TCP  [--port --debtors --invoices
                              --seed --today --latency-ms --token-seconds --control]
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
}
"""The module of each command, and what its `run` takes."""


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command; returns the exit code: 0, 1 where it failed, 2 where it was called wrongly."""
    command, rest = (argv[0], argv[1:]) if argv else ("", ())
    if command in {"-h", "--help", "help"}:
        print(USAGE)
        return 0
    if command in {"-V", "--version"}:
        print(f"payt-mcp {__version__}")
        return 0
    try:
        return _dispatch(command, rest, environ)
    except BrokenPipeError:
        # Whoever was reading (`| head`) has seen enough; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except PaytMcpError as error:
        print(f"payt-mcp: {error}", file=sys.stderr)
        return 1


def _dispatch(command: str, rest: Sequence[str], environ: Mapping[str, str]) -> int:
    module, takes = _COMMANDS.get(command, ("", ""))
    if not module:
        from difflib import get_close_matches

        close = get_close_matches(command, _COMMANDS, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        print(f"payt-mcp: there is no command {command!r}. {hint}`payt-mcp --help` lists them.", file=sys.stderr)
        return 2
    run_command = import_module(f"payt_mcp.cli.{module}").run
    given = {"arguments": (rest,), "environment": (environ,), "both": (rest, environ)}[takes]
    code: int = run_command(*given)
    return code
