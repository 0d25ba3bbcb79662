"""What is expected to come in, in words and rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from payt_mcp.receivables.insight.forecast import Expected
from payt_mcp.receivables.insight.receipts import Receivable
from payt_mcp.words import text as present


class Paid(NamedTuple):
    """How many payments there are, and since when."""

    payments: int
    first: dt.date | None


LIMITS = (
    "Of what is open now, by how late each debtor paid; invoices not made yet are not in it. A week's low and high "
    "leave out about 1 in 10 each; that a debtor stops paying shows only afterwards. No promise: docs/figures.md."
)
_REASONS = {
    "with_others": "in debt collection, in court or with a bailiff",
    "no_due_date": "without a due date",
    "beyond_plan": "beyond the terms of a payment plan",
    "without_precedent": "later than anything that was ever paid",
}


def summary_of(owed: Receivable, expected: Expected | None, currency: str) -> str:
    whole = sum((one.amount for one in owed.owed), Decimal(0))
    if expected is None:
        return f"{present.money(whole, currency)} is owed; too little was paid so far to say when it will come."
    total = expected.total
    return (
        f"Of {present.money(whole, currency)} owed, {present.money(total.expected)} is expected in "
        f"{len(expected.weeks)} weeks (low {present.money(total.low)}, high {present.money(total.high)}), "
        f"{present.money(expected.later)} later or never."
    )


def totals_of(expected: Expected) -> dict[str, str]:
    total = expected.total
    amounts = {
        "owed": expected.owed,
        "expected": total.expected,
        "low": total.low,
        "high": total.high,
        "later_or_never": expected.later,
    }
    return {name: f"{amount:.2f}" for name, amount in amounts.items()}


def week_rows(expected: Expected) -> list[dict[str, Any]]:
    return [
        {
            "from": week.begins.isoformat(),
            "expected": f"{week.expected:.2f}",
            "low": f"{week.low:.2f}",
            "high": f"{week.high:.2f}",
        }
        for week in expected.weeks
    ]


def notes_of(owed: Receivable, expected: Expected | None, paid: Paid, unknown: Decimal, currency: str) -> Iterator[str]:
    yield f"On record: {present.count(paid.payments, 'payment')}{f' since {paid.first}' if paid.first else ''}."
    if expected is None:
        yield "A forecast takes 20 payments, and 26 weeks since the first."
    else:
        days = present.count(expected.widths.days, "earlier day")
        held = f"held against what came after {days}" if expected.widths.days else "not held against earlier days"
        yield f"Low and high: {held}."
    if unknown and expected is not None:
        yield f"{present.money(unknown, currency)} is of debtors that paid fewer than 5 times: much as all debtors pay."
    if owed.unsaid:
        amounts = (f"{present.money(amount, currency)} {_REASONS[reason]}" for reason, amount in owed.unsaid.items())
        yield f"Not in it, as nothing can be said of it: {'; '.join(amounts)}."
    if owed.by_plan:
        yield f"By terms of payment plans: {present.money(owed.by_plan, currency)}."
    if owed.credits:
        yield f"Open credits taken off: {present.money(owed.credits, currency)}."
    if owed.left_out.invoices:
        totals = ", ".join(present.money(total, code) for code, total in sorted(owed.left_out.totals.items()))
        invoices = present.count(owed.left_out.invoices, "invoice")
        yield f"Not in it: {invoices} without an amount in the books ({totals})."
