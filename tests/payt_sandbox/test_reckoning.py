"""The reckoning that the product's figures are compared with, on a company small enough to reckon by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from payt_sandbox import World, build_world
from tests.support.reckoning import Reckoning, spread

BOOK = "4711"
TODAY = dt.date(2026, 7, 1)
JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
QUARTER = (dt.date(2026, 4, 1), dt.date(2026, 6, 30))


def _invoice(world: World, total: str, day: str, due: str, open_amount: str = "0.00", **fields: str | None) -> str:
    amounts = {"open_amount": open_amount, "book_open_amount": open_amount, "book_total_amount": total}
    given: dict[str, str | None] = {**amounts, **fields}
    return world.add_invoice(
        BOOK, total_amount=total, invoice_date=day, due_date=due, sent_at=f"{day}T08:00:00.000Z", **given
    )


def _booked(world: World, invoice: str, amount: str, day: str, kind: str = "payment") -> None:
    world.add_payment(
        BOOK, invoice_id=invoice, total_amount=amount, total_book_amount=amount, payment_date=day, transaction_type=kind
    )


@pytest.fixture(scope="module")
def reckoning() -> Reckoning:
    """April 900 (paid late), May 600 (half of it open and overdue), June 300 (not due), 100 of it credited."""
    world = build_world(invoices=0, debtors=2, seed=1, today=TODAY)
    april = _invoice(world, "900.00", "2026-04-10", "2026-05-10", payment_date="2026-06-02")
    _booked(world, april, "900.00", "2026-05-20")
    _booked(world, april, "-900.00", "2026-05-26", "reversal")
    _booked(world, april, "900.00", "2026-06-02")
    may = _invoice(world, "600.00", "2026-05-10", "2026-06-09", "300.00")
    _booked(world, may, "290.00", "2026-06-19")
    _booked(world, may, "10.00", "2026-06-22", "settlement")
    june = _invoice(world, "300.00", "2026-06-15", "2026-07-15", "200.00")
    note = _invoice(world, "-100.00", "2026-06-16", "2026-07-15", payment_date="2026-06-16")
    _booked(world, june, "100.00", "2026-06-16", "credit")
    _booked(world, note, "-100.00", "2026-06-16", "credit")
    _invoice(
        world,
        "50.00",
        "2026-06-20",
        "2026-06-21",
        "50.00",
        currency_code="USD",
        book_total_amount=None,
        book_open_amount=None,
    )
    return Reckoning(world, BOOK)


def test_what_was_collected_stands_apart_from_what_was_only_booked(reckoning: Reckoning) -> None:
    june = reckoning.collected(*JUNE)
    assert june.total == Decimal("1190.00")
    assert june.weeks == {dt.date(2026, 6, 1): Decimal(900), dt.date(2026, 6, 15): Decimal(290)}
    assert june.kinds == {"payment": Decimal(1190), "settlement": Decimal(10), "credit": Decimal(0)}
    assert reckoning.collected(dt.date(2026, 5, 1), dt.date(2026, 5, 31)).kinds["reversal"] == -900


def test_what_is_open_on_a_day_is_what_was_made_out_less_what_was_booked(reckoning: Reckoning) -> None:
    assert [reckoning.receivable(dt.date(2026, month, day)) for month, day in ((4, 9), (4, 10), (5, 20), (5, 26))] == [
        0, 900, 600, 1500
    ]  # fmt: skip
    assert [reckoning.receivable(JUNE[1]), reckoning.overdue(JUNE[1]), reckoning.current(JUNE[1])] == [500, 300, 200]
    assert reckoning.overdue_share(JUNE[1]) == Decimal("0.6")
    assert reckoning.overdue(dt.date(2026, 6, 9)) == 0


def test_days_of_sales_outstanding(reckoning: Reckoning) -> None:
    assert reckoning.sales(*QUARTER) == 1700
    assert reckoning.dso(*QUARTER) == Decimal(500) / 1700 * 91
    assert reckoning.best_possible_dso(*QUARTER) == Decimal(200) / 1700 * 91
    # June's 200 is used up, and 300 of May's 600: 30 days and half of 31.
    assert reckoning.dso_by_count_back(JUNE[1]) == Decimal("45.5")


def test_how_well_and_how_late_it_was_collected(reckoning: Reckoning) -> None:
    # 1,500 open before June and 200 made out in it: 1,500 could be collected, 1,200 was.
    assert reckoning.effectiveness(*JUNE) == 80
    assert reckoning.average_days_late(*JUNE) == Decimal(900 * 23 + 290 * 10) / 1190
    debtor = next(iter(reckoning.invoices.values())).row["debtor_id"]
    assert reckoning.days_late(debtor, *QUARTER) == [23]
    assert spread([1, 2, 3, 10]) == (1.75, 2.5, 4.75)


def test_what_the_books_have_no_amount_for_is_in_no_figure(reckoning: Reckoning) -> None:
    assert [row["currency_code"] for row in reckoning.left_out] == ["USD"]
