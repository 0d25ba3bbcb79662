"""The three streams of this process, whatever started it: one may be closed, missing, or of a narrow alphabet.

`payt-mcp doctor >&-` closes one; a program without a console (pythonw, a service) has none. A closed descriptor is also
given to the next file that is opened, and then a message meant for stderr would end in the record of writes.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import IO, Any

_MODES = (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_WRONLY, "w"), ("stderr", os.O_WRONLY, "w"))


def mend() -> None:
    """Put the null device in the place of what is closed, and let no sign that a stream cannot write end a command."""
    for number, (name, flags, mode) in enumerate(_MODES):
        _occupy(number, flags)
        stream = getattr(sys, name)
        if stream is None or getattr(stream, "closed", False):
            setattr(sys, name, _nothing(number, mode))
        elif mode == "w" and isinstance(stream, io.TextIOWrapper) and "utf" not in stream.encoding.lower():
            stream.reconfigure(errors="backslashreplace")


def flushed() -> None:
    """What was said has left this process. Raises OSError where it could not."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def discard() -> None:
    """Whoever was reading has gone, or the disk is full: nothing more may be written, at exit either."""
    for number in (1, 2):
        with suppress(OSError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, number)
            os.close(null)


def _occupy(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        with suppress(OSError):
            opened = os.open(os.devnull, flags)  # the lowest that is free: this one, all below being taken
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)  # as standard streams are


def _nothing(number: int, mode: str) -> IO[Any]:
    try:
        return open(number, mode, encoding="utf-8", closefd=False)
    except OSError:
        return open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123 - no path of anybody's
