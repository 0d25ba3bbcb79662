"""Questions in a terminal; what is secret is not shown, and is read from stdin where that is piped in."""

from __future__ import annotations

import getpass
import sys

from payt_mcp.errors import SettingsError


def hidden(question: str) -> str:
    """A secret. Raises SettingsError where none is given."""
    given = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()
    return _given(given, question)


def visible(question: str) -> str:
    """An answer that may be seen. Raises SettingsError where nobody can be asked, or says nothing."""
    if not sys.stdin.isatty():
        raise SettingsError("There is no client id: pass --client-id or set PAYT_CLIENT_ID.")
    return _given(input(question), question)


def agreed(question: str, *, otherwise: bool) -> bool:
    """A yes or a no; `otherwise` where nobody can be asked. Raises SettingsError for another answer."""
    if not sys.stdin.isatty():
        return otherwise
    answer = input(question).strip().lower()
    if answer not in {"y", "yes", "n", "no"}:
        raise SettingsError("That was neither yes nor no. Nothing was kept.")
    return answer.startswith("y")


def _given(text: str, question: str) -> str:
    if not text.strip():
        raise SettingsError(f"{question.partition(' (')[0].strip(': ')} is missing. Nothing was kept.")
    return text.strip()
