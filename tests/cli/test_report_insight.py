"""What the page of `payt-mcp report --html` says of the weeks ahead and of how collecting goes."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from anyio.to_thread import run_sync
from mcp.client import Client
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from payt_mcp.apps.overview_page import page
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from payt_sandbox.server import Handle, run_in_thread
from tests.support.commands import run_here
from tests.support.fixed import ADMINISTRATION, NOW, server_for
from tests.support.processes import environment

pytestmark = pytest.mark.slow

SUMS = ("owed", "expected", "low", "high", "later_or_never")
EVIL = '<script>alert("x")</script>'


@pytest.fixture(scope="module")
def lived() -> Iterator[Handle]:
    """A Payt with a past."""
    world = build_world(invoices=300, debtors=60, seed=5, today=NOW.date(), history=24, history_invoices=1500)
    world.clock = lambda: NOW
    with run_in_thread(create_app(world, options=Options(rate=None))) as handle:
        yield handle


class _Seen(HTMLParser):
    """The texts of a page, and where its lines begin and end, in per cent."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.lines: list[tuple[Decimal, Decimal]] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "a"}
        given = dict(attrs)
        if tag == "line":
            begin, end = ((given.get(name) or "0").rstrip("%") for name in ("x1", "x2"))
            self.lines.append((Decimal(begin), Decimal(end)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.replace("\xa0", " ").strip())


async def _page(url: str) -> _Seen:
    arguments = ("report", "--html", "-", "--administration", ADMINISTRATION, "--top", "3")
    done = await run_sync(lambda: run_here(*arguments, env=environment(url)))
    assert (done.returncode, done.stderr) == (0, "")
    return _Seen(done.stdout)


async def _told(url: str, tool: str) -> dict[str, Any]:
    async with Client(server_for(url, PAYT_TOOLSETS="insight")) as client:
        result = await client.call_tool(tool, {"administration_id": ADMINISTRATION})
    assert result.structured_content is not None, result
    return dict(result.structured_content)


async def test_each_of_thirteen_weeks_has_its_bar_and_its_band(lived: Handle) -> None:
    seen, told = await _page(lived.url), await _told(lived.url, "expected_receipts")
    assert len(told["weeks"]) == 13
    longest = max(Decimal(week["high"]) for week in told["weeks"])
    expected = []
    for week in told["weeks"]:
        low, middle, high = (100 * Decimal(week[name]) / longest for name in ("low", "expected", "high"))
        expected += [(Decimal(0), round(middle, 2)), (round(low, 2), round(high, 2))]
        at = seen.texts.index(week["from"])
        assert f"EUR {Decimal(week['expected']):,.2f}" in seen.texts[at : at + 8]
        assert f"{Decimal(week['low']):,.0f} to {Decimal(week['high']):,.0f}" in seen.texts[at : at + 8]
    assert seen.lines == expected
    sums = {name: f"EUR {Decimal(amount):,.2f}" for name, amount in told["totals"].items()}
    said = (
        "Of {owed} owed, {expected} is expected in 13 weeks (low {low}, high {high}), {later_or_never} later or never."
    )
    assert said.format(**sums) in seen.texts


async def test_how_collecting_goes_is_what_the_tool_says(lived: Handle) -> None:
    seen, told = await _page(lived.url), await _told(lived.url, "collection_figures")
    assert told["summary"] in seen.texts
    for name, title, amount in (("collected", "Collected", True), ("dso", "DSO, days", False)):
        now, before = (f"EUR {Decimal(value):,.2f}" if amount else value for value in told["figures"][name])
        at = seen.texts.index(title)
        assert {now, f"before {before}"} <= set(seen.texts[at : at + 5])
    assert not [text for text in seen.texts if "docs/" in text or "days_late" in text]


async def test_it_speaks_the_readers_language(lived: Handle) -> None:
    arguments = ("report", "--html", "-", "--administration", ADMINISTRATION, "--top", "3")
    env = environment(lived.url, PAYT_LANGUAGE="nl")
    done = await run_sync(lambda: run_here(*arguments, env=env))
    seen, told = _Seen(done.stdout), await _told(lived.url, "collection_figures")
    assert {"Verwachte ontvangsten", "Hoe het incasseren gaat", "DSO, dagen"} <= set(seen.texts)
    assert told["figures"]["dso"][0].replace(".", ",") in seen.texts
    assert not {"Expected receipts", "Collected", "DSO, days", "not known"} & set(seen.texts)


async def test_without_a_past_it_says_why_there_is_no_chart(payt: Handle) -> None:
    seen, told = await _page(payt.url), await _told(payt.url, "expected_receipts")
    assert "weeks" not in told
    assert told["summary"] in seen.texts
    assert seen.lines == []


class _NoPayments:
    """A Payt that does not let this token see payments."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = JSONResponse({"code": "forbidden", "message": "Missing permission: payments:read"}, status_code=403)
        is_refused = scope["type"] == "http" and scope["path"].startswith("/v1/payments")
        await (refused if is_refused else self._app)(scope, receive, send)


async def test_who_may_not_see_payments_gets_the_rest_and_the_reason() -> None:
    world = build_world(invoices=60, debtors=12, seed=5, today=NOW.date(), history=6, history_invoices=60)
    app = create_app(world, options=Options(rate=None))
    app.add_middleware(_NoPayments)
    with run_in_thread(app) as refusing:
        seen = await _page(refusing.url)
    assert "Expected receipts" in seen.texts
    assert any("payments:read" in text for text in seen.texts)
    assert seen.lines == []
    assert "By days past the due date" in seen.texts


def test_what_stands_in_it_is_text() -> None:
    week = {"from": "2026-11-21", "expected": "1.00", "low": "0.00", "high": "0.00"}
    told = {"summary": EVIL, "currency": EVIL, "notes": [EVIL]}
    overview = {
        "name": "x", "currency": "EUR", "as_of": "2026-11-21T09:30:00Z", "buckets": [], "debtors": [],
        "overdue_gross": "0", "overdue_credits": "0", "overdue_net": "0", "invoice_count": 0, "debtor_count": 0,
        "receipts": {**told, "weeks": [week], "totals": dict.fromkeys(SUMS, "1.00")},
        "figures": {**told, "figures": {EVIL: [EVIL, "-"], "dso": ["-"]}},
    }  # fmt: skip
    content = page([overview])
    assert "<script" not in content
    assert "not known" in _Seen(content).texts
    assert "0.00%" in content  # a week in which nothing can come divides by nothing
