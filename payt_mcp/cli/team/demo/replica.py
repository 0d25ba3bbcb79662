"""One replica of the demo: a process of its own, as a company runs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio

from payt_mcp.errors import PaytMcpError

_PATIENCE = 60.0


class NoReplicaError(PaytMcpError):
    """A replica of the demo did not come up."""


class Replica:
    """`env` is its whole environment; what it logs goes to `log`."""

    def __init__(self, name: str, port: int, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.port = port
        self._env = dict(env)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "payt_mcp",
            "serve",
            "--team",
            "--port",
            str(self.port),
            "--leave-seconds",
            "0",
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                command, env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def until_ready(self) -> None:
        """Raises NoReplicaError with its last words."""
        with anyio.move_on_after(_PATIENCE):
            while self._process is not None and self._process.poll() is None:
                if await self._is_ready():
                    return
                await anyio.sleep(0.1)
        said = self._log.read_text(errors="replace").strip().splitlines()
        raise NoReplicaError(f"{self.name} did not start; its last words were: {said[-1][:300] if said else 'none'}")

    def kill(self) -> None:
        """As a machine that loses its power does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> None:
        """In order; after ten seconds, at once."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    async def _is_ready(self) -> bool:
        try:
            async with await anyio.connect_tcp("127.0.0.1", self.port) as stream:
                await stream.send(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return b" 200 " in (await stream.receive())[:20]
        except (OSError, anyio.EndOfStream, anyio.BrokenResourceError):
            return False
