"""The forecast is held against a past that it knows nothing of: it must be better than what is done by hand."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from benchmarks.backtest import Known, Made, backtest, invoices_of, made, score
from benchmarks.forecasts import FORECASTS
from payt_sandbox import build_world
from tests.support.api import TODAY

CUT = dt.date(2026, 3, 2)
MARGIN = Decimal("0.6")


def test_the_forecast_misses_by_two_fifths_less_than_those_made_by_hand() -> None:
    errors = {name: score(by_seed[7]).week for name, by_seed in backtest(seeds=(7,)).items()}
    ours = errors.pop("expected_receipts")
    assert ours < MARGIN * errors["on the due date"]
    assert ours < MARGIN * errors["due date + average delay"]
    assert ours < errors["due date + the debtor's average"]


@pytest.mark.parametrize("name", FORECASTS)
def test_a_forecast_knows_nothing_of_what_came_later(name: str) -> None:
    world = build_world(invoices=0, debtors=25, seed=2, today=TODAY, history=12, history_invoices=600)
    invoices = invoices_of(world)
    then = [
        replace(one, entries=[entry for entry in one.entries if entry[0] < CUT]) for one in invoices if one.day < CUT
    ]
    later, known = made(invoices, CUT, FORECASTS[name]), made(then, CUT, FORECASTS[name])
    assert later.weeks == known.weeks
    assert later.bands == known.bands
    assert sum(later.came) > sum(known.came) == 0


def test_scores_are_what_one_reckons_by_hand() -> None:
    came = [*[Decimal(10)] * 12, Decimal(40)]
    right = Made(came, came, [(Decimal(5), Decimal(10))] * 13 + [(Decimal(159), Decimal(161))])
    swapped = Made(came[::-1], came)
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
    result = made([one, paid, not_yet], CUT, FORECASTS["on the due date"])
    assert list(map(int, result.came)) == [0, 50, *[0] * 11]
    assert list(map(int, result.weeks)) == [0, 0, 60, *[0] * 10]
