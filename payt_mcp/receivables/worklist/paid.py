"""When each debtor paid last, from what Payt booked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal

from payt_mcp.payt.models import Payment
from payt_mcp.receivables.insight.past import kind_of

LastPaid = tuple[dt.date, Decimal]
"""The day, and the amount in the administration's currency; 0 where Payt does not give that."""


def last_paid(payments: Iterable[Payment], debtor_of: Callable[[str], str]) -> dict[str, LastPaid]:
    """By the debtor's id, as `debtor_of` has it of an invoice's id ("" where it is nobody's): the last payment that was
    not taken back since.
    """
    found: dict[str, LastPaid] = {}
    taken_back: Counter[tuple[str, Decimal]] = Counter()
    for day, is_reversal, amount, invoice_id in sorted(_bookings(payments), reverse=True):
        booked = invoice_id, amount
        if is_reversal:
            taken_back[booked] += 1
        elif taken_back[booked]:
            taken_back[booked] -= 1
        elif debtor_id := debtor_of(invoice_id):
            found.setdefault(debtor_id, (day, amount))
    return found


def last_taken_back(payments: Iterable[Payment], debtor_of: Callable[[str], str]) -> dict[str, LastPaid]:
    """By the debtor's id: the last payment that was taken back, as by a chargeback, and the day Payt has of it."""
    found: dict[str, LastPaid] = {}
    for one in payments:
        debtor_id = debtor_of(one.invoice_id or "")
        if debtor_id and one.payment_date and kind_of(one) in {"reversal", "reversed"}:
            back = one.payment_date, abs(one.total_book_amount or Decimal("0.00"))
            found[debtor_id] = max(back, found.get(debtor_id, back))
    return found


def _bookings(payments: Iterable[Payment]) -> Iterable[tuple[dt.date, bool, Decimal, str]]:
    """Money that came, and money that was taken back: of one day the latter is the later."""
    for one in payments:
        kind = kind_of(one)
        if one.payment_date and kind in {"payment", "reversal"}:
            yield (
                one.payment_date,
                kind == "reversal",
                abs(one.total_book_amount or Decimal("0.00")),
                one.invoice_id or "",
            )
