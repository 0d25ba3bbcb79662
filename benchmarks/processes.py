"""The processes that are measured: servers behind a raw JSON-RPC driver, and embedded Payts over TCP.

Nothing of the SDK's client is used here, so that only servers are measured.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

OURS = ("-m", "payt_mcp")
TRIVIAL = ("-m", "benchmarks.trivial_server")
RATE = 10
"""Requests a second that Payt allows."""
SECOND = 1.1
"""A second, and a tenth to be sure."""
_SETTINGS = frozenset({"PAYT_API_URL", "PAYT_API_TOKEN", "PAYT_ADMINISTRATION_ID"})
_ROOT = Path(__file__).parent.parent
_START_SECONDS = 60.0
_PROCESS_CLOCK = 2
"""Linux: the clock of another process's processor time is its id's complement, shifted, and this."""


class Server:
    """An MCP server in a process of its own, spoken to line by line over its pipes."""

    def __init__(self, module: Sequence[str], settings: Mapping[str, str] | None = None) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
        self._process = subprocess.Popen(
            [sys.executable, *module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ | dict(settings or {}),
            cwd=_ROOT,
        )
        self._last_id = 0

    def greet(self) -> dict[str, Any]:
        """The handshake that most hosts of 2026 still use."""
        client = {"name": "benchmarks", "version": "1"}
        asked = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
        answer = self.request("initialize", asked)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def request(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The result of a request; RuntimeError where the server answers an error or ends."""
        self._last_id += 1
        self._send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params or {}})
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
        raise RuntimeError(f"{method}: the server ended")

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool; RuntimeError where it is an error."""
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise RuntimeError(f"{tool}: {result['content']}")
        return result

    def begin(self, tool: str, **arguments: Any) -> None:
        """Ask, and do not wait; what comes of it is passed over."""
        self._last_id += 1
        asked = {"name": tool, "arguments": arguments}
        self._send({"jsonrpc": "2.0", "id": self._last_id, "method": "tools/call", "params": asked})

    @property
    def own_seconds(self) -> float:
        """Processor time of all its threads so far: what it waits for, and what else the machine is busy with, is not
        in it.
        """
        return _own_seconds(self._process)

    def own_time(self, tool: str, **arguments: Any) -> float:
        """The seconds of its own that one call takes."""
        before = self.own_seconds
        self.call(tool, **arguments)
        return self.own_seconds - before

    @property
    def resident_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class HttpServer:
    """An MCP server in a process of its own that listens at `port`."""

    def __init__(self, module: Sequence[str], port: int, settings: Mapping[str, str] | None = None) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYT_")}
        self.port = port
        self._process = subprocess.Popen(
            [sys.executable, *module],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environ | dict(settings or {}),
            cwd=_ROOT,
        )
        _await(self._is_there, "the server did not start")

    @classmethod
    def ours(cls, settings: Mapping[str, str]) -> Self:
        port = _free_port()
        return cls([*OURS, "serve", "--http", "--port", str(port)], port, settings)

    @classmethod
    def trivial(cls) -> Self:
        port = _free_port()
        return cls([*TRIVIAL, str(port)], port)

    @property
    def own_seconds(self) -> float:
        """Processor time of all its threads so far."""
        return _own_seconds(self._process)

    def _is_there(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Payt:
    """An embedded Payt in a process of its own: one debtor for 20 open invoices, 10 requests a second; `past` are paid
    invoices of two years.
    """

    def __init__(self, invoices: int, latency_ms: int = 0, past: int = 0) -> None:
        self.invoices = invoices
        self.debtors = max(invoices // 20, 1)
        self.latency_ms = latency_ms
        port = _free_port()
        command = [*OURS, "sandbox", "--control", "--port", str(port), "--invoices", str(invoices)]
        command += ["--debtors", str(self.debtors), "--latency-ms", str(latency_ms)]
        command += ["--history", "24", "--history-invoices", str(past)] if past else []
        self._process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, cwd=_ROOT, text=True)
        self.settings = self._told()
        self.url = self.settings["PAYT_API_URL"]
        _await(self._is_there, "the embedded Payt did not start")

    def _told(self) -> dict[str, str]:
        """The settings it prints for whoever wants to use it."""
        assert self._process.stdout is not None
        found: dict[str, str] = {}
        while not found.keys() >= _SETTINGS:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"the embedded Payt named no more settings than {', '.join(found) or 'none'}")
            found |= dict(word.rstrip(".,").split("=", 1) for word in line.split() if word.startswith("PAYT_"))
        return found

    def log(self) -> dict[str, Any]:
        """Every request so far, and how many were answered 429."""
        return self._control("requests")

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """The requests that come meanwhile, as paths with their query."""
        heard: list[str] = []
        before = len(self.log()["requests"])
        yield heard
        heard += [f"{entry['path']}?{entry['query']}" for entry in self.log()["requests"][before:]]

    def change_an_invoice(self, order_number: str = "B") -> str:
        """What a payment does: one open invoice of the administration is another one from now on. Its number."""
        administration = self.settings["PAYT_ADMINISTRATION_ID"]
        query = f"/v1/invoices?administration_id={administration}&paid=false&per_page=1"
        invoice = json.loads(self.answer(query))["data"][0]
        fields = {"order_number": order_number}
        self._control("act", {"name": "change_invoice", "args": [administration, invoice["id"]], "fields": fields})
        return str(invoice["invoice_number"])

    def answer(self, path: str) -> bytes:
        """The body of one answer."""
        headers = {"Authorization": f"Bearer {self.settings['PAYT_API_TOKEN']}"}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers)) as answer:
            body: bytes = answer.read()
            return body

    def _control(self, name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.url}/_sandbox/{name}", data=data)
        with urllib.request.urlopen(request, timeout=_START_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def _is_there(self) -> bool:
        try:
            self.log()
        except (urllib.error.URLError, ConnectionError):
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Bare:
    """The program of `bare.py`: requests by httpx alone."""

    def __init__(self, payt: Payt) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.bare"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | payt.settings,
            cwd=_ROOT,
            text=True,
        )
        self.own_time(["/v1/administrations"])  # from here on its library is loaded and its connection open
        time.sleep(SECOND)

    def own_time(self, paths: Sequence[str]) -> float:
        """The seconds of its own that requests side by side take, never more of them than the rate allows."""
        total = 0.0
        for start in range(0, len(paths), RATE):
            if start:
                time.sleep(SECOND)
            total += self._ask(paths[start : start + RATE])
        return total

    def _ask(self, paths: Sequence[str]) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(paths) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def _own_seconds(process: subprocess.Popen[Any]) -> float:
    return time.clock_gettime((~process.pid) << 3 | _PROCESS_CLOCK)


def _await(is_there: Callable[[], bool], otherwise: str) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up:
        if is_there():
            return
        time.sleep(0.05)
    raise RuntimeError(otherwise)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
