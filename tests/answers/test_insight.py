"""The tools of `insight` against a reckoning over the sandbox's own records, which shares nothing with them."""

import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.server import Handle
from tests.support.assistant import MAIN, NOON, Assistant, assistant, frozen, payt
from tests.support.fixed import tokens
from tests.support.reckoning import Reckoning, day_of, spread

pytestmark = pytest.mark.slow

OTHER = "4739"
TODAY = NOON.date()
PERIODS = (("2026-10-01", "2026-10-31"), ("2026-07-01", "2026-09-30"), ("2026-03-10", "2026-04-02"))
MOST_TOKENS = 700


@pytest.fixture(scope="module")
def world() -> World:
    """Read it only."""
    return frozen(build_world(invoices=300, debtors=60, seed=4, today=TODAY, history=24, history_invoices=1_500))


@pytest.fixture(scope="module")
def handle(world: World) -> Iterator[Handle]:
    with payt(world) as handle:
        yield handle


@asynccontextmanager
async def _asked(world: World) -> AsyncIterator[Assistant]:
    """A world of one test's own."""
    with payt(world) as own:
        async with assistant(own, PAYT_TOOLSETS="insight") as who:
            yield who


def _tenths(value: Decimal | None) -> str:
    return "-" if value is None else str(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def _reckoned(reckoning: Reckoning, first: dt.date, last: dt.date) -> dict[str, str]:
    kinds = reckoning.collected(first, last).kinds
    return {
        "collected": f"{kinds.get('payment', Decimal(0)):.2f}",
        "reversed": f"{-kinds.get('reversal', Decimal(0)):.2f}",
        "written_off": f"{kinds.get('write_off', Decimal(0)):.2f}",
        "sales": f"{reckoning.sales(first, last):.2f}",
        "open_at_end": f"{reckoning.receivable(last):.2f}",
        "dso": _tenths(reckoning.dso(first, last)),
        "dso_counted_back": _tenths(reckoning.dso_by_count_back(last)),
        "best_possible_dso": _tenths(reckoning.best_possible_dso(first, last)),
        "days_late": _tenths(reckoning.average_days_late(first, last)),
        "effectiveness": _tenths(reckoning.effectiveness(first, last)),
        "overdue_share": _tenths(reckoning.overdue_share(last) * 100),
    }


@pytest.mark.parametrize(("administration_id", "mode"), [(MAIN, "auto"), (OTHER, "legacy")])
async def test_every_figure_of_a_period_is_what_its_records_come_to(
    world: World, handle: Handle, administration_id: str, mode: str
) -> None:
    reckoning = Reckoning(world, administration_id)
    async with assistant(handle, administration_id=administration_id, mode=mode, PAYT_TOOLSETS="insight") as who:
        for first, last in PERIODS:
            told = await who.ask("collection_figures", period_from=first, period_to=last)
            wanted = _reckoned(reckoning, dt.date.fromisoformat(first), dt.date.fromisoformat(last))
            now = {name: told["figures"].get(name, ["0.00"])[0] for name in wanted}
            assert now == wanted
        assert sum(map(Decimal, told["collected_by"].values())) == Decimal(wanted["collected"])


async def test_what_was_collected_is_told_by_week_and_beside_the_month_before(world: World, handle: Handle) -> None:
    reckoning = Reckoning(world, MAIN)
    october, september = [dt.date(2026, 10, 1), dt.date(2026, 10, 31)], [dt.date(2026, 9, 1), dt.date(2026, 9, 30)]
    async with assistant(handle, PAYT_TOOLSETS="insight") as who:
        told = await who.ask("collection_figures")
    mondays = {max(monday, october[0]): amount for monday, amount in reckoning.collected(*october).weeks.items()}
    assert {day: amount for day, amount in told["collected_by"].items() if amount != "0.00"} == {
        day.isoformat(): f"{amount:.2f}" for day, amount in sorted(mondays.items())
    }
    before = _reckoned(reckoning, september[0], september[1])
    assert {name: told["figures"].get(name, ["", "0.00"])[1] for name in before} == before
    assert len(told["movements"]) == 10
    assert _moved(reckoning, world, october, september) == [
        (row["debtor_number"], *row["collected"]) for row in told["movements"]
    ]


def _moved(reckoning: Reckoning, world: World, now: list[dt.date], before: list[dt.date]) -> list[tuple[str, str, str]]:
    numbers = {row["id"]: row["debtor_number"] for row in world.rows(MAIN, "debtors")}
    sums: list[dict[str, Decimal]] = []
    for first, last in (now, before):
        found: dict[str, Decimal] = {}
        for one in reckoning.bookings(first, last):
            if one.kind == "payment":
                key = one.invoice.row["debtor_id"]
                found[key] = found.get(key, Decimal(0)) + one.amount
        sums.append(found)
    keys = sums[0].keys() | sums[1].keys()
    pairs = [(key, sums[0].get(key, Decimal(0)), sums[1].get(key, Decimal(0))) for key in keys]
    pairs.sort(key=lambda row: (-abs(row[1] - row[2]), row[0]))
    return [(numbers[key], f"{one:.2f}", f"{other:.2f}") for key, one, other in pairs[:10]]


async def test_a_debtors_habit_is_what_its_paid_invoices_come_to(world: World, handle: Handle) -> None:
    reckoning = Reckoning(world, MAIN)
    year, half = dt.date(2025, 11, 22), dt.date(2026, 5, 22)
    habits, all_late = 0, _late_by_money(world, year)
    async with assistant(handle, PAYT_TOOLSETS="insight") as who:
        for row in world.rows(MAIN, "debtors")[:25]:
            told = (await who.ask("payment_behaviour", debtor=row["debtor_number"]))["behaviour"]
            late = all_late.get(row["id"], [])
            assert told["invoices_paid"] == len(late)
            if len(late) >= 5:
                habits += 1
                low, middle, high = spread(days for _, days in late)
                assert Decimal(told["median_days_late"]) == Decimal(middle)
                assert list(map(Decimal, told["middle_half_days_late"])) == [Decimal(low), Decimal(high)]
                assert sum(told["paid_after"].values()) == len(late)
            lately = [days for paid, days in late if paid >= half]
            assert ("median_by_half_year" in told) is (len(lately) >= 3 <= len(late) - len(lately))
            owed = [
                amount for one, amount in reckoning.open_on(TODAY) if one.row["debtor_id"] == row["id"] and amount > 0
            ]
            assert Decimal(told["open"]) == sum(owed)
    assert habits >= 10


def _late_by_money(world: World, since: dt.date) -> dict[str, list[tuple[dt.date, int]]]:
    """By debtor, of each invoice on which money was paid and that is paid whole since a day: that day, and how late it
    was, which needs no amount in the books.
    """
    kinds: dict[str, set[str]] = {}
    for row in world.rows(MAIN, "payments"):
        kinds.setdefault(row["invoice_id"], set()).add(row["transaction_type"])
    found: dict[str, list[tuple[dt.date, int]]] = {}
    for row in world.rows(MAIN, "invoices"):
        paid, due = day_of(row["payment_date"]), day_of(row["due_date"])
        is_by_money = "payment" in kinds.get(row["id"], {"payment"})
        if Decimal(row["total_amount"]) > 0 and is_by_money and paid and due and paid >= since:
            found.setdefault(row["debtor_id"], []).append((paid, (paid - due).days))
    return found


async def test_weeks_totals_and_what_nothing_is_said_of_come_to_what_is_owed(world: World, handle: Handle) -> None:
    of_debtors: dict[str, Decimal] = {}
    for one, amount in Reckoning(world, MAIN).open_on(TODAY):
        of_debtors[one.row["debtor_id"]] = of_debtors.get(one.row["debtor_id"], Decimal(0)) + amount
    owed = sum(max(amount, Decimal(0)) for amount in of_debtors.values())
    async with assistant(handle, PAYT_TOOLSETS="insight") as who:
        told = await who.ask("expected_receipts")
        both = await who.ask("expected_receipts", administration_id="all")
        again = await who.ask("expected_receipts")
    totals = {name: Decimal(amount) for name, amount in told["totals"].items()}
    assert sum(Decimal(week["expected"]) for week in told["weeks"]) == totals["expected"]
    assert totals["expected"] + totals["later_or_never"] == totals["owed"]
    (unsaid,) = (note for note in told["notes"] if note.startswith("Not in it, as nothing can be said of it: "))
    amounts = re.findall(r"EUR ([\d,]+\.\d\d)", unsaid)
    left_out = sum((Decimal(amount.replace(",", "")) for amount in amounts), Decimal(0))
    assert len(amounts) >= 2
    assert abs(totals["owed"] + left_out - owed) < Decimal("0.01") * len(told["weeks"])
    assert told["weeks"] == again["weeks"]
    assert both["totals"][MAIN] == {"currency": "EUR", **told["totals"]}
    assert both["totals"][OTHER]["currency"] == "GBP"


async def test_answers_are_short_and_have_their_definition(world: World, handle: Handle) -> None:
    number = world.rows(MAIN, "debtors")[3]["debtor_number"]
    calls: list[tuple[str, dict[str, Any]]] = [
        *(("collection_figures", {"period_from": first, "period_to": last}) for first, last in PERIODS),
        ("collection_figures", {"period_from": "2025-11-01", "period_to": "2026-10-31"}),
        ("collection_figures", {"administration_id": "all"}),
        ("payment_behaviour", {"debtor": number}),
        ("expected_receipts", {}),
        ("expected_receipts", {"debtor": number}),
        ("expected_receipts", {"administration_id": "all"}),
    ]
    async with assistant(handle, PAYT_TOOLSETS="insight") as who:
        for tool, given in calls:
            failed, text, structured = await who.call(tool, **given)
            assert not failed, text
            assert tokens(text) <= MOST_TOKENS, (tool, given)
            assert tokens(structured) <= MOST_TOKENS, (tool, given)
            assert "docs/figures.md" in text
            assert structured["summary"] in text


async def test_a_period_that_cannot_be_told_is_refused_in_words(handle: Handle) -> None:
    async with assistant(handle, PAYT_TOOLSETS="insight") as who:
        for given, words in (
            ({"period_to": "2026-10-31"}, "give the first day"),
            ({"period_from": "2026-10-31", "period_to": "2026-10-01"}, "at most period_to"),
            ({"period_from": "2026-10-01", "period_to": "2026-12-01"}, "at most today (2026-11-21)"),
            ({"period_from": "2019-01-01"}, "2024-11-01 or later"),
            ({"period_from": "october"}, "a date such as"),
        ):
            assert words in await who.refused("collection_figures", **given)
        first = await who.ask("collection_figures", period_from="2024-11-01", period_to="2024-12-31")
        assert all(len(values) == 1 for values in first["figures"].values())
        assert "not known" in first["summary"]
        today = await who.ask("collection_figures", period_from="2026-11-01")
        assert "today is not over" in " ".join(today["notes"])
        assert "no debtor" in (await who.refused("payment_behaviour", debtor="Nobody At All")).lower()


async def test_the_next_answer_has_what_changed_since() -> None:
    world = frozen(build_world(invoices=40, debtors=25, seed=4, today=TODAY, history=6, history_invoices=200))
    november = {"period_from": "2026-11-01", "period_to": "2026-11-21"}
    async with _asked(world) as who:

        async def collected() -> Decimal:
            return Decimal((await who.ask("collection_figures", **november))["figures"]["collected"][0])

        def reckoned() -> Decimal:
            return Reckoning(world, MAIN).collected(dt.date(2026, 11, 1), TODAY).total

        before = await collected()
        assert before == reckoned()
        open_ = next(row for row in world.rows(MAIN, "invoices") if Decimal(row["book_open_amount"] or 0) > 10)
        world.pay_invoice(MAIN, open_["id"])
        assert await collected() == reckoned() != before
        gone = next(row for row in world.rows(MAIN, "payments") if row["payment_date"] == TODAY.isoformat())
        world.delete_payment(MAIN, gone["id"])
        assert await collected() == reckoned() == before
        some = next(
            one for one in Reckoning(world, MAIN).bookings(dt.date(2026, 10, 1), TODAY) if one.kind == "payment"
        )
        key = some.invoice.row["id"]
        world.change_invoice(MAIN, key, open_amount="5.00", book_open_amount="5.00", payment_date=None)
        told = await who.ask("payment_behaviour", debtor=some.invoice.row["debtor_number"])
        assert Decimal(told["behaviour"]["open"]) >= 5
