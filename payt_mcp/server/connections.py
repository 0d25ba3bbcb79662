"""How long a connection may take over a request, how many there may be, and how it all ends: uvicorn bounds none of it.

Somebody who opens connections and says nothing, or a byte a minute, must not keep others out; and thousands of sessions
must not keep a server from ending.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS = 10.0
"""From when a connection is made, or the first byte of a further request comes, until its head is whole."""

BODY_SECONDS = 30.0
"""From there until its body is."""

MOST = 4_000
"""Connections at a time, where this process may have that many open files."""

END_SECONDS = 6.0
"""What taking leave of all connections and sessions may take, once nothing is being sent to Payt any more."""

_RESERVED = 64
"""Open files for everything else: the ledger, requests to Payt."""

_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 5\r\n\r\n"


def room_for(most: int = MOST) -> int:
    """Make room for that many, as far as the system lets this process have open files; returns how many there may be.

    With more than that, no further connection could even be refused.
    """
    if sys.platform == "win32":
        return most
    import resource  # noqa: PLC0415 - Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + _RESERVED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if soft == resource.RLIM_INFINITY else max(min(most, soft - _RESERVED), 1)


class BoundedProtocol(H11Protocol):
    """One connection, with an end to its patience."""

    most = MOST

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base does
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.write(_BUSY)
            transport.close()
        else:
            self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        if self.transport.is_closing():
            return
        if self._timer is None and self._is_idle():
            self._expect(HEAD_SECONDS)
        super().data_received(data)
        if self._is_idle():
            return
        if not self.cycle.more_body:
            self._settle()
        elif self.cycle is not before:
            self._expect(BODY_SECONDS)

    def _is_idle(self) -> bool:
        """Whether no request is under way: none has come whole, or the last one has been answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _expect(self, seconds: float) -> None:
        self._settle()
        self._timer = self.loop.call_later(seconds, self._give_up)

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        """Nothing is answered: whoever is that slow reads no answer either."""
        self._timer = None
        if not self.transport.is_closing():
            self.transport.abort()


class OrderlyServer(uvicorn.Server):
    """Ends in an order: what is being sent to Payt is finished or recorded, then all connections are left, in the time
    there is for that; sessions hold nothing that would be lost.

    Args:
        settling: gives what finishes a write, None where nothing was begun.
        leaving: comes first; for `linger` seconds after it requests are still taken. A second SIGINT ends that.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        settling: Callable[[], Callable[[], Awaitable[None]] | None],
        leaving: Callable[[], object] | None = None,
        linger: float = 0.0,
    ) -> None:
        super().__init__(config)
        self._settling = settling
        self._leaving = leaving
        self._linger = linger
        self._end = threading.Timer(END_SECONDS, _end)
        self._end.daemon = True

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self._end.cancel()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._leaving is not None:
            self._leaving()
        until = time.monotonic() + self._linger
        while time.monotonic() < until and not self.force_exit:  # noqa: ASYNC110 - a signal sets it
            await asyncio.sleep(0.1)
        for server in self.servers:
            server.close()
        settle = self._settling()
        if settle is not None:
            await settle()
        self._end.start()
        await super().shutdown(sockets)


def _end() -> None:
    sys.stderr.flush()
    os._exit(0)
