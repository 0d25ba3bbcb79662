"""When each debtor paid last: against a reckoning that goes through the bookings as they came."""

import datetime as dt
from decimal import Decimal
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import Payment
from payt_mcp.receivables.worklist.paid import LastPaid, last_paid

DEBTORS = {"1": "a", "2": "a", "3": "b", "4": ""}
Booked = tuple[int, str, int]
BOOKED = st.tuples(st.integers(0, 5), st.sampled_from(sorted(DEBTORS)), st.sampled_from([-20, -10, 10, 20]))


def reckoned(booked: list[Booked]) -> dict[str, LastPaid]:
    """Each invoice by itself, oldest first: what is taken back takes the newest payment of that amount away."""
    stays: dict[str, list[tuple[int, int]]] = {}
    for key, rows in groupby(sorted(booked, key=lambda row: row[1]), key=lambda row: row[1]):
        paid: list[tuple[int, int]] = []
        for day, _, amount in sorted(rows, key=lambda row: (row[0], -row[2])):
            same = [one for one in paid if one[1] == -amount]
            if amount > 0:
                paid.append((day, amount))
            elif same:
                paid.remove(max(same))
        stays.setdefault(DEBTORS[key], []).extend(paid)
    return {key: (on(max(paid)[0]), Decimal(max(paid)[1])) for key, paid in stays.items() if key and paid}


def on(day: int) -> dt.date:
    return dt.date(2026, 11, 1 + day)


@given(st.lists(BOOKED, max_size=12))
def test_the_last_payment_of_each_debtor_that_was_not_taken_back(booked: list[Booked]) -> None:
    payments = [
        Payment(
            id=str(place),
            invoice_id=key,
            payment_date=on(day),
            total_amount=Decimal(amount),
            total_book_amount=Decimal(amount),
        )
        for place, (day, key, amount) in enumerate(booked)
    ]
    assert last_paid(payments, DEBTORS.__getitem__) == reckoned(booked)
