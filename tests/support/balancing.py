"""A balancer in front of replicas: each request goes to the next one, however few connections a client keeps."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from tests.support.fixed import free_port

_HOPS = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "date", "server"}


class Balancer:
    """Asked at `url`; gives each request to the next of `replicas` (their origins) that takes a connection.

    `only` names the one that all go to from now on, by its place; None: they alternate.
    """

    def __init__(self, replicas: Sequence[str], port: int | None = None) -> None:
        self.replicas = list(replicas)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.only: int | None = None
        self.went_to: list[int] = []
        self._turns = itertools.count()
        self._way: httpx.AsyncHTTPTransport | None = None  # not a client: that keeps the cookies of everybody

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        for place in self._order():
            answer = await self._ask(self.replicas[place], request, body)
            if answer is not None:
                self.went_to.append(place)
                await _passed_on(answer)(scope, receive, send)
                return
        await PlainTextResponse("no replica takes a connection", 503)(scope, receive, send)

    def _order(self) -> list[int]:
        if self.only is not None:
            return [self.only]
        first = next(self._turns)
        return [(first + step) % len(self.replicas) for step in range(len(self.replicas))]

    async def _ask(self, origin: str, request: Request, body: bytes) -> httpx.Response | None:
        if self._way is None:
            self._way = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
        url = f"{origin}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
        headers = [(name, value) for name, value in request.headers.items() if name not in _HOPS]
        limits = {"connect": 10, "read": 120, "write": 120, "pool": 120}
        try:
            return await self._way.handle_async_request(
                httpx.Request(request.method, url, headers=headers, content=body, extensions={"timeout": limits})
            )
        except httpx.ConnectError:
            return None
        except httpx.TransportError:  # killed under way: whether it did anything is not known
            return httpx.Response(502, text="the replica went away")


def _passed_on(answer: httpx.Response) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        try:
            async for part in answer.aiter_raw():
                yield part
        finally:
            await answer.aclose()

    passed = StreamingResponse(parts(), status_code=answer.status_code)
    passed.raw_headers = [(n.lower(), v) for n, v in answer.headers.raw if n.decode().lower() not in _HOPS]
    return passed


@contextmanager
def balanced(replicas: Sequence[str], port: int | None = None) -> Iterator[Balancer]:
    """One that runs in a thread."""
    balancer = Balancer(replicas, port)
    server = uvicorn.Server(
        uvicorn.Config(balancer, host="127.0.0.1", port=balancer.port, lifespan="off", log_level="critical")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
        assert thread.is_alive()
    try:
        yield balancer
    finally:
        server.should_exit = server.force_exit = True
        thread.join(30)
