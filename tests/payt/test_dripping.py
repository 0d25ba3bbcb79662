"""An answer that never ends, a byte at a time, is given up as one that never comes."""

from contextlib import suppress

import anyio
import anyio.abc
import pytest

from payt_mcp.errors import UnavailableError
from payt_mcp.payt import wire
from payt_mcp.payt.client import PaytClient
from payt_mcp.payt.signin.tokens import StaticToken
from payt_mcp.settings import Secret

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"


async def _drip(stream: anyio.abc.SocketStream) -> None:
    async with stream:
        await stream.receive()
        await stream.send(_HEAD)
        with suppress(anyio.BrokenResourceError):  # whoever asked is gone
            while True:
                await stream.send(b" ")
                await anyio.sleep(0.02)


async def test_an_answer_that_drips_is_given_up() -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with anyio.create_task_group() as group:
        group.start_soon(listener.serve, _drip)
        client = PaytClient(f"http://127.0.0.1:{port}", StaticToken(Secret("t")), budget=1.0, timeout=1.0)
        with anyio.fail_after(120), pytest.raises(UnavailableError, match="the time for an answer ran out"):
            await client.page(wire.listing("invoices", "4711"), "invoices")
        await client.aclose()
        group.cancel_scope.cancel()
    await listener.aclose()
