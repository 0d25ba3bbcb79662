"""Processes of `payt-mcp` and of the examples from an interpreter that has all modules in memory already.

Loading modules takes most of a start, and is the same each time. So one process of a run, the nursery, loads them, and
a copy of it (a fork) becomes the process that was asked for: with the arguments, environment, folder and streams it was
given, and run from the first line of its program. Tests of the start itself use `subprocess`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from tests.support import this_run

COMMAND = (sys.executable, "-m", "payt_mcp")
_ROOT = Path(__file__).parents[2]
_OF_THE_INTERPRETER = ("PYTHON", "LC_", "LANG", "TZ", "LD_")
_NOT_HEARD = {"PYTHON_KEYRING_BACKEND", "PYTHONIOENCODING"}
"""Of a library, and named as if the interpreter read it; and what the nursery reads in its place."""
_UNSAID = ("LANG", "C.UTF-8")
"""What the interpreter takes for the language of an environment that names none."""


def begun(command: Sequence[str], *, env: Mapping[str, str], **given: Any) -> subprocess.Popen[Any]:
    """`subprocess.Popen`; from the nursery where that comes to the same."""
    is_ours = tuple(command[:3]) == COMMAND or (command[0] == sys.executable and command[1].endswith(".py"))
    is_same = sys.platform == "linux" and _said(env) == _said(os.environ)
    kind = _Forked if is_ours and is_same else subprocess.Popen
    return kind(command, env=env, **given)


def _said(environment: Mapping[str, str]) -> dict[str, str]:
    """What an environment says to the interpreter itself, which it hears once. An empty value says nothing."""
    heard = (name for name in environment if name.startswith(_OF_THE_INTERPRETER) and name not in _NOT_HEARD)
    said = {name: environment[name] for name in heard if environment[name]}
    return {name: value for name, value in said.items() if (name, value) != _UNSAID}


class _Nursery:
    """The one of this run, begun by whichever of its processes asks first."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._asks = _connected()

    def born(self, arguments: Sequence[str], env: Mapping[str, str], folder: str, descriptors: list[int]) -> int:
        """The number of a new process."""
        with self._turn:
            socket.send_fds(self._asks, [json.dumps([arguments, dict(env), folder]).encode()], descriptors)
            return int(self._asks.recv(16))


def _connected() -> socket.socket:
    address = f"\0payt-mcp-tests-{this_run.NAME}"  # of no file, and gone with the nursery
    while True:
        with suppress(ConnectionRefusedError):  # there is none, or it does not listen yet
            return _to(address)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            try:
                listener.bind(address)
            except OSError:  # somebody else was first
                continue
            listener.listen()
            _begin(listener)


def _to(address: str) -> socket.socket:
    asks = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        asks.connect(address)
    except OSError:
        asks.close()
        raise
    return asks


def _begin(listener: socket.socket) -> None:
    command = [sys.executable, "-m", "tests.support.nursery", str(listener.fileno()), str(this_run.process())]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONIOENCODING"}
    _begun.append(subprocess.Popen(command, pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, cwd=_ROOT, env=env))


_begun: list[subprocess.Popen[bytes]] = []
"""The nursery, where it is a child of this process: it ends with the run, and is not waited for."""


@cache
def _nursery() -> _Nursery:
    return _Nursery()


class _Forked(subprocess.Popen[Any]):
    """A child of the nursery, which tells how it ended; all else is `subprocess`'s own."""

    _told: socket.socket

    def _execute_child(self, args: Any, _executable: Any, _preexec: Any, _close: Any, _pass: Any, cwd: Any, env: Any,
                       _info: Any, _flags: Any, _shell: Any, *given: Any) -> None:  # fmt: skip
        pipes = given[:6]
        theirs = (pipes[0], pipes[3], pipes[5])
        streams = [number if theirs[number] == -1 else theirs[number] for number in range(3)]
        self._one_at_a_time = threading.Lock()
        self._told, end = socket.socketpair()
        with end:
            folder = os.path.abspath(cwd or ".")  # noqa: PTH100 - the text of it
            self.pid = _nursery().born(args[1:], env, folder, [*streams, end.fileno()])
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]  # as the method above does that this one replaces

    def _internal_poll(self, *_args: Any, **_given: Any) -> int | None:
        if self.returncode is None and self._one_at_a_time.acquire(blocking=False):
            try:
                self._listen(0)
            finally:
                self._one_at_a_time.release()
        return self.returncode

    def _wait(self, timeout: float | None) -> int:
        with self._one_at_a_time:
            self._listen(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def _listen(self, timeout: float | None) -> None:
        if self.returncode is None:
            self._told.settimeout(timeout)
            with suppress(BlockingIOError, TimeoutError):
                self.returncode = int(self._told.recv(16))
                self._told.close()
