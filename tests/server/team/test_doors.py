"""What stands before a team server: whom it lets in, what it says of itself, what the log and the figures hold."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from payt_mcp.cli import logs
from payt_mcp.errors import DatabaseError, SettingsError
from payt_mcp.server.team import doors, health
from payt_mcp.server.team.app import TeamServer
from payt_mcp.server.team.logs import Ids, RequestIds, about
from payt_mcp.server.team.who import SignedIn
from tests.server.team.signin.office import PUBLIC, settings

WHO = SignedIn("t-1", "u-1", "c-1", "Claude", "claude.ai", writes=True)


def answering(do: Callable[[], None]) -> Route:
    async def answer(_request: Request) -> Response:
        do()
        return PlainTextResponse("here", headers={"Content-Security-Policy": "its own"})

    return Route("/page", answer)


def asked(app: Any, url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url=url)


@pytest.mark.parametrize(
    ("public_url", "ours", "foreign"),
    [
        (
            "https://payt.example",
            ["payt.example", "PAYT.example", "payt.example:443"],
            ["payt.example:80", "payt.example.evil.example", "evil.example", "127.0.0.1", ""],
        ),
        ("http://127.0.0.1:8000", ["127.0.0.1:8000"], ["127.0.0.1", "localhost:8000", "127.0.0.1:80001"]),
        ("http://[::1]", ["[::1]", "[::1]:80"], ["[::1]:81", "::1"]),
    ],
)
async def test_only_its_own_address_is_answered(public_url: str, ours: list[str], foreign: list[str]) -> None:
    looked = health.Health({})
    await looked.look()
    routes = [answering(lambda: None), *health.routes(looked)]
    async with asked(doors.Headed(doors.OwnHost(Starlette(routes=routes), public_url), public_url), public_url) as http:
        for host in ours:
            assert (await http.get("/page", headers={"Host": host})).text == "here", host
        for host in foreign:
            refused = await http.get("/page", headers={"Host": host, "X-Forwarded-Host": ours[0]})
            assert refused.status_code == 421, host
            assert public_url in refused.text
            assert (await http.get("/readyz", headers={"Host": host})).status_code == 200
        headers = (await http.get("/page")).headers
    assert (headers["X-Frame-Options"], headers["Content-Security-Policy"]) == ("DENY", "its own")
    assert ("Strict-Transport-Security" in headers) is public_url.startswith("https")


async def test_no_request_is_led_to_an_address_that_the_scheme_or_a_header_makes() -> None:
    """Behind TLS requests arrive as http: what a program sends would go on in the open."""
    team = TeamServer(settings())
    lies = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    host = PUBLIC.removeprefix("https://")
    async with asked(team.app, f"http://{host}") as http:
        for path in {route.path for route in team.app.routes if isinstance(route, Route)}:  # type: ignore[attr-defined]
            for method in ("GET", "POST"):
                answer = await http.request(method, f"{path.replace('{id}', 'p-1').rstrip('/')}/", headers=lies)
                assert answer.headers.get("location", path).rstrip("/") == path.rstrip("/"), path
        led = await http.post("/mcp/")
    team.close()
    assert (led.status_code, led.headers["location"]) == (307, "/mcp")


async def test_a_database_that_is_away_is_said_to_come_back_and_nothing_unforeseen_is_told() -> None:
    fails: list[Exception] = [DatabaseError(), RuntimeError("Bakker Bouw owes 1250.00")]

    def fail() -> None:
        raise fails.pop(0)

    handlers: Any = {DatabaseError: doors.away, Exception: doors.unforeseen}
    async with asked(Starlette(routes=[answering(fail)], exception_handlers=handlers), "http://here") as http:
        away = await http.get("/page")
        assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
        assert "cannot be reached" in away.json()["error"]
        failed = await http.get("/page")
        assert failed.status_code == 500
        assert "Bakker" not in failed.text


async def test_a_replica_is_ready_while_all_is_there_and_until_it_ends() -> None:
    trouble: dict[str, Exception] = {}

    def check(name: str) -> health.Check:
        async def looks() -> None:
            if name in trouble:
                raise trouble[name]

        return looks

    looked = health.Health({"schema": check("schema"), "keys": check("keys")})
    async with asked(Starlette(routes=health.routes(looked)), "http://here") as http:

        async def said() -> Any:
            looked._found(await looked._wrong())
            answer = await http.get("/readyz")
            assert (await http.get("/livez")).json() == {"status": "ok"}
            assert answer.status_code == (503 if "missing" in answer.json() else 200)
            return answer.json().get("missing", [])

        assert (await http.get("/readyz")).json() == {"status": "not ready", "missing": ["unchecked"]}
        assert await said() == []
        trouble["schema"] = DatabaseError()
        assert await said() == ["database"]
        trouble["schema"] = SettingsError("postgresql://payt:secret@host lacks 3 steps")
        assert await said() == ["schema"]
        del trouble["schema"]
        trouble["keys"] = SettingsError("key k2")
        assert await said() == ["keys"]
        with pytest.raises(SettingsError, match="key k2"):
            await looked.look()
        trouble.clear()
        assert await said() == []
        looked._looked_at -= health.STALE + 1
        assert (await http.get("/readyz")).json()["missing"] == ["unchecked"]
        looked.drain()
        assert await said() == ["draining"]


async def test_each_line_of_the_log_says_which_request_and_whose(caplog: pytest.LogCaptureFixture) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs._JsonLines())
    handler.addFilter(Ids())
    logger = logging.getLogger("payt_mcp")
    logger.addHandler(handler)
    caplog.set_level(logging.INFO, "payt_mcp")

    def work() -> None:
        logger.info("before")
        about(WHO)
        logger.info("after", extra={"tool": "get_debtor", "debtor": "Bakker"})

    async with asked(RequestIds(Starlette(routes=[answering(work)])), "http://here") as http:
        given = await http.get("/page", headers={"X-Request-Id": "from-the.proxy_1"})
        made = await http.get("/page", headers={"X-Request-Id": 'evil"} {"level": "error'})
    logger.info("of no request")
    logger.removeHandler(handler)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert given.headers["X-Request-Id"] == "from-the.proxy_1"
    assert [line.get("request") for line in lines] == ["from-the.proxy_1"] * 2 + [made.headers["X-Request-Id"]] * 2 + [
        None
    ]
    assert "evil" not in made.headers["X-Request-Id"]
    assert [line.get("person") for line in lines] == [None, "u-1", None, "u-1", None]
    assert lines[1].keys() == {"time", "level", "logger", "event", "tool", "request", "tenant", "person"}


async def test_figures_count_by_tool_and_outcome_and_name_nobody() -> None:
    from mcp.server.context import ServerRequestContext

    from payt_mcp.server.team.metrics import Metrics

    metrics = Metrics(["get_debtor"])

    async def call(name: Any, result: Any) -> None:
        async def next_one(_: Any) -> Any:
            if isinstance(result, Exception):
                raise result
            return result

        params = {"name": name, "arguments": {"debtor": "Bakker"}}
        given: Any = {"session": None, "lifespan_context": None, "protocol_version": "2026-07-28"}
        ctx: Any = ServerRequestContext(method="tools/call", params=params, **given)
        assert await metrics.counting(ctx, next_one) is result

    await call("get_debtor", {"content": []})
    await call("get_debtor", {"isError": True})
    await call("get_debtor", {"resultType": "input_required"})
    await call("Bakker Bouw", {"isError": True})
    with pytest.raises(KeyError):
        await call(["no", "name"], KeyError("Bakker"))
    text = generate_latest(metrics.registry).decode()
    counted = {line for line in text.splitlines() if line.startswith("payt_mcp_calls_total{")}
    assert counted == {
        'payt_mcp_calls_total{outcome="answered",tool="get_debtor"} 1.0',
        'payt_mcp_calls_total{outcome="error",tool="get_debtor"} 1.0',
        'payt_mcp_calls_total{outcome="asked",tool="get_debtor"} 1.0',
        'payt_mcp_calls_total{outcome="error",tool="other"} 1.0',
        'payt_mcp_calls_total{outcome="refused",tool="other"} 1.0',
    }
    assert "Bakker" not in text
