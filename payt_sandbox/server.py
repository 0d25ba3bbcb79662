"""The sandbox over TCP: in a thread of a test, or in the foreground for the command line."""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from payt_sandbox.api.faults import Faults
from payt_sandbox.api.gate import TRANSPORT
from payt_sandbox.api.sandbox import Sandbox

_PATIENCE: Final = 60
# How long requests that are being answered may take when the server is closed; one that is held is cut off then.
_GRACE: Final = 0.1
_LONGEST_HEAD: Final = 1 << 20


class _Protocol(H11Protocol):
    """Tells the application which TCP transport a request came over, so that it can reset it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Notes the transport in the state that every request of the connection gets."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_level="critical",
        date_header=False,
        server_header=False,
        timeout_keep_alive=60,
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )


class _Server(uvicorn.Server):
    """Begins and ends at once; uvicorn itself looks ten times a second whether it should end, and then waits."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(_config(app))
        self.settled = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    def run_settled(self, listener: socket.socket) -> None:
        """Serves until it is ended; `settled` is set once it serves, or will not."""
        try:
            self.run([listener])
        finally:
            self.settled.set()

    def end(self) -> None:
        """Ends the server, from any thread."""
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ended.set)

    async def main_loop(self) -> None:
        """Waits for the end."""
        self._loop = asyncio.get_running_loop()
        self.settled.set()
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no more connections, closes those that are idle, and cuts off the others after a moment."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        connections = self.server_state.connections
        for connection in list(connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(_GRACE):
                while connections:  # noqa: ASYNC110 - uvicorn keeps the set, and tells nobody when it changes
                    await asyncio.sleep(0.002)
        except TimeoutError:
            for connection in list(connections):
                connection.transport.abort()


class Served:
    """An application that is served from a daemon thread; a context manager that closes it."""

    def __init__(self, app: Starlette, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        # With the protocol named, asyncio turns Nagle off; else every answer waits 40 ms for an acknowledgement.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(app)
        self._thread = threading.Thread(target=self._server.run_settled, args=(self._socket,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Starts to serve and returns when connections are accepted; RuntimeError when that takes too long."""
        self._thread.start()
        if not self._server.settled.wait(_PATIENCE) or not self._server.started:
            raise RuntimeError("the server did not start")
        return self

    def close(self) -> None:
        """Stops serving, requests that are being held included; may be called twice."""
        self._server.end()
        if self._thread.is_alive():
            self._thread.join(timeout=_PATIENCE)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Handle(Served):
    """A sandbox that serves so."""

    def __init__(self, app: Starlette, port: int = 0) -> None:
        self.sandbox: Sandbox = app.state.sandbox
        super().__init__(app, port)

    @property
    def faults(self) -> Faults:
        """The rules for what goes wrong."""
        return self.sandbox.faults


def run_in_thread(app: Starlette, port: int = 0) -> Handle:
    """Serves an app of `create_app` on 127.0.0.1 (a free port unless given) until the handle is closed."""
    return Handle(app, port).start()


def serve(app: Starlette, host: str = "127.0.0.1", port: int = 8099, *, listener: socket.socket | None = None) -> None:
    """Serves in the foreground until interrupted; at `listener`, where that is given."""
    config = _config(app)
    config.host, config.port = host, port
    uvicorn.Server(config).run(sockets=None if listener is None else [listener])
