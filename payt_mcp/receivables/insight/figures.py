"""The figures of a period and of the one before it; docs/figures.md has each definition and where it comes from.

Amounts in the administration's currency. A figure that cannot be said is None.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.insight.lines import NOTHING, Booking, LeftOut, Line, lines_of, value_of
from payt_mcp.receivables.insight.past import Past
from payt_mcp.receivables.insight.period import Period

_SETTLED = frozenset({"other", "unexplained"})


@dataclass
class Balance:
    """What was open at the end of a day: `net` all of it, `current` what was not past its due date, and of invoices
    alone, without credits, `gross` and `overdue`.
    """

    day: dt.date
    net: Decimal = NOTHING
    current: Decimal = NOTHING
    gross: Decimal = NOTHING
    overdue: Decimal = NOTHING

    def add(self, line: Line) -> None:
        open_ = line.open_at(self.day)
        is_past = line.due_date is not None and line.due_date < self.day
        self.net += open_
        self.current += NOTHING if is_past else open_
        if open_ > 0:
            self.gross += open_
            self.overdue += open_ if is_past else NOTHING


@dataclass
class Figures:
    """Of a period. `by_day` has what was collected by the day it was paid, `by_debtor` by who paid it."""

    period: Period
    opening: Balance
    closing: Balance
    payments: int = 0
    collected: Decimal = NOTHING
    reversed: Decimal = NOTHING
    written_off: Decimal = NOTHING
    settled: Decimal = NOTHING
    sales: Decimal = NOTHING
    by_day: dict[dt.date, Decimal] = field(default_factory=dict)
    by_debtor: dict[str, Decimal] = field(default_factory=dict)
    dso_counted_back: Decimal | None = None
    undone: Decimal = NOTHING
    """What was booked back after the period, on invoices that were paid on in it."""
    late_amount: Decimal = NOTHING
    late_days: Decimal = NOTHING
    """Amounts times days late."""

    @property
    def dso(self) -> Decimal | None:
        return _ratio(self.closing.net * self.period.days, self.sales)

    @property
    def best_possible_dso(self) -> Decimal | None:
        return _ratio(self.closing.current * self.period.days, self.sales)

    @property
    def days_late(self) -> Decimal | None:
        return _ratio(self.late_days, self.late_amount)

    @property
    def effectiveness(self) -> Decimal | None:
        """The collection effectiveness index, in per cent."""
        due = self.opening.net + self.sales
        return _ratio((due - self.closing.net) * 100, due - self.closing.current)

    @property
    def overdue_share(self) -> Decimal | None:
        """Per cent of what is open on invoices at the end."""
        return _ratio(self.closing.overdue * 100, self.closing.gross)

    def take(self, booking: Booking, due_date: dt.date | None, debtor_id: str) -> None:
        if not self.period.has(booking.date):
            return
        if booking.kind in {"reversal", "reversed"}:
            self.reversed += abs(booking.amount)
        elif booking.kind == "write_off":
            self.written_off += booking.amount
        elif booking.kind in _SETTLED:
            self.settled += booking.amount
        else:
            self._collect(booking, due_date, debtor_id)

    def look_back(self, line: Line) -> None:
        """Take what was booked back after the period of what was paid in it."""
        paid = (one.amount for one in line.bookings if one.kind == "payment" and self.period.has(one.date))
        back = (-one.amount for one in line.bookings if one.kind == "reversal" and one.date > self.period.last)
        self.undone += min(sum(paid, NOTHING), sum(back, NOTHING))

    def _collect(self, booking: Booking, due_date: dt.date | None, debtor_id: str) -> None:
        self.payments += 1
        self.collected += booking.amount
        self.by_day[booking.date] = self.by_day.get(booking.date, NOTHING) + booking.amount
        self.by_debtor[debtor_id] = self.by_debtor.get(debtor_id, NOTHING) + booking.amount
        if due_date is not None:
            self.late_amount += booking.amount
            self.late_days += booking.amount * (booking.date - due_date).days


@dataclass
class Compared:
    """A period, the one before, and what is in neither. The past was read from `begins` on, and `earliest` is the first
    day of anything in it.
    """

    now: Figures
    before: Figures
    left_out: LeftOut
    begins: dt.date
    earliest: dt.date | None

    @property
    def has_before(self) -> bool:
        """Whether all of the period before is known."""
        return self.before.period.first >= self.begins

    def movements(self, most: int) -> list[tuple[str, Decimal, Decimal]]:
        """The debtors that paid most more, or less, than in the period before: id, now, before."""
        now, before = self.now.by_debtor, self.before.by_debtor
        both = [(key, now.get(key, NOTHING), before.get(key, NOTHING)) for key in now.keys() | before.keys()]
        moved = [row for row in both if row[0] and row[1] != row[2]]
        return sorted(moved, key=lambda row: (-abs(row[1] - row[2]), row[0]))[:most]


def compare(past: Past, items: Mapping[str, OpenItem], period: Period) -> Compared:
    """The figures of a period and of the one before, of which nothing lies ahead and nothing before the past begins."""
    earlier, left_out = period.before(), LeftOut()
    balances = [Balance(day) for day in (earlier.first - dt.timedelta(days=1), earlier.last, period.last)]
    before, now = Figures(earlier, balances[0], balances[1]), Figures(period, balances[1], balances[2])
    sales: dict[dt.date, Decimal] = {}
    for line in lines_of(past, items, left_out, earlier.first):
        for balance in balances:
            balance.add(line)
        if line.invoice_date is not None:
            sales[line.invoice_date] = sales.get(line.invoice_date, NOTHING) + line.total
        for booking in line.bookings:
            if (
                line.total > 0 or booking.kind not in _SETTLED
            ):  # of a credit note that pays an invoice, one side is told
                now.take(booking, line.due_date, line.debtor_id)
                before.take(booking, line.due_date, line.debtor_id)
        now.look_back(line)
    _take_of_no_line(past, items, (now, before), left_out)
    for figures in (now, before):
        figures.sales = sum((sold for day, sold in sales.items() if figures.period.has(day)), NOTHING)
        figures.dso_counted_back = count_back(figures.closing.net, sales, figures.period.last, past.begins)
    days = [day for day in (*sales, *now.by_day, *before.by_day) if day >= past.begins]
    return Compared(now, before, left_out, past.begins, min(days, default=None))


def count_back(open_: Decimal, sales: Mapping[dt.date, Decimal], last: dt.date, begins: dt.date) -> Decimal | None:
    """Days of sales that are in what is open: the sales of each month up to `last` are taken off, the latest first, and
    its days counted, of the last one as many as its part. None where all that was sold since `begins` is less.
    """
    left, days, until = open_, Decimal(0), last
    while left > 0:
        first = until.replace(day=1)
        if first < begins:
            return None
        sold = sum((amount for day, amount in sales.items() if first <= day <= until), NOTHING)
        length = (until - first).days + 1
        if sold >= left:
            return days + left * length / sold
        left, days, until = left - sold, days + length, first - dt.timedelta(days=1)
    return days


def steps_of(figures: Figures) -> list[tuple[dt.date, Decimal]]:
    """What was collected in each week, by its first day in the period; by month where there are many weeks."""
    period, by_month = figures.period, figures.period.is_long
    found: dict[dt.date, Decimal] = {}
    for place in range(period.days):
        day = period.first + dt.timedelta(days=place)
        begin = day.replace(day=1) if by_month else day - dt.timedelta(days=day.weekday())
        begin = max(begin, period.first)
        found[begin] = found.get(begin, NOTHING) + figures.by_day.get(day, NOTHING)
    return sorted(found.items())


def _take_of_no_line(past: Past, items: Mapping[str, OpenItem], both: tuple[Figures, ...], left_out: LeftOut) -> None:
    """What was booked on invoices that are gone, or that have no amount in the books, though the entry has one."""
    since = both[-1].period.first
    for key in past.booked_on():
        paid, item = past.paid.get(key), items.get(key)
        currency = item.currency if item else paid.currency if paid else ""
        is_line = item.book_open is not None if item else paid is not None and paid.total is not None
        for entry in past.entries_of(key):
            amount = value_of(entry, currency == past.currency)
            if amount is None or entry.date is None:
                left_out.entries += entry.date is None or entry.date >= since
            elif not is_line:
                for figures in both:
                    debtor_id = item.debtor_id if item else paid.debtor_id if paid else ""
                    figures.take(Booking(entry.date, amount, entry.kind), None, debtor_id)


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole > 0 else None
