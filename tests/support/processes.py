"""payt-mcp as a process of its own, as a host or a shell starts it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.support.fixed import TOKEN, free_port
from tests.support.forking import COMMAND, begun

__all__ = ["COMMAND", "PATIENCE", "Http", "Stdio", "environment", "http", "run", "stdio"]

PATIENCE = 120.0
"""Seconds after which a process that does not do what is waited for has failed to do it."""
_PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def environment(url: str = "sandbox", **settings: str) -> dict[str, str]:
    """The environment of this process with these settings, and none of its own."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
    given = {"PAYT_API_URL": url, "PAYT_API_TOKEN": TOKEN, "PAYT_RATE": "100", "PAYT_READ_ONLY": "1"}
    return outside | given | {"PYTHONWARNINGS": ""} | settings


def run(
    *arguments: str, env: dict[str, str], stdin: str = "", program: tuple[str, ...] = COMMAND
) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    with begun([*program, *arguments], env=env, text=True, **_PIPES) as process:
        try:
            out, err = process.communicate(stdin, timeout=300)
        finally:
            process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


class Stdio:
    """A stdio server spoken to line by line, so that every byte it writes is seen."""

    def __init__(self, env: dict[str, str], command: tuple[str, ...] = COMMAND) -> None:
        self.process = begun(command, env=env, text=True, **_PIPES)
        self._last_id = 0

    def send(self, method: str, params: dict[str, Any] | None = None) -> int:
        self._last_id += 1
        message = {"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params or {}}
        self.write(json.dumps(message))
        return self._last_id

    def write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """A request and its answer; notifications in between are passed over."""
        wanted = self.send(method, params)
        assert self.process.stdout
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == wanted:
                return message
        raise AssertionError(f"no answer to {method}")

    def begin(self) -> dict[str, Any]:
        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        answer = self.ask("initialize", client)
        self.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        return answer

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]
        return result

    def end(self, how: signal.Signals | None) -> tuple[int, list[str], list[str]]:
        """Stop it by a signal, or by closing stdin; exit code and the rest of what it wrote."""
        if how is not None:
            self.process.send_signal(how)
            out, err = _rest(self.process)
        else:
            out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out.splitlines(), err.splitlines()


def _rest(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """What a process still writes until it ends by itself, its stdin left open."""
    process.wait(timeout=PATIENCE)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    out, err = process.stdout.read(), process.stderr.read()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    return out, err


@contextmanager
def stdio(env: dict[str, str], command: tuple[str, ...] = COMMAND) -> Iterator[Stdio]:
    server = Stdio(env, command)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


class Http:
    """A server over HTTP on a free port."""

    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/mcp"
        command = [*COMMAND, "serve", "--http", "--port", str(self.port), *arguments]
        self.process = begun(command, env=env, text=True, **_PIPES)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.origin}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        self.process.kill()
        raise AssertionError(self.process.communicate()[1])

    def end(self, how: signal.Signals) -> tuple[int, list[str], list[str]]:
        self.process.send_signal(how)
        out, err = _rest(self.process)
        return self.process.returncode, out.splitlines(), err.splitlines()


@contextmanager
def http(env: dict[str, str], *arguments: str) -> Iterator[Http]:
    server = Http(env, *arguments)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()
