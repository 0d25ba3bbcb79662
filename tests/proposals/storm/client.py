"""The way to Payt in a process that may be killed: at a given place, or after a given time."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from payt_mcp.errors import PaytMcpError
from payt_mcp.payt import pacing
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.tokens import TokenSource
from payt_mcp.proposals import engine, sending

_TIMEOUT = 0.25


def hurry() -> None:
    """Wait less between attempts than a real server does; how often and in which order stays as it is."""
    sending._RETRIES = (0.05, 0.1, 0.2, 0.4)
    engine._PAUSE = 0.2
    pacing._FIRST_BACKOFF = 0.05
    pacing._LONGEST_BACKOFF = 0.4


class StormClient(PaytClient):
    """Refuses connections at first, or dies at a given place."""

    refusals = 0
    dies_at = ""

    def __init__(self, base_url: str, tokens: TokenSource, *, rate: int = 100, **given: Any) -> None:
        super().__init__(base_url, tokens, rate=rate, **{**given, "timeout": _TIMEOUT, "budget": 3.0})

    async def write(self, command: Any, what: str) -> Any:
        if self.refusals:
            self.refusals -= 1
            return await self._into_nothing(command, what)
        if self.dies_at == "sending":
            die()
        if self.dies_at == "request_out":
            with suppress(PaytMcpError):
                await super().write(command, what)
            die()
        answer = await super().write(command, what)
        if self.dies_at == "answered":
            die()
        return answer

    async def _into_nothing(self, command: Any, what: str) -> Any:
        real, self._http.base_url = self._http.base_url, httpx.URL(f"http://127.0.0.1:{closed_port()}")
        try:
            return await super().write(command, what)
        finally:
            self._http.base_url = real


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def dying_after(seconds: float | None) -> Iterator[None]:
    timer = threading.Timer(seconds, die) if seconds is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    yield
    if timer:
        timer.cancel()
