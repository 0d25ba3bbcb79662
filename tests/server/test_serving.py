"""Starting, stopping, logging and keeping others out, as the processes users run."""

import json
import re
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from payt_mcp.server.http_app import MAX_BODY
from payt_sandbox import build_world
from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.fixed import ADMINISTRATION, NOW
from tests.support.processes import PATIENCE, Http, environment, http, run, stdio

pytestmark = pytest.mark.slow

NO_SIGNALS = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals; hosts close stdin there")
SIGNALS = [pytest.param(how, marks=NO_SIGNALS) for how in (signal.SIGTERM, signal.SIGINT)]
ENDS = [*SIGNALS, None]
SECRET = "tok-RECOGNISABLE-4711-0815"
BEARER = "b" * 16 + "RECOGNISABLE-bearer-0815"
HERE = {"administration_id": ADMINISTRATION}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def hanging() -> Iterator[Handle]:
    """A Payt that answers nothing for a minute."""
    world = build_world(invoices=50, seed=1, today=NOW.date())
    with run_in_thread(create_app(world, options=Options(rate=None))) as handle:
        handle.faults.add(Fault("slow", path="/v1/invoices", times=None, delay_ms=60_000))
        yield handle


@pytest.fixture
def secretive() -> Iterator[Handle]:
    """A Payt with a token one would recognise anywhere."""
    world = build_world(invoices=200, seed=1, today=NOW.date())
    with run_in_thread(create_app(world, options=Options(rate=None, token=SECRET))) as handle:
        yield handle


def _wait_for_load(payt: Handle) -> None:
    deadline = time.monotonic() + PATIENCE
    while payt.faults.hits == 0:
        assert time.monotonic() < deadline, "the load never began"
        time.sleep(0.01)


def _assert_protocol(lines: list[str]) -> None:
    for line in lines:
        assert json.loads(line)["jsonrpc"] == "2.0", line


def _log(lines: list[str]) -> list[dict[str, Any]]:
    entries = [json.loads(line) for line in lines]
    assert all(entry.keys() >= {"time", "level", "logger", "event"} for entry in entries)
    return entries


@pytest.mark.parametrize("how", ENDS, ids=str)
def test_stdio_ends_cleanly(payt: Handle, how: signal.Signals | None) -> None:
    with stdio(environment(payt.url)) as server:
        assert server.begin()["result"]["serverInfo"]["name"] == "payt-mcp"
        assert not server.call("summarize_overdue", HERE).get("isError")
        code, out, err = server.end(how)
    assert (code, err) == (0, [])
    _assert_protocol(out)


@pytest.mark.parametrize("how", ENDS, ids=str)
def test_stdio_ends_cleanly_while_a_load_is_under_way(hanging: Handle, how: signal.Signals | None) -> None:
    with stdio(environment(hanging.url)) as server:
        server.begin()
        server.send("tools/call", {"name": "summarize_overdue", "arguments": HERE})
        _wait_for_load(hanging)
        code, out, err = server.end(how)
    assert code == 0
    _assert_protocol(out)
    _log(err)


@pytest.mark.parametrize("how", ENDS, ids=str)
def test_stdio_ends_cleanly_before_anything_was_said(payt: Handle, how: signal.Signals | None) -> None:
    with stdio(environment(payt.url)) as server:
        if how is not None:
            server.begin()  # a signal before the handlers are there is the system's own affair
        code, out, err = server.end(how)
    assert (code, out, err) == (0, [], [])


def test_a_line_that_is_no_message_is_survived(payt: Handle) -> None:
    with stdio(environment(payt.url)) as server:
        server.write("this is no message")
        server.write('{"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "\\ud800"}}')
        server.begin()
        assert not server.call("list_administrations", {}).get("isError")
        code, _, err = server.end(None)
    assert code == 0
    _log(err)


@pytest.mark.parametrize("how", SIGNALS, ids=str)
def test_http_ends_cleanly(payt: Handle, how: signal.Signals) -> None:
    with http(environment(payt.url)) as server:
        assert _post(server, LIST).status_code in {200, 400}
        assert server.end(how) == (0, [], [])


@pytest.mark.parametrize("how", SIGNALS, ids=str)
def test_http_ends_cleanly_while_a_load_is_under_way(hanging: Handle, how: signal.Signals) -> None:
    with http(environment(hanging.url)) as server, ThreadPoolExecutor() as others:
        asked = others.submit(_call_modern, server, "summarize_overdue", HERE)
        _wait_for_load(hanging)
        code, out, err = server.end(how)
        assert asked.result().is_error  # told so, and no sum of what had been read by then
    assert (code, out) == (0, [])
    _log(err)


def _call_modern(server: Http, tool: str, arguments: dict[str, Any]) -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": 2, "method": "tools/call"}
    params = {"name": tool, "arguments": arguments, "_meta": _MODERN_META}
    headers = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool}
    return httpx.post(server.url, json=body | {"params": params}, headers=ACCEPT | headers, timeout=60)


_MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


def test_the_log_holds_no_secret_and_nothing_about_debtors(secretive: Handle) -> None:
    """Answered, refused and failing calls, and a token Payt withdraws."""
    with stdio(environment(secretive.url, PAYT_API_TOKEN=SECRET)) as server:
        server.begin()
        for tool, arguments in (
            ("summarize_overdue", {}), ("search_invoices", {"query": "Bakker"}), ("get_debtor", {"debtor": "10002"}),
            ("get_debtor", {"debtor": "Bakker Bouw"}), ("get_invoice", {"invoice": "nope"}),
            ("search_invoices", {"min_amount": 12.5}), ("search_invoices", {"bogus": "Bakker"}),
        ):  # fmt: skip
            server.call(tool, arguments | HERE)
        for kind in ("not_json", "wrong_shape", "cut_off", "reset_before"):
            secretive.faults.add(Fault(kind, path="/v1/debtors", times=1))
            server.call("get_debtor", {"debtor": "10002", **HERE})
        code, out, err = server.end(None)
    assert code == 0
    _assert_protocol(out)
    _log(err)
    assert SECRET not in "".join(out + err)
    assert not re.search(r"Bakker|10002|\d+\.\d\d\b(?!\d)", "".join(err))


_CRASHING = """
import sys, os
from payt_mcp.books.account import Account
async def administrations(self):
    raise RuntimeError("Bakker Bouw owes 1250.00, tok-RECOGNISABLE-4711-0815")
Account.administrations = administrations
from payt_mcp.cli import run
sys.exit(run([], os.environ))
"""


def test_a_crash_shows_the_client_a_sentence_and_the_log_a_place(payt: Handle) -> None:
    with stdio(environment(payt.url), (sys.executable, "-c", _CRASHING)) as server:
        server.begin()
        result = server.call("list_administrations", {})
        assert not server.ask("tools/list").get("error")
        code, out, err = server.end(None)
    assert code == 0
    assert result["isError"]
    said = json.dumps(result) + "".join(out)
    assert "list_administrations failed for a reason nobody foresaw; nothing was changed." in said
    logged = "".join(err)
    assert not any(word in said + logged for word in ("Traceback", "Bakker", "1250", "RECOGNISABLE"))
    (entry,) = [entry for entry in _log(err) if entry["logger"] == "payt_mcp"]
    assert (entry["level"], entry["tool"], entry["event"]) == ("error", "list_administrations", "tool crashed")
    assert re.search(r"administrations\.py:\d+", entry["at"])
    assert "/" not in entry["at"]


@pytest.fixture(scope="module")
def served(payt: Handle) -> Iterator[Http]:
    with http(environment(payt.url)) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(payt: Handle) -> Iterator[Http]:
    with http(environment(payt.url, PAYT_MCP_TOKEN=BEARER)) as server:
        yield server


def _post(server: Http, body: Any, **headers: str) -> httpx.Response:
    return httpx.post(server.url, json=body, headers=ACCEPT | headers)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_a_foreign_host_is_refused(served: Http, host: str) -> None:
    assert _post(served, LIST, Host=host).status_code in {403, 421}


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1.evil.example", "null", "file://"])
def test_a_foreign_origin_is_refused(served: Http, origin: str) -> None:
    assert _post(served, LIST, Origin=origin).status_code in {403, 421}


def test_pages_of_this_machine_are_let_in(served: Http) -> None:
    for name in ("localhost", "127.0.0.1"):
        answer = _post(served, LIST, Host=f"{name}:{served.port}", Origin=f"http://{name}:{served.port}")
        assert answer.status_code not in {403, 421}


def test_health_is_open_and_says_nothing_else(served: Http, guarded: Http) -> None:
    for server in (served, guarded):
        answer = httpx.get(f"{server.origin}/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "server" not in answer.headers


def test_a_body_over_the_limit_is_refused(served: Http) -> None:
    long = LIST | {"params": {"padding": "x" * MAX_BODY}}
    assert _post(served, long).status_code == 413
    parts = iter([json.dumps(long).encode()])
    chunked = httpx.post(served.url, content=parts, headers=ACCEPT | {"Content-Type": "application/json"})
    assert chunked.status_code == 413
    assert _post(served, LIST).status_code != 413


@pytest.mark.parametrize("path", ["/mcp", "/", "/mcp/", "/healthz/", "/HEALTHZ", "/docs"])
@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", f"Bearer {BEARER[:-1]}", f"Basic {BEARER}", BEARER])
def test_with_a_token_every_request_needs_it(guarded: Http, path: str, given: str) -> None:
    answer = httpx.get(guarded.origin + path, headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert BEARER not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_with_its_token_a_client_is_served(guarded: Http, scheme: str) -> None:
    carrier = httpx2.AsyncClient(headers={"Authorization": f"{scheme} {BEARER}"})
    async with carrier, Client(streamable_http_client(guarded.url, http_client=carrier)) as client:
        assert len((await client.list_tools()).tools) == 10


@NO_SIGNALS
def test_on_every_interface_with_a_token_every_request_needs_it(payt: Handle) -> None:
    with http(environment(payt.url, PAYT_MCP_TOKEN=BEARER), "--host", "0.0.0.0") as server:
        assert _post(server, LIST).status_code == 401
        assert _post(server, LIST, Authorization=f"Bearer {BEARER}").status_code in {200, 400}
        code, out, err = server.end(signal.SIGTERM)
    assert (code, out) == (0, [])
    assert BEARER not in "".join(err)


REFUSED_STARTS: list[tuple[tuple[str, ...], dict[str, str], str]] = [
    (("serve", "--http", "--host", "0.0.0.0"), {}, "set PAYT_MCP_TOKEN"),
    (("serve", "--http", "--host", "::"), {}, "set PAYT_MCP_TOKEN"),
    (("serve", "--http", "--host", "example.com"), {}, "set PAYT_MCP_TOKEN"),
    (("serve", "--http", "--host", ""), {}, "set PAYT_MCP_TOKEN"),
    (("serve", "--http", "--host", "0.0.0.0"), {"PAYT_MCP_TOKEN": "${PAYT_MCP_TOKEN}"}, "set PAYT_MCP_TOKEN"),
    (("serve", "--http", "--host", "0.0.0.0"), {"PAYT_MCP_TOKEN": "x" * 31}, "PAYT_MCP_TOKEN is too short"),
    (("serve", "--http"), {"PAYT_MCP_TOKEN": "short"}, "PAYT_MCP_TOKEN is too short"),
    (("serve", "--http"), {"PAYT_RATE": "fast"}, "PAYT_RATE='fast' is not possible"),
    ((), {"PAYT_RATE": "0"}, "PAYT_RATE='0' is not possible: a whole number from 1 to 100."),
    ((), {"PAYT_FRESHNESS_SECONDS": "-1"}, "PAYT_FRESHNESS_SECONDS='-1'"),
    ((), {"PAYT_API_URL": "http://payt.example"}, "PAYT_API_URL must begin with https://"),
    ((), {"PAYT_API_URL": "prodcution"}, "PAYT_API_URL must be production, demo, sandbox"),
    ((), {"PAYT_API_TOKEN": f"two {SECRET}"}, "PAYT_API_TOKEN holds characters that no token has"),
    ((), {"PAYT_API_TOKN": SECRET}, "PAYT_API_TOKN is not a setting of payt-mcp. Did you mean PAYT_API_TOKEN?"),
]


@pytest.mark.parametrize(("arguments", "settings", "sentence"), REFUSED_STARTS)
def test_a_wrong_setting_stops_the_start(arguments: tuple[str, ...], settings: dict[str, str], sentence: str) -> None:
    ended = run(*arguments, env=environment(**settings))
    assert ended.returncode == 1
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith("payt-mcp: ")
    assert sentence in line
    assert SECRET not in line


def test_a_port_that_is_taken_stops_the_start(payt: Handle) -> None:
    ended = run("serve", "--http", "--port", str(payt.port), env=environment())
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert f"port {payt.port}: Address already in use." in line


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",), ("--nonsense",), ("serve",), ("serve", "--http", "--port", "abc"),
        ("serve", "--http", "--port", "70000"), ("serve", "--http", "--nonsense"), ("sandbox", "--invoices", "0"),
        ("sandbox", "--today", "soon"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_wrong_command_line_is_said_to_be_one(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments, env=environment())
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "payt-mcp" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("argument", "said"), [("--version", "payt-mcp 0."), ("--help", "payt-mcp serve --http")])
def test_help_and_version_are_answered(argument: str, said: str) -> None:
    ended = run(argument, env=environment(PAYT_RATE="wrong"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert said in ended.stdout


def test_empty_and_unexpanded_settings_count_as_unset() -> None:
    """Bundles pass a variable for every setting there is."""
    names = ("PAYT_ADMINISTRATION_ID", "PAYT_RATE", "PAYT_MCP_TOKEN", "PAYT_FRESHNESS_SECONDS", "PAYT_API_TOKEN")
    for value in ("", "  ", "${user_config.anything}"):
        ended = run(env=environment(**dict.fromkeys(names, value)))
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
