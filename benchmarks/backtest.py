"""What the forecast of receipts is worth: made on days of the past, with what was known then, against what came.

The embedded Payt invents the past; the forecast knows nothing of how. What came of the invoices that were open on such
a day, payments less what was booked back, is what was forecast. Beside it stand forecasts made by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.earlier import as_of
from benchmarks.forecasts import FORECASTS, NOTHING, WEEK, Morning, Open, Paid
from benchmarks.scores import Made
from payt_mcp.receivables.insight.forecast import WEEKS
from payt_sandbox import World, build_world

SEEDS = (1, 2, 3)
TODAY = dt.date(2026, 11, 21)
MONTHS, INVOICES = 24, 12_000
_EACH = 60
"""Invoices for a debtor, on average."""
_CUTS_EVERY = 4 * WEEK
_FIRST_CUT = TODAY - dt.timedelta(weeks=52)
_OF_INVOICES = [
    "id", "debtor_id", "invoice_date", "due_date", "currency_code", "total_amount", "book_total_amount",
]  # fmt: skip
_MONEY = frozenset({"payment", "reversal"})


@dataclass
class Known:
    """An invoice with an amount in the books, and what was booked on it: (day, amount, whether money moved)."""

    debtor_id: str
    day: dt.date
    due: dt.date
    total: Decimal
    entries: list[tuple[dt.date, Decimal, bool]] = field(default_factory=list)

    def open_before(self, day: dt.date) -> Decimal:
        return self.total - sum((amount for booked, amount, _ in self.entries if booked < day), NOTHING)


def invoices_of(world: World) -> list[Known]:
    """Those of the main administration that a forecast can be made of; amounts in the currency of its books."""
    known: dict[str, Known] = {}
    currency = world.book(world.main_id).currency
    for row in world.rows(world.main_id, "invoices", _OF_INVOICES):
        total = row["book_total_amount"] or (row["total_amount"] if row["currency_code"] == currency else None)
        if total and row["due_date"] and row["invoice_date"]:
            day, due = dt.date.fromisoformat(row["invoice_date"]), dt.date.fromisoformat(row["due_date"])
            known[row["id"]] = Known(row["debtor_id"], day, due, Decimal(total))
    for row in world.rows(world.main_id, "payments"):
        if row["invoice_id"] in known:
            day, is_money = dt.date.fromisoformat(row["payment_date"]), row["transaction_type"] in _MONEY
            amount = Decimal(row["total_book_amount"] or row["total_amount"])
            known[row["invoice_id"]].entries.append((day, amount, is_money))
    return [invoice for invoice in known.values() if invoice.total > 0]


def cuts(apart: dt.timedelta = _CUTS_EVERY) -> Iterable[dt.date]:
    """The days on which forecasts are made, as long as all the weeks after are past."""
    cut = _FIRST_CUT
    while cut + WEEKS * WEEK <= TODAY:
        yield cut
        cut += apart


def morning_of(world: World, invoices: Sequence[Known], day: dt.date) -> Morning:
    """What was known of these invoices on the morning of a day."""
    paid, still_open = [], []
    for invoice in invoices:
        amount = invoice.open_before(day)
        if invoice.day >= day:
            continue
        if amount > 0:
            still_open.append(Open(invoice.debtor_id, invoice.due, amount))
        elif not amount:
            last = max(booked for booked, _, _ in invoice.entries if booked < day)
            paid.append(Paid(invoice.debtor_id, invoice.due, last))
    return Morning(day, as_of(world, day), paid, still_open)


def came_after(invoices: Sequence[Known], day: dt.date) -> list[Decimal]:
    """Week by week, the money that came from a day on of the invoices that were open that morning."""
    came = [NOTHING] * WEEKS
    for invoice in invoices:
        if invoice.day < day and invoice.open_before(day) > 0:
            for booked, amount, is_money in invoice.entries:
                if is_money and day <= booked < day + WEEKS * WEEK:
                    came[(booked - day) // WEEK] += amount
    return came


def backtest(
    seeds: Sequence[int] = SEEDS, count: int = INVOICES, apart: dt.timedelta = _CUTS_EVERY
) -> dict[str, dict[int, list[Made]]]:
    """Every forecast of every seed, by its name, on pasts of so many invoices."""
    found: dict[str, dict[int, list[Made]]] = {name: {seed: [] for seed in seeds} for name in FORECASTS}
    for seed in seeds:
        world = build_world(
            invoices=0, debtors=count // _EACH, seed=seed, today=TODAY, history=MONTHS, history_invoices=count
        )
        invoices = invoices_of(world)
        for cut in cuts(apart):
            morning, came = morning_of(world, invoices, cut), came_after(invoices, cut)
            for name, forecast in FORECASTS.items():
                weeks, bands = forecast(morning)
                found[name][seed].append(Made(cut, weeks, came, bands))
    return found
