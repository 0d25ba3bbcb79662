"""Every line on stdin gets an answer or an entry in the log, in both eras, over real pipes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from .raw import INITIALIZE, MODERN, Raw, raw

pytestmark = pytest.mark.slow

BOM = b"\xef\xbb\xbf"
PARSE, REQUEST, PARAMS = -32700, -32600, -32602

ANSWERED = [
    pytest.param(b"this is no message", PARSE, None, id="no JSON"),
    pytest.param(b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x"', PARSE, 7, id="cut off"),
    pytest.param(b'{"jsonrpc":"2.0","method":"tools/call","params":{"id":8},"id":"7",}', PARSE, "7", id="a comma"),
    pytest.param(b'{"jsonrpc":"2.0","params":{"id":7,"method":"x"},', PARSE, None, id="the id of something else"),
    pytest.param(b'{"jsonrpc":"2.0","id":7,"result":{"method":"x"', PARSE, None, id="an answer, cut off"),
    pytest.param(b"[" * 100_000, PARSE, None, id="too deep"),
    pytest.param(
        b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"find_debtors","arguments":{"query":"\\ud83d"}}}',
        PARSE, 7, id="half an emoji",
    ),
    pytest.param(
        b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"find_debtors","arguments":{"query":"\xf0\x9f\x98"}}}',
        PARSE, 7, id="half an emoji in bytes",
    ),
    pytest.param(b'{"jsonrpc":"2.0","id":7,"method":"M\xfcller","params":{}}', PARSE, 7, id="latin-1"),
    pytest.param(b'{"jsonrpc":"2.0","id":"\\ud83d","method":"ping"}', REQUEST, None, id="half an emoji as id"),
    pytest.param(b'[{"jsonrpc":"2.0","id":7,"method":"ping"}]', REQUEST, None, id="several at once"),
    pytest.param(b'"text"', REQUEST, None, id="no object"),
    pytest.param(b"{}", REQUEST, None, id="empty"),
    pytest.param(b'{"id":7,"method":"tools/list"}', REQUEST, 7, id="no version"),
    pytest.param(b'{"jsonrpc":"1.0","id":"a","method":"tools/list"}', REQUEST, "a", id="another version"),
    pytest.param(b'{"jsonrpc":"2.0","id":7}', REQUEST, 7, id="no method"),
    pytest.param(b'{"jsonrpc":"2.0","id":7,"method":5}', REQUEST, 7, id="a method that is a number"),
    *(
        pytest.param(f'{{"jsonrpc":"2.0","id":{wrong},"method":"ping"}}'.encode(), REQUEST, None, id=f"id {wrong}")
        for wrong in ("null", "true", "1.5", "[1]", "{}")
    ),
    *(
        pytest.param(
            f'{{"jsonrpc":"2.0","id":7,"method":"ping","params":{wrong}}}'.encode(), PARAMS, 7, id=f"params {wrong}"
        )
        for wrong in ("[]", '"x"', "5", "true")
    ),
]  # fmt: skip


def _modern(number: int, method: str, params: dict[str, Any]) -> bytes:
    whole = {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, "_meta": MODERN}}
    return json.dumps(whole).encode()


@pytest.fixture(scope="module", params=["legacy", "modern"])
def server(request: pytest.FixtureRequest) -> Iterator[Raw]:
    """A server in one era: the first request decides."""
    with raw() as started:
        if request.param == "legacy":
            assert "result" in started.request(1, "initialize", INITIALIZE)
            started.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
        else:
            assert "result" in started.ask(_modern(1, "tools/list", {}))
        yield started


@pytest.mark.parametrize(("line", "code", "request_id"), ANSWERED)
def test_a_line_that_is_no_message_gets_its_error(server: Raw, line: bytes, code: int, request_id: Any) -> None:
    answer = server.ask(line)
    assert (answer["error"]["code"], answer["id"]) == (code, request_id)
    assert b"M\xfcller".decode("latin-1") not in answer["error"]["message"]


@pytest.mark.parametrize("params", [{}, {"name": 5}, {"name": "find_debtors", "arguments": []}])
def test_params_of_the_wrong_shape_are_invalid_params(server: Raw, params: dict[str, Any]) -> None:
    answer = server.ask(_modern(9, "tools/call", params) if _is_modern(server) else _plain(9, "tools/call", params))
    assert (answer["error"]["code"], answer["id"]) == (PARAMS, 9)


def _plain(number: int, method: str, params: dict[str, Any]) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()


def _is_modern(server: Raw) -> bool:
    return "result" in server.ask(_modern(8, "tools/list", {}))


def test_lines_before_the_first_request_are_answered_and_do_not_decide_the_era() -> None:
    with raw() as started:
        assert started.ask(b"nonsense")["error"]["code"] == PARSE
        assert started.ask(b"{}")["error"]["code"] == REQUEST
        assert "result" in started.ask(_modern(1, "tools/list", {}))
        assert [entry["outcome"] for entry in started.end()] == [str(PARSE), str(REQUEST)]


@pytest.mark.parametrize("newline", [b"", b"\r"], ids=["LF", "CRLF"])
def test_a_mark_before_the_first_message_is_passed_over(newline: bytes) -> None:
    with raw() as started:
        begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE}
        assert "result" in started.ask(BOM + json.dumps(begin).encode() + newline)
        assert started.end() == []


def test_what_may_not_be_answered_stands_in_the_log() -> None:
    with raw() as started:
        started.request(1, "initialize", INITIALIZE)
        for line in (
            b'{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}',
            b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"reason":"\\ud83d"}}',
            b'{"jsonrpc":"2.0","id":3,"result":5}', b"  ", b"",
        ):  # fmt: skip
            started.write(line)
        assert started.request(2, "ping", {})["id"] == 2  # and nothing before it
        log = started.end()
    assert [entry.get("outcome") for entry in log] == [str(PARAMS), str(PARSE), str(REQUEST), None, None]


def test_the_last_line_needs_no_end_and_is_answered_though_stdin_is_closed() -> None:
    with raw() as started:
        assert started.process.stdin
        started.process.stdin.write(b"nonsense\n{")
        out, _ = started.process.communicate(timeout=300)
    assert [json.loads(line)["error"]["code"] for line in out.splitlines()] == [PARSE, PARSE]


@pytest.mark.skipif(sys.platform == "win32", reason="the system's own rules there")
def test_a_flood_of_bad_lines_is_answered_line_by_line() -> None:
    with raw() as started:
        for _ in range(300):
            started.write(b'{"jsonrpc":"2.0","id":7,"method":5}')
        assert {started.read()["error"]["code"] for _ in range(300)} == {REQUEST}
