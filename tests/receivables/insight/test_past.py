"""What is kept of the past in few bytes is all that was put in, in whatever order it comes."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from payt_mcp.payt.models import Invoice, Payment
from payt_mcp.receivables.insight.past import Entry, Past, kind_of

DAYS = ("2026-10-01", "2026-10-02")
TOTALS = ("10.00", "25.50")

_invoices = st.tuples(st.just("invoice"), st.sampled_from("AB"), st.sampled_from(TOTALS), st.sampled_from((*DAYS, "")))
_payments = st.tuples(
    st.just("payment"), st.sampled_from("12345"), st.sampled_from("ABC"), st.sampled_from(TOTALS), st.sampled_from(DAYS)
)
_gone = st.tuples(st.just("gone"), st.sampled_from("12345"), st.booleans())
_deleted = st.tuples(st.just("deleted"), st.sampled_from("AB"))


def _payment(key: str, invoice: str, amount: str, day: str, **fields: Any) -> Payment:
    given: dict[str, Any] = {"id": key, "invoice_id": invoice, "total_amount": amount, "total_book_amount": amount}
    return Payment.model_validate({**given, "payment_date": day, "transaction_type": "payment", **fields})


def _invoice(key: str, total: str, paid_on: str) -> Invoice:
    open_ = "0.00" if paid_on else total
    return Invoice.model_validate(
        {"id": key, "total_amount": total, "open_amount": open_, "currency_code": "EUR", "payment_date": paid_on}
    )


@given(st.lists(st.one_of(_invoices, _payments, _gone, _deleted), max_size=25))
def test_entries_are_those_that_were_put_in_and_not_taken_out(steps: list[tuple[Any, ...]]) -> None:
    past, entries, paid = Past(dt.date(2026, 1, 1), "EUR"), dict[str, tuple[str, str, str]](), set[str]()
    homes: dict[str, str] = {}
    for kind, key, *rest in steps:
        if kind == "invoice":
            past.put_invoice(_invoice(key, *rest))
            (paid.add if rest[1] else paid.discard)(key)
        elif kind == "deleted":
            past.remove_invoice(key)
            paid.discard(key)
        elif kind == "payment" and homes.setdefault(key, rest[0]) == rest[0]:
            past.put_payment(_payment(key, *rest))
            entries[key] = (rest[0], rest[1], rest[2])
        elif kind == "gone":
            past.remove_payment(key, homes.get(key, "") if rest[0] else "")
            entries.pop(key, None)
    assert past.paid.keys() == paid
    copied = past.copy()
    found = {entry.id: (home, entry) for home in copied.booked_on() for entry in copied.entries_of(home)}
    assert found == {
        key: (home, Entry(key, dt.date.fromisoformat(day), Decimal(amount), Decimal(amount), "payment"))
        for key, (home, amount, day) in entries.items()
    }


def test_what_was_over_before_the_past_begins_is_not_kept() -> None:
    past = Past(dt.date(2026, 10, 2), "EUR")
    past.put_invoice(_invoice("A", "10.00", DAYS[0]))
    assert past.paid.keys() == {"A"}, "when it was made out is not known"
    old = {"id": "B", "open_amount": "0.00", "payment_date": DAYS[0], "invoice_date": "2026-09-01"}
    past.put_invoice(Invoice.model_validate(old))
    past.put_payment(_payment("1", "A", "10.00", DAYS[1]))
    past.put_payment(_payment("2", "A", "10.00", DAYS[0]))
    assert [entry.id for entry in past.entries_of("A")] == ["1"]
    past.put_payment(_payment("1", "A", "10.00", DAYS[0]))
    assert past.paid.keys() == {"A"}
    assert not past.entries_of("A")


def test_what_a_payment_is() -> None:
    day = DAYS[0]
    assert kind_of(_payment("1", "A", "10.00", day)) == "payment"
    assert kind_of(_payment("1", "A", "-10.00", day)) == "reversal"
    assert kind_of(_payment("1", "A", "-10.00", day, transaction_type="reversal", reversal_code="MD06")) == "reversal"
    assert kind_of(_payment("1", "A", "10.00", day, reversal_code="MD06")) == "reversed"
    assert kind_of(_payment("1", "A", "10.00", day, transaction_type="write_off")) == "write_off"
    assert kind_of(_payment("1", "A", "-10.00", day, transaction_type="credit")) == "other"
    assert kind_of(_payment("1", "A", "10.00", day, transaction_type=None)) == "payment"
