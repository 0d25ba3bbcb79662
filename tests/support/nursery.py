"""Becomes `payt-mcp`, or an example, again and again: `forking` starts it, and says how.

It loads the libraries and the package, and waits, until the run of the tests is over. Each process of the run that
wants copies connects to it. For each message (arguments, environment and folder, with the three streams and one more
descriptor) it makes a copy of itself that goes on as `python` with these arguments, answers with the copy's number,
and writes its exit code into that descriptor when it has ended. Nothing of ours has run before the copy is made, but
for what the SDK makes of the tools, which `once` keeps as it does for the servers of the tests.

python -m tests.support.nursery LISTENER RUN    a descriptor that listens, and the number of the process it ends with
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tests.support import once

LIBRARIES = (
    "anyio._backends._asyncio", "argparse", "babel.dates", "babel.numbers", "certifi", "cryptography.fernet", "h11",
    "httpx", "idna", "joserfc.jwt", "markupsafe", "mcp.client", "mcp.server.mcpserver", "mcp.server.stdio",
    "prometheus_client", "psycopg.rows", "psycopg_pool", "publicsuffixlist", "sqlite3", "starlette.applications",
    "uvicorn.protocols.http.h11_impl", "xlsxwriter",
)  # fmt: skip
"""Those that read nothing of the environment when they are loaded: `keyring` does."""

OURS = ("payt_mcp", "payt_sandbox")

_TOLD_BY = 4
"""Descriptors with a message: stdin, stdout, stderr, and where the exit code is told."""


Born = tuple[list[str], dict[str, str], str]
"""Arguments, environment and folder of a copy."""


def _until_born(listener: socket.socket, run: int) -> Born | None:
    """Comes back in a copy, with what it is to do, its streams in place; and here when the run is over."""
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    waiting.register(os.pidfd_open(run), selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is listener:
                waiting.register(listener.accept()[0], selectors.EVENT_READ)
            elif isinstance(key.fileobj, socket.socket):
                if born := _asked(key.fileobj, waiting):
                    return born
            elif key.data is None:
                return None
            else:
                waiting.unregister(key.fileobj)
                _tell(key.fd, *key.data)


def _asked(by: socket.socket, waiting: selectors.BaseSelector) -> Born | None:
    """One message; in the copy, what it says."""
    try:
        message, descriptors, *_ = socket.recv_fds(by, 1 << 20, _TOLD_BY)
    except ConnectionResetError:  # killed with an answer unread
        message, descriptors = b"", []
    if not message:
        waiting.unregister(by)
        by.close()
        return None
    if (child := os.fork()) == 0:
        _forget(waiting)
        arguments, environment, folder = json.loads(message)
        _take(descriptors, environment.get("PYTHONIOENCODING", ""))
        return arguments, environment, folder
    for descriptor in descriptors[:3]:
        os.close(descriptor)
    waiting.register(os.pidfd_open(child), selectors.EVENT_READ, (child, descriptors[3]))
    with suppress(BrokenPipeError):
        by.send(str(child).encode())
    return None


def _forget(waiting: selectors.BaseSelector) -> None:
    """Close what is the nursery's: later its numbers are those of other files."""
    for key in list(waiting.get_map().values()):
        if isinstance(key.fileobj, socket.socket):
            key.fileobj.close()
    waiting.close()


def _tell(watched: int, child: int, where: int) -> None:
    _, status = os.waitpid(child, 0)
    with suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(where, str(os.waitstatus_to_exitcode(status)).encode())
    os.close(where)
    os.close(watched)


def _take(descriptors: list[int], said: str) -> None:
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.closerange(3, min(1 << 20, os.sysconf("SC_OPEN_MAX")))
    sys.stdin = sys.__stdin__ = _text(0, "rb", sys.__stdin__, said)  # type: ignore[misc]  # as the interpreter does
    sys.stdout = sys.__stdout__ = _text(1, "wb", sys.__stdout__, said)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _text(2, "wb", sys.__stderr__, said)  # type: ignore[misc]


def _text(number: int, mode: str, before: Any, said: str) -> io.TextIOWrapper:
    """A standard stream as the interpreter makes it; `said` is the encoding of all, with what is done about errors."""
    writes_at_once = mode == "wb" and before.write_through
    raw: Any = open(number, mode, buffering=0 if writes_at_once else -1, closefd=False)  # noqa: SIM115
    is_stderr = number == 2
    encoding, _, errors = said.partition(":")
    if is_stderr or not said:
        errors = before.errors
    return io.TextIOWrapper(
        raw, encoding or before.encoding, errors or "strict", newline="\n",
        line_buffering=is_stderr or raw.isatty(), write_through=writes_at_once,
    )  # fmt: skip


def _load() -> None:
    for name in (*LIBRARIES, *_modules()):
        with suppress(ImportError):
            importlib.import_module(name)
    once.remember()
    server, settings = importlib.import_module("payt_mcp.server.server"), importlib.import_module("payt_mcp.settings")
    server.build_server(settings.Settings.from_env({"PAYT_TOOLSETS": "all"}))


def _modules() -> Iterator[str]:
    """Ours, but for the one that will be run."""
    for package in map(importlib.import_module, OURS):
        found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        yield from (module.name for module in found if not module.name.endswith("__main__"))


def main() -> None:
    _load()
    gc.collect()
    gc.freeze()
    listener, run = map(int, sys.argv[1:])
    born = _until_born(socket.socket(fileno=listener), run)
    if born is None:
        return
    arguments, environment, folder = born
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    if arguments[0] == "-m":
        sys.path[0], sys.argv[1:] = folder, arguments[2:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.path[0], sys.argv = os.path.dirname(arguments[0]), arguments  # noqa: PTH120 - the text of it
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main()
