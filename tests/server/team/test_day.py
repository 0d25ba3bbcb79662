"""What counts in a company's day, around midnight."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from payt_mcp.policy.team import Day
from payt_mcp.proposals.ledger.ledger import Ledger
from payt_mcp.proposals.records import CURRENCY
from payt_mcp.proposals.states import Status
from payt_mcp.server.team import day
from tests.support.house import PAGE, TOOL, Clock, draft

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize("is_sent_before", [True, False])
def test_what_was_approved_before_midnight_counts_in_the_day_it_is_sent_in(
    tmp_path: Path, is_sent_before: bool
) -> None:
    clock = Clock()
    clock.moment = dt.datetime(2026, 11, 28, 23, 58, tzinfo=AMSTERDAM).astimezone(dt.UTC)
    ledger = Ledger(tmp_path / "state", clock)
    first = ledger.approve(ledger.propose(draft("first"), TOOL)[0].id, PAGE)
    if is_sent_before:
        assert ledger.claim(first.id)
        ledger.finish(first.id, Status.SENT, {}, message_id="m1")
    clock.pass_time(minutes=4)
    second = ledger.approve(ledger.propose(draft("second"), TOOL)[0].id, PAGE)
    since, lately = day.lately(ledger, AMSTERDAM)
    assert since == dt.datetime(2026, 11, 29, tzinfo=AMSTERDAM)
    assert day.written(lately, since, "EUR", before=second).messages == (0 if is_sent_before else 1)
    assert day.written(lately, since, "EUR").messages == (1 if is_sent_before else 2)
    ledger.close()


def test_what_was_forgotten_the_same_day_counts_in_it_all_the_same(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger(tmp_path / "state", clock)
    made = replace(draft("paid"), amount="-1210.50", basis={CURRENCY: "EUR", "debtor": "jan@person.example"})
    record = ledger.approve(ledger.propose(made, TOOL)[0].id, PAGE)
    assert ledger.claim(record.id)
    ledger.finish(record.id, Status.SENT, {}, message_id="m1")
    clock.pass_time(minutes=1)
    assert ledger.purge(dt.timedelta()) == 1
    assert ledger.get(record.id).basis == {CURRENCY: "EUR"}
    since, lately = day.lately(ledger, AMSTERDAM)
    assert day.written(lately, since, "EUR") == Day(1, Decimal("1210.50"))
    assert day.written(lately, since, "GBP") == Day(1, Decimal(0))
    ledger.verify()
    ledger.close()
