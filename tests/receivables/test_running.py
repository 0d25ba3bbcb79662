"""What follows the changes of open items is what would be made anew of all of them, after every change."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.receivables import blocks, in_order, running
from payt_mcp.receivables.aging import Overdue, balance, overdue
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.running import RunningBalances, RunningOrders, RunningOverdue, RunningTotals
from payt_mcp.receivables.selection import ordered
from payt_mcp.receivables.sums import Sums, Totals, totals
from payt_mcp.steps import at_once

TODAY = dt.date(2026, 11, 21)
SORTS = [f"{sign}{name}" for name in ("due_date", "invoice_date", "open_amount") for sign in ("", "-")]
AMOUNTS = st.sampled_from([None, "0.00", "-5.00", "5.00", "1000.10", "1000.10", "7.35"])
DAYS = st.none() | st.integers(-40, 200).map(lambda days: TODAY - dt.timedelta(days=days))

_invoice = st.builds(
    Invoice,
    id=st.integers(1, 12).map(str),
    debtor_id=st.integers(1, 4).map(str),
    currency_code=st.sampled_from(["EUR", "USD"]),
    open_amount=AMOUNTS.map(lambda text: None if text is None else Decimal(text)),
    total_amount=AMOUNTS.map(lambda text: None if text is None else Decimal(text)),
    book_open_amount=AMOUNTS.map(lambda text: None if text is None else Decimal(text)),
    due_date=DAYS,
    invoice_date=DAYS,
    reminder_1_at=st.none() | st.just(dt.datetime(2026, 10, 1, tzinfo=dt.UTC)),
)
_debtor = st.builds(Debtor, id=st.integers(1, 4).map(str), name=st.sampled_from(["Aa", "Bb", "Cc"]))
Steps = st.lists(_invoice | _debtor | st.integers(1, 12).map(str), max_size=40)


def change(items: OpenItems, step: Invoice | Debtor | str) -> None:
    if isinstance(step, Invoice):
        items.put_invoice(step)
    elif isinstance(step, Debtor):
        items.put_debtor(step)
    else:
        items.remove_invoice(step)


def said(picture: Overdue) -> dict[str, Any]:
    """A picture as it can be compared: of what is listed, nobody promises the order."""
    lists = {name: {item.id for item in getattr(picture, name)} for name in ("unvalued", "unbooked", "undated")}
    rows = [(row.debtor_id, row.overdue, row.invoices, row.oldest_days, row.phase) for row in picture.debtors]
    figures = (picture.credits, picture.credit_count, picture.bucket_amounts, picture.bucket_counts)
    return {**lists, "rows": rows, "figures": figures}


def come_to(found: Totals) -> dict[str, Any]:
    """Totals as they can be compared, likewise."""
    lists = {name: {item.id for item in getattr(found, name)} for name in ("unvalued", "unbooked")}
    return {**lists, "booked": found.booked, "own": found.own}


def one_by_one(items: OpenItems) -> dict[str, Any]:
    """The same reckoned by the plainest rule there is, an invoice after the other."""
    booked, own = Sums(), dict[str, Sums]()
    for item in items.invoices.values():
        of_books = item.book_open is not None
        for sums, open_, total in (
            (own.setdefault(item.currency, Sums()), item.open_amount, item.total_amount),
            (booked if of_books else Sums(), item.book_open, item.book_total),
        ):
            sums.items += 1
            sums.total += total or 0
            sums.credit_count += item.is_credit
            sums.credits += open_ if open_ and item.is_credit else 0
            sums.open += open_ if open_ and not item.is_credit else 0
            sums.overdue += open_ if open_ and item.is_overdue(TODAY) else 0
    return {"booked": booked, "own": own}


def assert_is_as_a_list(found: Sequence[OpenItem]) -> None:
    """Each way in which a part of it is taken gives what a list gives."""
    plain = list(found)
    assert len(found) == len(plain)
    assert [found[place] for place in range(-len(plain), len(plain))] == [*plain, *plain]
    for part in (slice(3), slice(2, 5), slice(4, 400), slice(-2, None), slice(None, None, -2)):
        assert found[part] == plain[part]
    with pytest.raises(IndexError):
        found[len(plain)]


@pytest.mark.parametrize("recalled", [300, 2])
@given(first=Steps, steps=Steps, skipped=st.integers(1, 4))
def test_sums_and_orders_are_those_of_all_items(
    recalled: int, first: list[Any], steps: list[Any], skipped: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(running, "_WORTHWHILE", recalled)
        patched.setattr(blocks, "_SIZE", 2)
        patched.setattr(in_order, "_SIZE", 2)
        patched.setattr(in_order, "_LOOKED_AT", 1)
        patched.setattr(in_order, "_MOST", 3)
        items = OpenItems("EUR")
        for step in first:
            change(items, step)
        sums, orders = [RunningOverdue(items, TODAY, days) for days in (1, 31)], RunningOrders(items)
        every, balances = RunningTotals(items, TODAY), RunningBalances(items, TODAY)
        kept: list[tuple[Sequence[OpenItem], list[OpenItem]]] = []
        for place, step in enumerate(steps):
            before, total = sums[0].now(), at_once(every.now())
            as_it_was, come_to_before = said(before), come_to(total)
            change(items, step)
            if place % skipped:
                continue  # several changes at once
            for days, running_ in zip((1, 31), sums, strict=True):
                assert said(running_.now()) == said(overdue(items, TODAY, min_days=days))
            for sort in SORTS:
                listed = at_once(orders.by(sort))
                assert list(listed) == ordered(items.invoices.values(), sort)
                assert_is_as_a_list(listed)
            assert all(list(was) == listed for was, listed in kept)
            kept += [(was, list(was)) for was in [at_once(orders.by("due_date"))]]
            assert come_to(at_once(every.now())) == come_to(totals(items.invoices.values(), TODAY))
            assert come_to(at_once(every.now())).items() >= one_by_one(items).items()
            for debtor_id in "1234":
                of_debtor = balance(items.of_debtor(debtor_id), TODAY)
                assert balances.of(debtor_id) == of_debtor
            assert come_to(total) == come_to_before
            assert said(before) == as_it_was  # whoever looks at it still sees what it said
