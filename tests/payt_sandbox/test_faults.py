"""Every fault over real TCP, seen by an ordinary HTTP client."""

import logging
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from payt_sandbox import build_world
from payt_sandbox.api.faults import Fault
from payt_sandbox.api.options import Options
from payt_sandbox.api.sandbox import Logged
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.api import BEARER, TODAY


@pytest.fixture(scope="module")
def server() -> Iterator[Handle]:
    app = create_app(build_world(invoices=120, today=TODAY), options=Options(rate=None, control=True))
    with run_in_thread(app) as handle:
        yield handle


@pytest.fixture
def client(server: Handle) -> Iterator[httpx.Client]:
    server.faults.clear()
    with httpx.Client(base_url=server.url, headers=BEARER, timeout=httpx.Timeout(120, read=2)) as made:
        yield made


def _debtors(client: httpx.Client, server: Handle) -> httpx.Response:
    return client.get("/v1/debtors", params={"administration_id": server.sandbox.world.main_id})


def _send(client: httpx.Client, server: Handle) -> httpx.Response:
    message = {"subject": "Hello", "body": "Text", "email": "a@b.example"}
    body = {"administration_id": server.sandbox.world.main_id, "debtor_number": "10001", "message": message}
    return client.post("/v1/messages", json=body)


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("rate_limited", 429, "application/json"),
        ("server_error", 500, "application/json"),
        ("bad_gateway", 502, "text/html; charset=utf-8"),
        ("unavailable", 503, None),
        ("not_json", 200, "text/html; charset=utf-8"),
    ],
)
def test_answers_that_did_not_process_the_request(
    server: Handle, client: httpx.Client, kind: str, status: int, content_type: str | None
) -> None:
    server.faults.add(Fault(kind))  # type: ignore[arg-type]
    before = len(server.sandbox.mails)
    answer = _send(client, server)
    assert (answer.status_code, answer.headers.get("content-type")) == (status, content_type)
    assert len(server.sandbox.mails) == before
    assert _debtors(client, server).status_code == 200
    assert server.sandbox.rate_limited_count == 0


@pytest.mark.parametrize(
    ("kind", "error", "applied"),
    [
        ("timeout_before", httpx.ReadTimeout, False),
        ("timeout_after", httpx.ReadTimeout, True),
        ("reset_before", httpx.ReadError, False),
        ("reset_after", httpx.ReadError, True),
        ("cut_off", httpx.RemoteProtocolError, True),
    ],
)
def test_broken_connections(
    server: Handle, client: httpx.Client, kind: str, error: type[Exception], applied: bool
) -> None:
    _debtors(client, server)
    server.faults.add(Fault(kind, method="POST"))  # type: ignore[arg-type]
    before = len(server.sandbox.mails)
    with pytest.raises(error):
        _send(client, server)
    assert len(server.sandbox.mails) == before + applied
    assert _debtors(client, server).status_code == 200
    client.close()
    assert _wait_for_log(server)[-2].status == (200 if kind == "cut_off" else None)


def _wait_for_log(server: Handle) -> list[Logged]:
    """A request that got no answer is logged once the client has gone away."""
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        entries = sorted(server.sandbox.requests, key=lambda entry: entry.time)[-2:]
        if [entry.method for entry in entries] == ["POST", "GET"]:
            return list(entries)
        time.sleep(0.01)
    raise AssertionError("the request was not logged")


def test_an_error_after_the_fact(server: Handle, client: httpx.Client) -> None:
    server.faults.add(Fault("server_error_after", method="POST"))
    before = len(server.sandbox.mails)
    assert _send(client, server).status_code == 500
    assert len(server.sandbox.mails) == before + 1


def test_wrong_shapes_take_turns(server: Handle, client: httpx.Client) -> None:
    server.faults.add(Fault("wrong_shape", times=4))
    seen = set()
    for _ in range(4):
        body = _debtors(client, server).json()
        if isinstance(body, list):
            seen.add("list")
        elif "data" not in body:
            seen.add("missing")
        elif isinstance(body["data"], dict):
            seen.add("object")
        elif isinstance(body["data"][0], str):
            seen.add("text")
    assert seen == {"list", "missing", "object", "text"}
    assert isinstance(_debtors(client, server).json()["data"][0], dict)


def test_slow(server: Handle, client: httpx.Client) -> None:
    server.faults.add(Fault("slow", delay_ms=150))
    started = time.perf_counter()
    assert _debtors(client, server).status_code == 200
    assert time.perf_counter() - started > 0.15


def test_rules_choose_their_requests(server: Handle, client: httpx.Client) -> None:
    server.faults.add(Fault("server_error", path="/v1/debtors", method="GET", after=1, times=2))
    assert client.get("/v1/administrations").status_code == 200
    assert [_debtors(client, server).status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    assert server.faults.hits == 2
    server.faults.clear()
    server.faults.add(Fault("bad_gateway", times=None, probability=0.5, seed=4))
    codes = [_debtors(client, server).status_code for _ in range(30)]
    assert {200, 502} == set(codes)
    with pytest.raises(ValueError, match="unknown kind"):
        Fault("sparks")  # type: ignore[arg-type]


def test_control_from_another_process(server: Handle, client: httpx.Client) -> None:
    main = server.sandbox.world.main_id
    assert client.post("/_sandbox/faults", json={"kind": "server_error"}).json() == {"hits": 0}
    assert _debtors(client, server).status_code == 500
    assert client.post("/_sandbox/faults", json={"clear": True}).json() == {"hits": 0}
    rows = client.get("/_sandbox/rows", params={"administration_id": main, "kind": "invoices"}).json()["rows"]
    target = next(row for row in rows if row["open_amount"] != "0.00")
    client.post("/_sandbox/act", json={"name": "pay_invoice", "args": [main, target["id"]]}).raise_for_status()
    answer = client.get(f"/v1/invoices/{target['id']}", params={"administration_id": main}).json()
    assert answer["open_amount"] == "0.00"
    log = client.get("/_sandbox/requests").json()
    assert log["requests"][-1]["path"] == f"/v1/invoices/{target['id']}"
    assert "mails" in client.get("/_sandbox/mails").json()
    assert client.post("/_sandbox/act", json={"name": "rows"}).status_code == 404
    assert client.post("/_sandbox/act", json={"name": "pay_invoice"}).status_code == 422
    assert client.post("/_sandbox/faults", json={"kind": "sparks"}).status_code == 422


def test_control_is_off_unless_asked_for() -> None:
    with run_in_thread(create_app(build_world(invoices=40, today=TODAY))) as handle:
        assert httpx.get(handle.url + "/_sandbox/rows").status_code == 404
        answer = httpx.get(handle.url + "/v1/administrations", headers=BEARER)
        assert len(answer.headers.get_list("date")) == 1
        assert "server" not in answer.headers
    with pytest.raises(httpx.ConnectError):
        httpx.get(handle.url)


def test_closing_does_not_wait_for_a_held_request(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        handle = run_in_thread(create_app(build_world(invoices=40, today=TODAY)))
        handle.faults.add(Fault("timeout_before"))
        with (
            pytest.raises(httpx.ReadTimeout),
            httpx.Client(timeout=httpx.Timeout(120, read=0.2), headers=BEARER) as client,
        ):
            client.get(handle.url + "/v1/administrations")
        started = time.monotonic()
        handle.close()
        handle.close()
        assert time.monotonic() - started < 30  # it would wait for a minute
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_closing_cuts_off_who_is_still_waiting() -> None:
    handle = run_in_thread(create_app(build_world(invoices=40, today=TODAY)))
    handle.faults.add(Fault("timeout_before"))
    cut_off: list[httpx.TransportError] = []

    def wait() -> None:
        try:
            httpx.get(handle.url + "/v1/administrations", headers=BEARER, timeout=120)
        except httpx.TransportError as error:
            cut_off.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not handle.faults.hits:
        time.sleep(0.005)
    handle.close()
    waiting.join(timeout=120)
    assert not isinstance(cut_off[0], httpx.TimeoutException)


def test_closing_takes_no_time_when_nobody_waits() -> None:
    """Hundreds of tests close one: a connection that is kept open, and idle, holds none of them up."""
    app = create_app(build_world(invoices=40, today=TODAY))
    spent = []
    for _ in range(10):
        handle = run_in_thread(app)
        with httpx.Client(headers=BEARER) as client:
            client.get(handle.url + "/v1/administrations").raise_for_status()
            started = time.monotonic()
            handle.close()
            spent.append(time.monotonic() - started)
    assert min(spent) < 0.05
