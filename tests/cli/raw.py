"""A stdio server spoken to in bytes: what a host on any system may write."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.forking import COMMAND, begun

PATIENCE = 120.0

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


def environment(**settings: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
    return outside | {"PAYT_API_URL": "sandbox", "PAYT_READ_ONLY": "1", "PYTHONWARNINGS": ""} | settings


class Raw:
    def __init__(self, env: dict[str, str] | None = None) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = begun(COMMAND, env=env or environment(), bufsize=0, **pipes)

    def write(self, line: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "no answer came"
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def ask(self, line: bytes) -> dict[str, Any]:
        self.write(line)
        return self.read()

    def request(self, number: int, method: str, params: Any) -> dict[str, Any]:
        return self.ask(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode())

    def end(self) -> list[dict[str, Any]]:
        """Close stdin; what stands in the log."""
        out, err = self.process.communicate(timeout=PATIENCE)
        assert (self.process.returncode, out) == (0, b"")
        return [json.loads(line) for line in err.splitlines()]


@contextmanager
def raw(env: dict[str, str] | None = None) -> Iterator[Raw]:
    server = Raw(env)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


def ends_within(process_id: int, seconds: float) -> bool:
    """Whether a process that is no child of ours is gone by then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
