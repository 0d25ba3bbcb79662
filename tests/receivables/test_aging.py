"""Overdue and aging: what must hold of any open items at all."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import CreditCase, Invoice
from payt_mcp.receivables import phases
from payt_mcp.receivables.aging import BUCKETS, balance, bucket_index, overdue
from payt_mcp.receivables.entries import open_item
from payt_mcp.receivables.open_items import OpenItems

pytestmark = pytest.mark.slow

TODAY = dt.date(2026, 11, 21)
MONEY = st.decimals(min_value=-(10**8), max_value=10**8, places=2)
DATES = st.dates(dt.date(2020, 1, 1), dt.date(2028, 1, 1))


@st.composite
def invoices(draw: st.DrawFn) -> list[Invoice]:
    rows = []
    for number in range(draw(st.integers(0, 25))):
        open_ = draw(MONEY.filter(bool))
        booked = draw(st.sampled_from((open_, open_ * 2, None)))
        rows.append(
            Invoice(
                id=str(number),
                debtor_id=str(draw(st.integers(1, 5))),
                open_amount=open_,
                book_open_amount=booked,
                due_date=draw(st.none() | DATES),
            )
        )
    return rows


def _items(rows: list[Invoice]) -> OpenItems:
    items = OpenItems("EUR")
    for row in rows:
        items.put_invoice(row)
    return items


@given(rows=invoices(), min_days=st.integers(1, 400))
def test_the_parts_of_the_picture_add_up(rows: list[Invoice], min_days: int) -> None:
    picture = overdue(_items(rows), TODAY, min_days=min_days)
    assert sum(picture.bucket_amounts) == picture.gross
    assert sum(picture.bucket_counts) == picture.invoice_count
    assert sum((row.overdue for row in picture.debtors), Decimal(0)) == picture.gross
    assert sum(row.invoices for row in picture.debtors) == picture.invoice_count
    assert picture.net == picture.gross + picture.credits
    assert picture.gross >= 0 >= picture.credits
    assert len({row.debtor_id for row in picture.debtors}) == len(picture.debtors)
    late = [row for row in rows if row.due_date and (TODAY - row.due_date).days >= min_days]
    assert picture.invoice_count + picture.credit_count + len(picture.unvalued) == len(late)
    assert all(row.oldest_days >= min_days for row in picture.debtors)


@given(rows=invoices(), split=st.integers(2, 400))
def test_min_days_only_ever_leaves_out(rows: list[Invoice], split: int) -> None:
    items = _items(rows)
    whole, part = overdue(items, TODAY), overdue(items, TODAY, min_days=split)
    assert part.gross <= whole.gross
    assert part.credits >= whole.credits
    assert part.invoice_count <= whole.invoice_count


@given(rows=invoices())
def test_the_order_of_debtors_is_by_amount_and_then_by_age(rows: list[Invoice]) -> None:
    order = [(row.overdue, row.oldest_days) for row in overdue(_items(rows), TODAY).debtors]
    assert order == sorted(order, reverse=True)


@given(rows=invoices())
def test_balances_of_debtors_add_up_to_the_picture(rows: list[Invoice]) -> None:
    items = _items(rows)
    picture = overdue(items, TODAY)
    balances = [balance(items.of_debtor(key), TODAY) for key in items.debtor_ids()]
    assert sum((one.overdue for one in balances), Decimal(0)) == picture.gross
    assert sum((one.invoices for one in balances), 0) == len(rows)
    whole = balance(items.invoices.values(), TODAY)
    assert whole.open == sum((one.open for one in balances), Decimal(0))
    assert whole.credits == sum((one.credits for one in balances), Decimal(0))


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (91, "91+"), (900, "91+")],
)
def test_the_edges_of_the_buckets(days: int, bucket: str) -> None:
    assert BUCKETS[bucket_index(days)] == bucket


def test_an_invoice_is_overdue_the_day_after_it_was_due() -> None:
    item = open_item(Invoice(id="1", open_amount=Decimal(1), due_date=TODAY))
    assert not item.is_overdue(TODAY)
    assert item.is_overdue(TODAY + dt.timedelta(days=1))
    assert item.phase(TODAY) == "not_due"
    assert item.phase(TODAY + dt.timedelta(days=1)) == "overdue"


def test_a_credit_is_not_overdue_and_has_no_phase() -> None:
    item = open_item(Invoice(id="1", open_amount=Decimal(-1), due_date=dt.date(2020, 1, 1)))
    assert not item.is_overdue(TODAY)
    assert item.phase(TODAY) == ""


# --- phases ----------------------------------------------------------------------------------------------------------

STAMP = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@given(st.dictionaries(st.sampled_from(phases.STEP_FIELDS), st.integers(0, 900)))
def test_the_phase_of_an_invoice_is_the_furthest_step_taken_and_so_is_its_moment(taken: dict[str, int]) -> None:
    stamps = {name: STAMP + dt.timedelta(days=days) for name, days in taken.items()}
    item = open_item(Invoice.model_validate({"id": "1", **stamps}))
    furthest = max(taken, key=phases.STEP_FIELDS.index, default="")
    assert (item.step, item.step_at) == (furthest.removesuffix("_at"), stamps.get(furthest))


@pytest.mark.parametrize(("field", "phase"), [("first_reminder_at", "reminder_1"), ("first_summons_at", "summons_1")])
def test_the_deprecated_steps_count_where_the_new_ones_are_missing(field: str, phase: str) -> None:
    assert phases.invoice_step(Invoice.model_validate({"id": "1", field: STAMP})) == (phase, STAMP)


CASES = [
    ({}, "new"),
    ({"pre_summons_at": STAMP}, "pre_summons"),
    ({"first_summons_at": STAMP}, "summons_1"),
    ({"summons_2_at": STAMP, "pre_summons_at": STAMP}, "summons_2"),
    ({"notice_of_default_at": STAMP}, "notice_of_default"),
    ({"pre_judicial_at": STAMP}, "pre_judicial"),
    ({"forwarded_to_bailiff_at": STAMP, "pre_judicial_at": STAMP}, "bailiff"),
    ({"forwarded_to_bailiff_at": STAMP, "deactivated_at": STAMP}, "deactivated"),
    ({"paused_at": STAMP}, "new"),
]


@pytest.mark.parametrize(("fields", "phase"), CASES)
def test_the_phase_of_a_case(fields: dict[str, dt.datetime], phase: str) -> None:
    assert phases.case_phase(CreditCase.model_validate({"id": "1", **fields})) == phase
    assert phase in phases.CASE_PHASES


def test_the_furthest_of_several_phases() -> None:
    assert phases.furthest([]) == ""
    assert phases.furthest(["overdue", "reminder_2", "not_due"]) == "reminder_2"
    assert all(phases.furthest([phase]) == phase for phase in phases.INVOICE_PHASES)
