"""The command line: one module a command, each imported when it is called."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from payt_mcp import __version__
from payt_mcp.errors import PaytMcpError

USAGE = """\
payt-mcp: an MCP server for Payt

  payt-mcp                    serve over stdio (what Claude Desktop and other hosts start)
  payt-mcp serve --http       serve over HTTP at http://127.0.0.1:8000/mcp  [--host HOST] [--port PORT]
  payt-mcp approvals          what waits for your yes  [list | show ID | approve ID | reject ID | open | verify | purge]
  payt-mcp install HOST       add Payt to an assistant: claude-desktop | claude-code | cursor | vscode
                              [--print] [--replace] [--path FILE]
  payt-mcp uninstall HOST     take it out again
  payt-mcp doctor             what works and what does not, with remedies  [--json]
  payt-mcp demo               a tour on invented data, in this terminal
  payt-mcp sandbox            an embedded Payt with invented data, over TCP  [--port --debtors --invoices
                              --seed --today --latency-ms]
  payt-mcp --version | --help

Settings are read from PAYT_* environment variables; the README lists them. Without a token, start with
PAYT_API_URL=sandbox to try everything on invented data."""


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
    except PaytMcpError as error:
        print(f"payt-mcp: {error}", file=sys.stderr)
        return 1


def _dispatch(command: str, rest: Sequence[str], environ: Mapping[str, str]) -> int:
    if command == "":
        from payt_mcp.cli.stdio import run as serve_stdio

        return serve_stdio(environ)
    if command == "serve":
        from payt_mcp.cli.serve import run as serve

        return serve(rest, environ)
    if command == "demo":
        from payt_mcp.cli.demo import run as demo

        return demo(rest)
    if command == "sandbox":
        from payt_mcp.cli.sandbox import run as sandbox

        return sandbox(rest)
    if command == "approvals":
        from payt_mcp.cli.approvals import run as approvals

        return approvals(rest, environ)
    if command in {"install", "uninstall", "doctor"}:
        return _setting_up(command, rest, environ)
    print(f"payt-mcp: there is no command {command!r}.\n\n{USAGE}", file=sys.stderr)
    return 2


def _setting_up(command: str, rest: Sequence[str], environ: Mapping[str, str]) -> int:
    if command == "install":
        from payt_mcp.cli.install import run as install

        return install(rest, environ)
    if command == "uninstall":
        from payt_mcp.cli.uninstall import run as uninstall

        return uninstall(rest, environ)
    from payt_mcp.cli.doctor import run as doctor

    return doctor(rest, environ)
