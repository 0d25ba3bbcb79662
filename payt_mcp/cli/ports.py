"""A port as an option of the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError


def port(text: str) -> int:
    """Raises ArgumentTypeError, and ValueError where it is no number: argparse says which option it was."""
    value = int(text)
    if not 0 < value < 65536:
        raise ArgumentTypeError("a port is a number from 1 to 65535")
    return value
