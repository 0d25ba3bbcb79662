"""`payt-mcp team`: what whoever runs a server for a company does beside serving; one module a command.

Each needs of the settings only what it says; the database of most is PAYT_DATABASE_URL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module

from payt_mcp.errors import InputError, SettingsError

USAGE = """\
payt-mcp team: a server for a whole company (docs/team.md)

To begin
  payt-mcp team demo          two people, two replicas and one letter, on this machine  [--once] [--port PORT]
  payt-mcp team keys new      a key for PAYT_KEYS
  payt-mcp team migrate       make or bring up to date the tables of PAYT_DATABASE_URL
  payt-mcp team init COMPANY --admin EMAIL
                              the first company and its first admin
  payt-mcp team doctor        what works and what does not, with remedies  [--json]

People
  payt-mcp team invite EMAIL  somebody who may sign in  [--role ROLE] [--administration ID] [--company NAME]
  payt-mcp team roles         who may do what  [list | set EMAIL ROLE | remove EMAIL] [--administration ID]
                              [--company NAME]
  payt-mcp team policy        what all of a company may do, and how many must say yes  [--read-only yes|no ...]
  payt-mcp team webhook       the address that is told what waits, and the secret of its signatures  [--company NAME]
  payt-mcp team forget WHO    a person: name, address, sessions, connections, grant at Payt  [--company NAME] [--yes]

Records
  payt-mcp team export        who saw, proposed, approved and sent what, signed  [--company NAME] [--to NAME]
  payt-mcp team verify FILE   whether an export is whole and unaltered; needs nothing but it  [--public-key KEY]
                              [--after EARLIER]
  payt-mcp team purge         forget letters and addresses of what ended long ago  [--days N]

Keeping it
  payt-mcp team keys rotate   seal everything under the first key of PAYT_KEYS, while replicas run
  payt-mcp team clock         after the database's clock was ahead: begin again at its time  [--company NAME] [--yes]
  payt-mcp team restored      after the database was put back from a backup: nothing of then is sent by itself

`payt-mcp team COMMAND --help` says more about one."""

_COMMANDS = (
    "demo",
    "keys",
    "migrate",
    "init",
    "doctor",
    "invite",
    "roles",
    "policy",
    "webhook",
    "forget",
    "export",
    "verify",
    "purge",
    "clock",
    "restored",
)


def run(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command of these; the exit code. Raises PaytMcpError: one sentence."""
    command, rest = (argv[0], argv[1:]) if argv else ("--help", ())
    if command in {"-h", "--help", "help"}:
        print(USAGE)
        return 0
    if command not in _COMMANDS:
        close = get_close_matches(command, _COMMANDS, n=1)
        hint = f"Did you mean {close[0]}? " if close else ""
        raise InputError(f"There is no command 'team {command}'. {hint}`payt-mcp team --help` lists them.")
    try:
        module = import_module(f"payt_mcp.cli.team.{command}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("payt_mcp"):
            raise
        raise SettingsError(
            f"A team server needs the extra `team`, and {error.name} is not there: pip install 'payt-mcp[team]'."
        ) from None
    code: int = module.run(rest, environ)
    return code
