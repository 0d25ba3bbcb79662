"""The forecast is held against a past that it knows nothing of: it must be better than what is done by hand."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from mcp.client import Client

from benchmarks.backtest import Known, backtest, came_after, invoices_of, morning_of
from benchmarks.earlier import as_of
from benchmarks.forecasts import FORECASTS, on_due_date
from benchmarks.scores import Made, score
from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.api import TODAY
from tests.support.assistant import Assistant
from tests.support.reckoning import Reckoning
from tests.support.unhurried import NO_LIMIT

CUT = dt.date(2026, 3, 2)
MARGIN = Decimal("0.6")


def test_the_forecast_misses_by_two_fifths_less_than_those_made_by_hand() -> None:
    errors = {
        name: score(by_seed[7]).week
        for name, by_seed in backtest(seeds=(7,), count=3_000, apart=dt.timedelta(weeks=13)).items()
    }
    ours = errors.pop("expected_receipts")
    assert ours < MARGIN * errors["on the due date"]
    assert ours < MARGIN * errors["due date + average delay"]
    assert ours < errors["due date + the debtor's average"]


def test_a_forecast_knows_nothing_of_what_came_later() -> None:
    world = build_world(invoices=0, debtors=25, seed=2, today=TODAY, history=12, history_invoices=600)
    invoices = invoices_of(world)
    then = [
        replace(one, entries=[entry for entry in one.entries if entry[0] < CUT]) for one in invoices if one.day < CUT
    ]
    later, known = morning_of(world, invoices, CUT), morning_of(as_of(world, CUT), then, CUT)
    for name, forecast in FORECASTS.items():
        assert forecast(later) == forecast(known), name
    assert sum(came_after(invoices, CUT)) > sum(came_after(then, CUT)) == 0


def test_scores_are_what_one_reckons_by_hand() -> None:
    came = [*[Decimal(10)] * 12, Decimal(40)]
    right = Made(CUT, came, came, [(Decimal(5), Decimal(10))] * 13 + [(Decimal(159), Decimal(161))])
    swapped = Made(CUT, came[::-1], came)
    assert score([right]).week == 0
    assert score([right]).held_weeks == Decimal(12) / 13
    assert score([right]).held_whole == 1
    assert [score([swapped]).week, score([swapped]).whole] == [Decimal(60) / 160, 0]
    assert score([swapped, right]).week == Decimal(60) / 320
    assert score([swapped]).by_week == [3, *[0] * 11, Decimal("0.75")]


def test_what_came_is_money_less_what_was_booked_back() -> None:
    due = dt.date(2026, 3, 20)
    entries = [
        (dt.date(2026, 2, 20), Decimal(40), True),
        (CUT, Decimal(60), True),
        (dt.date(2026, 3, 8), Decimal(-60), True),
        (dt.date(2026, 3, 9), Decimal(50), True),
        (dt.date(2026, 3, 10), Decimal(10), False),
    ]
    paid = Known("2", dt.date(2026, 1, 1), dt.date(2026, 1, 20), Decimal(5), [(dt.date(2026, 1, 22), Decimal(5), True)])
    one = Known("1", dt.date(2026, 2, 18), due, Decimal(100), entries)
    not_yet = Known("3", CUT, due, Decimal(7), [(due, Decimal(7), True)])
    all_three = [one, paid, not_yet]
    assert list(map(int, came_after(all_three, CUT))) == [0, 50, *[0] * 11]
    morning = morning_of(build_world(invoices=0, debtors=1, today=TODAY), all_three, CUT)
    assert [(one.due, int(one.amount)) for one in morning.open] == [(due, 60)]
    assert [one.paid_on for one in morning.paid] == [dt.date(2026, 1, 22)]
    assert list(map(int, on_due_date(morning)[0])) == [0, 0, 60, *[0] * 10]


def test_a_world_of_an_earlier_day_has_what_was_there_then_and_no_more() -> None:
    world = build_world(invoices=0, debtors=25, seed=2, today=TODAY, history=12, history_invoices=600)
    for kind in ("debtors", "invoices", "payments"):
        assert as_of(world, TODAY).rows("4711", kind) == world.rows("4711", kind)
    earlier, later = as_of(world, CUT), {row["id"]: row for row in world.rows("4711", "invoices")}
    morning = f"{CUT}T00:00:00.000Z"
    for row in earlier.rows("4711", "invoices"):
        assert all(value < morning for name, value in row.items() if name.endswith("_at") and value)
        assert row["total_amount"] == later[row["id"]]["total_amount"]
        assert row["payment_date"] in (None, later[row["id"]]["payment_date"])
    assert Reckoning(earlier, "4711").receivable(CUT) == Reckoning(world, "4711").receivable(CUT - dt.timedelta(days=1))


async def test_the_tool_says_what_was_tried_on_the_past() -> None:
    world = build_world(invoices=0, debtors=25, seed=2, today=TODAY, history=24, history_invoices=1_500)
    morning = morning_of(world, invoices_of(world), CUT)
    given = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", rate=NO_LIMIT, toolsets=("core", "insight"),
    )  # fmt: skip
    async with Client(build_server(given, app=create_app(morning.world, options=Options(rate=None)))) as client:
        answer = await Assistant(client, "4711").ask("expected_receipts")
    weeks, bands = FORECASTS["expected_receipts"](morning)
    assert [Decimal(week["expected"]) for week in answer["weeks"]] == list(weeks)
    assert [(Decimal(week["low"]), Decimal(week["high"])) for week in answer["weeks"]] == list(bands[:-1])
    assert answer["totals"]["owed"] == str(sum(one.amount for one in morning.open))
