"""A balancer in front of the replicas of the demo: each connection goes to the next one that takes it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import anyio
from anyio.abc import ByteReceiveStream, ByteSendStream, SocketStream, TaskStatus

_OVER = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, OSError)


class Balancer:
    """`ports` are those of the replicas, at this machine; `last` is the one that was given the last connection."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self.last = 0

    async def serve(self, port: int, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
        async with listener:
            task_status.started()
            await listener.serve(self._pass_on)

    async def _pass_on(self, client: SocketStream) -> None:
        async with client:
            replica = await self._next()
            if replica is None:
                return
            async with replica, anyio.create_task_group() as group:
                group.start_soon(_flow, client, replica, group.cancel_scope)
                group.start_soon(_flow, replica, client, group.cancel_scope)

    async def _next(self) -> SocketStream | None:
        for _ in self._ports:
            self._ports.append(self._ports.pop(0))
            with suppress(OSError):
                found = await anyio.connect_tcp("127.0.0.1", self._ports[-1])
                self.last = self._ports[-1]
                return found
        return None


async def _flow(source: ByteReceiveStream, to: ByteSendStream, both: anyio.CancelScope) -> None:
    with suppress(*_OVER):
        while True:
            await to.send(await source.receive())
    both.cancel()
