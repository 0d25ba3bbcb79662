"""Interest on what is owed, day by day: simple or compound, with what was paid in between. Pure.

The first day is the one after the due date, and the day of payment still counts: an invoice that was due on the 1st and
is paid on the 12th bears eleven days.
"""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from payt_mcp.receivables.law.rates import Rates

_DAY = dt.timedelta(days=1)
_CENT = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """How a law counts. `compound`: each full year's interest bears interest itself. `fixed`: the rate of the first day
    is that of the whole debt. `actual`: a day of a leap year is one of 366, else every day is one of 365.
    """

    rates: Rates
    compound: bool = False
    fixed: bool = False
    actual: bool = False


@dataclass(frozen=True)
class Balance:
    """What is owed now, and what was paid before: each payment counts from the day after it."""

    owed: Decimal
    payments: Sequence[tuple[dt.date, Decimal]] = ()

    def at(self, day: dt.date) -> Decimal:
        return self.owed + sum((amount for paid, amount in self.payments if paid >= day), _ZERO)


@dataclass(frozen=True)
class Accrued:
    """Interest in cents, the days it is of, the percentages it was counted with in their order, and the days among them
    that no rate is known for, and that bear nothing here.
    """

    interest: Decimal
    days: int = 0
    percents: tuple[Decimal, ...] = ()
    unknown_days: int = 0


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def accrued(balance: Balance, first: dt.date, last: dt.date, terms: Terms) -> Accrued:
    """Interest of all days from the first to the last, both included."""
    total = in_year = capital = _ZERO
    percents: dict[Decimal, None] = {}
    days = unknown = 0
    years = set(_anniversaries(first, last)) if terms.compound else set()
    for begin, end in _spans(balance, first, last, terms, years):
        if begin in years:
            capital, in_year = capital + in_year, _ZERO
        owed = balance.at(begin)
        if owed <= 0:
            continue
        days += (end - begin).days
        percent = terms.rates.at(first if terms.fixed else begin)
        if percent is None:
            unknown += (end - begin).days
            continue
        year = 366 if terms.actual and isleap(begin.year) else 365
        interest = (owed + capital) * percent * (end - begin).days / (100 * year)
        percents[percent] = None
        total, in_year = total + interest, in_year + interest
    return Accrued(cents(total), days, tuple(percents), unknown)


def _spans(
    balance: Balance, first: dt.date, last: dt.date, terms: Terms, years: set[dt.date]
) -> Iterator[tuple[dt.date, dt.date]]:
    """The days in parts in which neither rate, balance nor year changes, each with the day behind it."""
    cuts = {*terms.rates.cuts(), *years, *(paid + _DAY for paid, _ in balance.payments if paid <= last)}
    if terms.actual:
        cuts |= {dt.date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    inner = sorted(cut for cut in cuts if first < cut <= last)
    edges = [first, *inner, last + _DAY] if first <= last else []
    yield from pairwise(edges)


def _anniversaries(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for year in range(first.year + 1, last.year + 1):
        is_leap_day = (first.month, first.day) == (2, 29) and not isleap(year)
        yield dt.date(year, 2, 28) if is_leap_day else first.replace(year=year)
