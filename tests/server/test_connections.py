"""Over HTTP: who is too slow, too many, or means another host is not waited for; and an end comes in time."""

import json
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
import uvicorn

from payt_mcp.server import connections
from payt_mcp.server.connections import BoundedProtocol
from payt_mcp.server.http_app import build_app
from payt_mcp.settings import Settings
from tests.support.processes import environment, http

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")]
INIT = json.dumps(
    {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
)  # fmt: skip
PATIENCE = 2.0
"""Seconds: of a server that has little of it, and longer than any machine needs for what is not slow."""

Left = tuple[str, float]
"""What was said to a connection before it ended, and after how many seconds."""

ACCEPT = "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"


@contextmanager
def serving() -> Iterator[int]:
    """The port of a server in this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = build_app(Settings.from_env({"PAYT_API_URL": "sandbox", "PAYT_READ_ONLY": "1"}), host="127.0.0.1")
    config = uvicorn.Config(app, http=BoundedProtocol, ws="none", log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield int(listener.getsockname()[1])
    server.should_exit = True
    thread.join(60)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture(scope="module")
def left() -> Iterator[dict[str, Left]]:
    """What came of connections that were too slow for a server of little patience, all at the same time."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor() as pool:
        patch.setattr(connections, "HEAD_SECONDS", PATIENCE)
        patch.setattr(connections, "BODY_SECONDS", PATIENCE)
        with serving() as port:
            waiting = {slow.__name__: pool.submit(slow, port) for slow in SLOW}
            yield {name: one.result() for name, one in waiting.items()}


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=120)


def said(to: socket.socket, text: str) -> str:
    to.sendall(text.encode())
    return answer(to)


def answer(of: socket.socket) -> str:
    """What comes until the other side closes, or has said enough; empty where it just hangs up."""
    received = b""
    try:
        while b"\r\n\r\n" not in received and (part := of.recv(65536)):
            received += part
    except ConnectionError:
        pass
    return received.decode()


def drip(to: socket.socket) -> None:
    for _ in range(600):
        to.sendall(b"X")
        time.sleep(0.1)


def post(body: str, *heads: str) -> str:
    lines = ["POST /mcp HTTP/1.1", "Host: localhost", *heads, f"{ACCEPT}Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines)


def opened(port: int) -> str:
    """The id of a new session."""
    with connected(port) as first:
        head = said(first, post(INIT))
    (session,) = [line.split(": ")[1] for line in head.splitlines() if line.lower().startswith("mcp-session-id")]
    return session


def silent(port: int) -> Left:
    began = time.monotonic()
    with connected(port) as one:
        return answer(one), time.monotonic() - began


def head_byte_by_byte(port: int) -> Left:
    began = time.monotonic()
    with connected(port) as one, suppress(ConnectionError):
        one.sendall(b"GET /healthz HTTP/1.1\r\n")
        drip(one)
        return "listened to it all", 0.0
    return "", time.monotonic() - began


def further_head(port: int) -> Left:
    with connected(port) as one:
        assert said(one, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith("HTTP/1.1 200")
        began = time.monotonic()
        one.sendall(b"GET /healthz HT")
        return answer(one), time.monotonic() - began


def body(port: int) -> Left:
    began = time.monotonic()
    with connected(port) as one:
        one.sendall(f"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}Content-Length: 900\r\n\r\n{{".encode())
        return answer(one), time.monotonic() - began


def open_stream(port: int) -> Left:
    session = opened(port)
    with connected(port) as stream:
        asked = f"GET /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}mcp-session-id: {session}\r\n\r\n"
        assert said(stream, asked).startswith("HTTP/1.1 200")
        stream.settimeout(1.5 * PATIENCE)
        with pytest.raises(TimeoutError):
            stream.recv(1)
    return "open", 0.0


SLOW = (silent, head_byte_by_byte, further_head, body, open_stream)


@pytest.mark.parametrize("slow", [silent, head_byte_by_byte, further_head, body])
def test_who_is_too_slow_is_hung_up_on(left: dict[str, Left], slow: Callable[[int], Left]) -> None:
    said, seconds = left[slow.__name__]
    assert said == ""
    assert slow is further_head or seconds >= PATIENCE  # the patience with that one began before it did


def test_a_stream_that_is_open_is_not_hung_up_on(left: dict[str, Left]) -> None:
    assert left["open_stream"] == ("open", 0.0)


def test_more_connections_than_there_may_be_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedProtocol, "most", 5)
    with serving() as port:
        held = [connected(port) for _ in range(5)]
        with connected(port) as one_more:
            assert answer(one_more).startswith("HTTP/1.1 503")
        for one in held:
            one.close()
        status = "503"
        while status == "503":  # until the server has seen that they are closed
            with connected(port) as again:
                status = said(again, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").split()[1]
    assert status == "200"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", "400"), ("localhost", "400"), ("[::1]:8000", "400"),
        ("127.0.0.1:8000.evil.example", "421"), ("localhost:evil.example", "421"), ("localhost.evil.example", "421"),
        ("127.0.0.1.evil.example", "421"), ("localhost:", "421"), ("127.0.0.1:80@evil.example", "421"), ("", "421"),
    ],
)  # fmt: skip
def test_a_host_is_compared_whole(port: int, host: str, status: str) -> None:
    with connected(port) as one:
        head = said(one, f"POST /mcp HTTP/1.1\r\nHost: {host}\r\n{ACCEPT}Content-Length: 2\r\n\r\n{{}}")
    assert head.split()[1] == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:6274", "400"), ("http://127.0.0.1:8000", "400"),
        ("http://127.0.0.1:8000.evil.example", "403"),
        ("http://localhost:1.evil.example", "403"), ("https://localhost", "403"), ("null", "403"), ("", "403"),
        ("http://localhost:80/evil", "403"),
    ],
)  # fmt: skip
def test_an_origin_is_compared_whole(port: int, origin: str, status: str) -> None:
    with connected(port) as one:
        assert said(one, post("{}", f"Origin: {origin}")).split()[1] == status


def test_as_many_connections_as_there_may_be_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        assert connections.room_for(4_000) == min(4_000, hard - 64)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_end_does_not_wait_for_sessions() -> None:
    """Streams of sessions are open for ever; an end comes all the same."""
    with http(environment()) as server:
        streams = []
        for _ in range(40):
            session = opened(server.port)
            streams.append(connected(server.port))
            said(streams[-1], f"GET /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}mcp-session-id: {session}\r\n\r\n")
        code, _, _ = server.end(signal.SIGTERM)
        assert code == 0
        for stream in streams:
            stream.close()
