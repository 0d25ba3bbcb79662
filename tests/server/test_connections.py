"""Over HTTP: who is too slow, too many, or means another host is not waited for; and an end comes in time."""

import json
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator

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
ACCEPT = "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server in this process whose limits are short."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "BODY_SECONDS", 1.0)
    monkeypatch.setattr(BoundedProtocol, "most", 5)
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
    thread.join(10)


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


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
    for _ in range(100):
        to.sendall(b"X")
        time.sleep(0.05)


def post(body: str, *heads: str) -> str:
    lines = ["POST /mcp HTTP/1.1", "Host: localhost", *heads, f"{ACCEPT}Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines)


def opened(port: int) -> str:
    """The id of a new session."""
    with connected(port) as first:
        head = said(first, post(INIT))
    (session,) = [line.split(": ")[1] for line in head.splitlines() if line.lower().startswith("mcp-session-id")]
    return session


def hung_up_after(on: socket.socket) -> float:
    began = time.monotonic()
    assert answer(on) == ""
    return time.monotonic() - began


def test_who_says_nothing_is_hung_up_on(port: int) -> None:
    with connected(port) as silent:
        assert 0.3 < hung_up_after(silent) < 5


def test_who_sends_a_head_byte_by_byte_is_hung_up_on(port: int) -> None:
    with connected(port) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            drip(slow)
        assert time.monotonic() - began < 4


def test_a_further_head_on_the_same_connection_has_no_more_time(port: int) -> None:
    with connected(port) as slow:
        assert said(slow, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith("HTTP/1.1 200")
        time.sleep(0.2)
        slow.sendall(b"GET /healthz HT")
        assert hung_up_after(slow) < 4


def test_who_sends_a_body_too_slowly_is_hung_up_on(port: int) -> None:
    with connected(port) as slow:
        slow.sendall(f"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}Content-Length: 900\r\n\r\n{{".encode())
        assert 0.7 < hung_up_after(slow) < 6


def test_a_stream_that_is_open_is_not_hung_up_on(port: int) -> None:
    with connected(port) as first:
        head = said(
            first, f"POST /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}Content-Length: {len(INIT)}\r\n\r\n{INIT}"
        )
    (session,) = [line.split(": ")[1] for line in head.splitlines() if line.lower().startswith("mcp-session-id")]
    with connected(port) as stream:
        asked = f"GET /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}mcp-session-id: {session}\r\n\r\n"
        assert said(stream, asked).startswith("HTTP/1.1 200")
        stream.settimeout(2.0)
        with pytest.raises(TimeoutError):
            stream.recv(1)


def test_more_connections_than_there_may_be_are_told_so(port: int) -> None:
    held = [connected(port) for _ in range(5)]
    time.sleep(0.1)
    with connected(port) as one_more:
        assert answer(one_more).startswith("HTTP/1.1 503")
    for one in held:
        one.close()
    time.sleep(0.2)
    with connected(port) as again:
        assert said(again, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith("HTTP/1.1 200")


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
        for _ in range(200):
            session = opened(server.port)
            streams.append(connected(server.port))
            said(streams[-1], f"GET /mcp HTTP/1.1\r\nHost: localhost\r\n{ACCEPT}mcp-session-id: {session}\r\n\r\n")
        began = time.monotonic()
        code, _, _ = server.end(signal.SIGTERM)
        assert code == 0
        assert time.monotonic() - began < 10
        for stream in streams:
            stream.close()
