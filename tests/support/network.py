"""A network as users have it, on loopback: a Payt behind TLS, a proxy that speaks CONNECT, one that speaks SOCKS."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import trustme

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Serves `talk` on a free port of 127.0.0.1, from a thread of its own; `met` counts connections."""

    def __init__(self, talk: Talk, tls: ssl.SSLContext | None = None) -> None:
        self._talk, self._tls = talk, tls
        self.met = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._began = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._began.wait(120)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(lambda *_: None)  # a refused certificate is what some tests are about
        self._ended = asyncio.Event()
        server = await asyncio.start_server(self._meet, sock=self._socket, ssl=self._tls)
        self._began.set()
        await self._ended.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.05)  # what is aborted is closed in the next rounds of the loop

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.met += 1
        try:
            with suppress(OSError, EOFError, ssl.SSLError):
                await self._talk(reader, writer)
        finally:
            writer.transport.abort()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)


@contextmanager
def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    listener = Listener(talk, tls)
    try:
        yield listener
    finally:
        listener.close()


def relay_to(port: int) -> Talk:
    """Passes everything on to a port of this machine, and back."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _joined(reader, writer, port)

    return talk


def connect_proxy(*, status: int = 200, heads: list[str] | None = None) -> Talk:
    """A proxy of the kind `http://`: it takes CONNECT, whatever the host is called, to this machine."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        if heads is not None:
            heads.append(head)
        port = int(head.split()[1].rpartition(":")[2])
        writer.write(f"HTTP/1.1 {status} So\r\n\r\n".encode())
        await writer.drain()
        if status == 200:
            await _joined(reader, writer, port)

    return talk


async def socks_proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """SOCKS 5 without a password, as far as a client that names a host or an IPv4 address needs it."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    kind = (await reader.readexactly(4))[3]
    length = (await reader.readexactly(1))[0] if kind == 3 else 4
    await reader.readexactly(length)
    (port,) = struct.unpack("!H", await reader.readexactly(2))
    writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
    await writer.drain()
    await _joined(reader, writer, port)


async def _joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        await asyncio.gather(_pump(reader, onward_writer), _pump(onward_reader, writer))
    finally:
        onward_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError):
        while received := await reader.read(65536):
            writer.write(received)
            await writer.drain()
        writer.close()  # the other direction ends with it


class Authority:
    """Somebody who signs certificates, such as a company that looks into its own traffic."""

    def __init__(self, folder: Path, name: str = "Inspecting Ltd") -> None:
        self._ca = trustme.CA(organization_name=name, organization_unit_name="Traffic")
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def tls(self, *names: str) -> ssl.SSLContext:
        """What a server needs that calls itself so."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("localhost", "127.0.0.1"))).configure_cert(context)
        return context
