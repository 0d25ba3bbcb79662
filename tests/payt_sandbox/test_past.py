"""The past of the sandbox: what is open beside it stays, its sums are right to the cent, habits show in the dates."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.data.build import make_world
from payt_sandbox.world.shapes import SHAPES
from tests.support.api import TODAY, Api

OLDEST = TODAY - dt.timedelta(days=24 * 365 // 12)
KINDS = {"payment", "reversal", "credit", "settlement", "write_off"}
BOOKS = ("4711", "4739")


@pytest.fixture(scope="module")
def world() -> World:
    """All of it follows from habits."""
    return build_world(invoices=0, debtors=100, seed=3, today=TODAY, history=24, history_invoices=4_000)


def _late(row: dict[str, Any]) -> int:
    return (dt.date.fromisoformat(row["payment_date"]) - dt.date.fromisoformat(row["due_date"])).days


def test_the_same_arguments_give_the_same_past() -> None:
    first, second = (make_world(0, 30, 9, TODAY, 12, 400) for _ in range(2))
    assert all(first.rows(book, kind) == second.rows(book, kind) for book in BOOKS for kind in SHAPES)
    other = make_world(0, 30, 10, TODAY, 12, 400)
    assert first.rows("4711", "payments") != other.rows("4711", "payments")


def test_what_is_open_and_all_that_is_beside_it_is_the_same_with_a_past_and_without() -> None:
    without, with_past = (build_world(invoices=150, seed=5, today=TODAY, history=months) for months in (0, 24))
    for book in BOOKS:
        for kind in set(SHAPES) - {"messages", "payments", "debtors"}:
            before = {row["id"]: row for row in without.rows(book, kind) if row.get("open_amount") != "0.00"}
            after = {row["id"]: row for row in with_past.rows(book, kind)}
            assert before.items() <= after.items(), kind
        assert with_past.book(book).tables["debtors"].rows == without.book(book).tables["debtors"].rows
        assert with_past.last_ids == without.last_ids


def test_every_invoice_is_open_by_what_was_not_booked_on_it(world: World) -> None:
    for book in BOOKS:
        booked: defaultdict[str, Decimal] = defaultdict(Decimal)
        booked_here: defaultdict[str, Decimal] = defaultdict(Decimal)
        for payment in world.rows(book, "payments"):
            booked[payment["invoice_id"]] += Decimal(payment["total_amount"])
            booked_here[payment["invoice_id"]] += Decimal(payment["total_book_amount"] or 0)
        for row in world.rows(book, "invoices"):
            if int(row["id"]) >= 2_600_000:
                continue
            assert Decimal(row["total_amount"]) - booked[row["id"]] == Decimal(row["open_amount"])
            if row["book_total_amount"] is not None:
                assert Decimal(row["book_total_amount"]) - booked_here[row["id"]] == Decimal(row["book_open_amount"])


def test_all_that_is_booked_lies_between_its_invoice_and_today(world: World) -> None:
    invoices = {row["id"]: row for row in world.rows("4711", "invoices")}
    last: defaultdict[str, str] = defaultdict(str)
    for payment in world.rows("4711", "payments"):
        invoice = invoices[payment["invoice_id"]]
        assert OLDEST.isoformat() <= invoice["invoice_date"] <= payment["payment_date"] < TODAY.isoformat()
        assert payment["payment_date"] <= payment["updated_at"][:10]
        last[invoice["id"]] = max(last[invoice["id"]], payment["payment_date"])
    for row in invoices.values():
        stamps = [value for name, value in row.items() if name.endswith("_at") and value]
        assert row["updated_at"] == max(stamps) < TODAY.isoformat()
        assert (row["payment_date"] is not None) == (row["open_amount"] == "0.00")
        assert row["payment_date"] in (None, last[row["id"]])


def test_the_past_has_all_that_is_hard_about_one(world: World) -> None:
    payments = world.rows("4711", "payments")
    assert {payment["transaction_type"] for payment in payments} == KINDS
    assert {bool(payment["reversal_code"]) for payment in payments if payment["transaction_type"] == "reversal"} == {
        True,
        False,
    }
    assert all(
        payment["total_amount"].startswith("-") for payment in payments if payment["transaction_type"] == "reversal"
    )
    invoices = world.rows("4711", "invoices")
    assert {"EUR", "GBP"} < {row["currency_code"] for row in invoices}
    assert 5 < sum(row["book_total_amount"] is None for row in invoices) < 100
    assert any(row["total_amount"].startswith("-") and row["open_amount"] == "0.00" for row in invoices)
    assert any(row["reminder_2_at"] and row["payment_date"] for row in invoices)
    paid_in_part = [row for row in invoices if "0.00" != row["open_amount"] != row["total_amount"]]
    assert paid_in_part


def test_debtors_differ_in_how_late_they_pay_and_some_get_worse(world: World) -> None:
    late: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in world.rows("4711", "invoices"):
        if row["payment_date"] and not row["total_amount"].startswith("-"):
            late[row["debtor_id"]].append((row["due_date"], _late(row)))
    usual = {key: median(days for _, days in rows) for key, rows in late.items() if len(rows) >= 30}
    assert min(usual.values()) <= 0
    assert max(usual.values()) >= 20
    grown = []
    for key in usual:
        days = [day for _, day in sorted(late[key])]
        grown.append(median(days[-len(days) // 4 :]) - median(days[: len(days) // 4]))
    assert max(grown) > 25
    assert median(grown) < 5


def test_a_past_is_served_by_date_and_by_page(world: World) -> None:
    api = Api(world)
    paid = api.walk("/v1/invoices", paid="true", order="invoice_date_desc", per_page=500)
    dates = [row["invoice_date"] for row in paid]
    assert dates == sorted(dates, reverse=True)
    assert len(paid) == sum(row["open_amount"] == "0.00" for row in world.rows("4711", "invoices"))
    since = f"{TODAY - dt.timedelta(days=30)}T00:00:00Z"
    lately = api.walk("/v1/payments", updated_after=since, per_page=500)
    assert 0 < len(lately) < 600
    assert {row["id"] for row in lately} == {
        row["id"] for row in world.rows("4711", "payments") if row["updated_at"] > since
    }
