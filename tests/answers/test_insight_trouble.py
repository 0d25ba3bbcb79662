"""What the tools of `insight` say where the past is short, odd, or still being read: no figure is made up, and what is
missing is said.
"""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import anyio
import pytest
from mcp.client import Client
from starlette.types import Receive, Scope, Send

from payt_mcp.books import history
from payt_mcp.server.server import build_server
from payt_mcp.settings import Secret, Settings
from payt_sandbox import World, build_world
from payt_sandbox.api.options import Options
from payt_sandbox.app import create_app
from tests.support.assistant import MAIN, NOON, Assistant, frozen
from tests.support.reckoning import Reckoning
from tests.support.unhurried import NO_LIMIT

TODAY = NOON.date()
OCTOBER = {"period_from": "2026-10-01", "period_to": "2026-10-31"}
NOVEMBER = {"period_from": "2026-11-01", "period_to": "2026-11-20"}


def _world(months: int = 0, invoices: int = 0, debtors: int = 3) -> World:
    return frozen(
        build_world(invoices=0, debtors=debtors, seed=2, today=TODAY, history=months, history_invoices=invoices)
    )


@asynccontextmanager
async def _asked(world: World, held: anyio.Event | None = None) -> AsyncIterator[Assistant]:
    """A server in this process. Payt answers nothing about payments until what is `held` is let go."""
    app = create_app(world, options=Options(rate=None))

    async def payt(scope: Scope, receive: Receive, send: Send) -> None:
        if held is not None and scope["path"] == "/v1/payments":
            await held.wait()
        await app(scope, receive, send)

    given = Settings(
        api_token=Secret("sandbox-token"), api_url="http://127.0.0.1:1", rate=NO_LIMIT, read_only=True,
        freshness_seconds=0, toolsets=("core", "insight"),
    )  # fmt: skip
    async with Client(build_server(given, app=payt)) as client:
        yield Assistant(client, MAIN)


def _invoice(world: World, total: str, day: str, due: str, paid: str | None = None, **fields: str | None) -> str:
    """Paid on a day, or open; in the currency of the books unless a field says otherwise."""
    still_open = "0.00" if paid else total
    given: dict[str, str | None] = {"book_total_amount": total, "book_open_amount": still_open, **fields}
    return world.add_invoice(
        MAIN, total_amount=total, open_amount=still_open, invoice_date=day, due_date=due, payment_date=paid,
        sent_at=f"{day}T08:00:00.000Z", **{"updated_at": f"{paid or day}T09:00:00.000Z", **given},
    )  # fmt: skip


def _booked(world: World, invoice: str, amount: str, day: str, kind: str = "payment", **fields: str | None) -> None:
    given: dict[str, str | None] = {"total_book_amount": amount, "transaction_type": kind, **fields}
    world.add_payment(
        MAIN, invoice_id=invoice, total_amount=amount, payment_date=day, updated_at=f"{day}T09:00:00.000Z", **given
    )


def _paid(world: World, total: str, day: str, due: str, paid: str, **fields: str | None) -> None:
    _booked(world, _invoice(world, total, day, due, paid, **fields), total, paid)


def _numbers(world: World) -> list[str]:
    return [row["debtor_number"] for row in world.rows(MAIN, "debtors")]


def _said(answer: dict[str, Any]) -> str:
    return " ".join([answer["summary"], *answer.get("notes", ())])


async def test_where_nothing_was_ever_paid_nothing_is_said_of_it() -> None:
    world = _world()
    _invoice(world, "100.00", "2026-10-20", "2026-11-03")
    async with _asked(world) as who:
        figures = await who.ask("collection_figures")
        habits = await who.ask("payment_behaviour", debtor=_numbers(world)[0])
        expected = await who.ask("expected_receipts")
    assert figures["figures"]["collected"] == ["0.00", "0.00"]
    assert "days_late" not in figures["figures"]
    assert "paid no invoice" in habits["summary"]
    assert habits["behaviour"]["invoices_paid"] == 0
    assert not habits["behaviour"].keys() & {"median_days_late", "middle_half_days_late", "median_by_half_year"}
    assert not expected.keys() & {"totals", "weeks"}
    assert "100.00 is owed" in expected["summary"]
    assert "too little" in expected["summary"]


async def test_a_company_without_any_invoice_has_no_figure_but_what_is_nothing() -> None:
    async with _asked(_world()) as who:
        figures = await who.ask("collection_figures")
        expected = await who.ask("expected_receipts")
    assert {value for both in figures["figures"].values() for value in both} <= {"0.00", "0.0", "-"}
    assert not figures.get("movements")
    assert not expected.keys() & {"totals", "weeks"}


async def test_of_one_month_no_year_is_told() -> None:
    world = _world(months=1, invoices=800, debtors=20)
    reckoned = Reckoning(world, MAIN)
    first = min(one.day for one in reckoned.invoices.values() if one.day)
    async with _asked(world) as who:
        figures = await who.ask("collection_figures", **NOVEMBER)
        expected = await who.ask("expected_receipts")
        too_early = await who.refused("collection_figures", period_from="2019-01-01")
        habits = [await who.ask("payment_behaviour", debtor=number) for number in _numbers(world)[:6]]
    assert figures["figures"]["collected"][0] == f"{reckoned.collected(dt.date(2026, 11, 1), TODAY).total:.2f}"
    assert f"Nothing is on record before {first}" in _said(figures)
    # No delay can be seen that is longer than the record: nothing is forecast from it.
    assert not expected.keys() & {"totals", "weeks"}
    first_paid = min(one.day for one in reckoned.bookings(first, TODAY) if one.kind == "payment")
    assert f"since {first_paid}" in _said(expected)
    assert "2019-01-01" in too_early
    assert "or later" in too_early
    assert not any("median_by_half_year" in one["behaviour"] for one in habits)
    assert all("No trend" in _said(one) for one in habits if one["behaviour"]["invoices_paid"])


async def test_two_payments_make_no_habit() -> None:
    world = _world(months=24, invoices=400, debtors=12)
    number = world.raw(MAIN, "debtors", world.add_debtor(MAIN, name="Nieuwkomer"))["debtor_number"]
    theirs = world.book(MAIN).tables["debtors"].indexes["debtor_number"].get(number)[0]
    for day, paid in (("2026-08-01", "2026-09-10"), ("2026-09-01", "2026-10-11")):
        _paid(world, "50.00", day, day[:8] + "15", paid, debtor_id=str(theirs), debtor_number=number)
    _invoice(world, "70.00", "2026-11-01", "2026-11-15", debtor_id=str(theirs), debtor_number=number)
    async with _asked(world) as who:
        habits = await who.ask("payment_behaviour", debtor=number)
        expected = await who.ask("expected_receipts", debtor=number)
    assert habits["behaviour"]["invoices_paid"] == 2
    assert "middle_half_days_late" not in habits["behaviour"]
    assert "make no habit" in _said(habits)
    assert expected["totals"]["owed"] == "70.00"
    assert "70.00 is of debtors that paid fewer than 5 times" in _said(expected)


async def test_what_the_books_have_no_amount_for_is_in_no_figure_and_named() -> None:
    world = _world(months=24, invoices=400, debtors=12)
    none: dict[str, str | None] = {"currency_code": "USD", "book_total_amount": None, "book_open_amount": None}
    paid = _invoice(world, "111.00", "2026-09-20", "2026-10-04", "2026-10-08", **none)
    _booked(world, paid, "111.00", "2026-10-08", total_book_amount=None)
    _invoice(world, "222.00", "2026-10-20", "2026-11-03", **none)
    reckoned = Reckoning(world, MAIN)
    async with _asked(world) as who:
        figures = await who.ask("collection_figures", **OCTOBER)
        expected = await who.ask("expected_receipts")
        habits = await who.ask("payment_behaviour", debtor=_numbers(world)[0])
    month = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    assert figures["figures"]["collected"][0] == f"{reckoned.collected(*month).total:.2f}"
    assert figures["figures"]["open_at_end"][0] == f"{reckoned.receivable(month[1]):.2f}"
    left_out = [row for row in reckoned.left_out if row["currency_code"] == "USD"]
    assert {"111.00", "222.00"} <= {row["total_amount"] for row in left_out}
    assert "without an amount in the books" in _said(figures)
    assert "USD" in _said(figures)
    assert "222.00" in _said(expected)
    assert "without an amount in the books" in _said(expected)
    assert "without an amount in the books" in _said(habits)


async def test_a_payment_that_was_booked_back_later_counts_in_its_period_and_is_told_of() -> None:
    world = _world()
    _paid(world, "300.00", "2026-09-10", "2026-10-10", "2026-10-12")
    back = _invoice(world, "500.00", "2026-09-15", "2026-10-15", updated_at="2026-11-05T09:00:00.000Z")
    _booked(world, back, "500.00", "2026-10-20")
    _booked(world, back, "-500.00", "2026-11-05", "reversal", reversal_code="MD06")
    async with _asked(world) as who:
        october = await who.ask("collection_figures", **OCTOBER)
        november = await who.ask("collection_figures", **NOVEMBER)
    assert october["figures"]["collected"][0] == "800.00"
    assert october["figures"]["open_at_end"][0] == "0.00"
    assert "500.00" in _said(october)
    assert "booked back" in _said(october)
    assert november["figures"]["reversed"][0] == "500.00"
    assert november["figures"]["open_at_end"] == ["500.00", "0.00"]


async def test_a_credit_note_that_pays_an_invoice_is_no_money_and_no_habit() -> None:
    world = _world()
    credited = _invoice(world, "400.00", "2026-10-01", "2026-10-15", "2026-10-30")
    note = _invoice(world, "-400.00", "2026-10-30", "2026-10-30", "2026-10-30")
    _booked(world, credited, "400.00", "2026-10-30", "credit")
    _booked(world, note, "-400.00", "2026-10-30", "credit")
    _paid(world, "60.00", "2026-10-02", "2026-10-16", "2026-10-19")
    async with _asked(world) as who:
        figures = (await who.ask("collection_figures", **OCTOBER))["figures"]
        habits = (await who.ask("payment_behaviour", debtor=_numbers(world)[0]))["behaviour"]
    assert figures["collected"][0] == "60.00"
    assert figures["sales"][0] == "60.00"
    assert figures["days_late"][0] == "3.0"
    assert figures["settled_without_payment"][0] == "400.00"
    assert (habits["invoices_paid"], habits["median_days_late"]) == (1, "3")


async def test_while_the_past_is_read_no_part_of_it_is_told_and_open_items_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, held = _world(months=24, invoices=1_200, debtors=20), anyio.Event()
    async with _asked(world, held) as who:
        monkeypatch.setattr(history, "PATIENCE", 0.1)
        for tool, given in (("collection_figures", OCTOBER), ("expected_receipts", {})):
            refused = await who.refused(tool, **given)
            assert "paid invoices and 0 payments so far" in refused
            assert "No figure is given before it is whole" in refused
        overdue = await who.ask("summarize_overdue")
        assert Decimal(overdue["overdue_gross"]) > 0
        monkeypatch.setattr(history, "PATIENCE", 60.0)
        held.set()
        whole = await who.ask("collection_figures", **OCTOBER)
    month = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    assert whole["figures"]["collected"][0] == f"{Reckoning(world, MAIN).collected(*month).total:.2f}"


async def test_what_is_booked_after_the_reading_is_in_the_next_answer() -> None:
    world = _world(months=14, invoices=600, debtors=12)
    paid = [row["id"] for row in world.rows(MAIN, "invoices") if row["open_amount"] == "0.00"]
    still_open = [row["id"] for row in world.rows(MAIN, "invoices") if row["open_amount"] == row["total_amount"]]
    async with _asked(world) as who:
        await who.ask("collection_figures", **NOVEMBER)
        for turn in range(3):
            world.pay_invoice(MAIN, still_open[turn])
            world.pay_invoice(MAIN, still_open[turn + 3], "1.00")
            world.delete_invoice(MAIN, still_open[turn + 6])
            _reopen(world, paid[-1 - turn], is_on_record=True)
            _reopen(world, paid[-5 - turn], is_on_record=False)
            _take_payments(world, paid[-9 - turn])
            world.delete_invoice(MAIN, paid[-9 - turn])
            answer = await who.ask("collection_figures", period_from="2026-09-01", period_to=str(TODAY))
            reckoned, period = Reckoning(world, MAIN), (dt.date(2026, 9, 1), TODAY)
            figures = {name: both[0] for name, both in answer["figures"].items()}
            assert figures["collected"] == f"{reckoned.collected(*period).total:.2f}"
            assert figures["reversed"] == f"{-reckoned.collected(*period).kinds['reversal']:.2f}"
            assert figures["sales"] == f"{reckoned.sales(*period):.2f}"
            assert figures["open_at_end"] == f"{reckoned.receivable(TODAY):.2f}"


def _reopen(world: World, invoice_id: str, *, is_on_record: bool) -> None:
    """All that was paid of it is booked back today; or nothing was ever paid of it, the records are gone."""
    row = next(one for one in world.rows(MAIN, "invoices") if one["id"] == invoice_id)
    total, in_book = row["total_amount"], row["book_total_amount"]
    world.change_invoice(MAIN, invoice_id, open_amount=total, book_open_amount=in_book, payment_date=None)
    if is_on_record:
        world.add_payment(
            MAIN, invoice_id=invoice_id, total_amount=f"-{total}", total_book_amount=f"-{in_book}",
            payment_date=TODAY, transaction_type="reversal",
        )  # fmt: skip
    else:
        _take_payments(world, invoice_id)


def _take_payments(world: World, invoice_id: str) -> None:
    for payment in [one for one in world.rows(MAIN, "payments") if one["invoice_id"] == invoice_id]:
        world.delete_payment(MAIN, payment["id"])
