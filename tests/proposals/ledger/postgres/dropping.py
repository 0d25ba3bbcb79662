"""A wire to PostgreSQL that breaks at the end of a transaction: before it arrives, or before its answer does."""

from __future__ import annotations

import socket
import threading
from typing import Literal
from urllib.parse import urlsplit

Where = Literal["", "before", "after"]


class Wire:
    """`breaks`: at the next COMMIT, once. "before": PostgreSQL never hears of it; "after": its answer is lost."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{self._listener.getsockname()[1]}").geturl()
        self.breaks: Where = ""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._to)
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        is_back = False
        while part := _received(client):
            if b"COMMIT" in part and self.breaks:
                self._break(part, client, server)
                break
            server.sendall(part)
            if not is_back:
                back.start()
                is_back = True
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        client.close()

    def _break(self, part: bytes, client: socket.socket, server: socket.socket) -> None:
        where, self.breaks = self.breaks, ""
        client.shutdown(socket.SHUT_RDWR)
        if where == "after":
            server.sendall(part)


def _received(stream: socket.socket) -> bytes:
    try:
        return stream.recv(65536)
    except OSError:
        return b""


def _copy(source: socket.socket, target: socket.socket) -> None:
    while part := _received(source):
        try:
            target.sendall(part)
        except OSError:
            return
