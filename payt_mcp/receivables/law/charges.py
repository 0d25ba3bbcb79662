"""What may be charged on late invoices as of a day, invoice by invoice and in sum. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.receivables.law.interest import Accrued, Balance, accrued
from payt_mcp.receivables.law.regime import Law, Regime

_DAY = dt.timedelta(days=1)
_FORTNIGHT = dt.timedelta(days=14)
_SATURDAY = 5
_NOTHING = Accrued(Decimal(0))


@dataclass(frozen=True)
class Late:
    """An invoice as far as the law looks at it; amounts in its currency. `reminded_on`: of its first reminder."""

    number: str
    currency: str
    due_date: dt.date | None
    balance: Balance
    reminded_on: dt.date | None = None


@dataclass(frozen=True)
class Charge:
    """What may be charged on one invoice. `owed` is what is open at the end of the day it is asked for, and `since` the
    first day of interest, None where none has begun. `costs` is None where they are not of a single invoice, or not in
    its currency.
    """

    late: Late
    owed: Decimal
    since: dt.date | None = None
    accrued: Accrued = _NOTHING
    costs: Decimal | None = None

    @property
    def interest(self) -> Decimal:
        return self.accrued.interest


@dataclass
class Sum:
    """The invoices of one currency: what is open, the interest, the costs (None where no law has any in it)."""

    owed: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    costs: Decimal | None = None

    @property
    def total(self) -> Decimal:
        return self.owed + self.interest + (self.costs or Decimal(0))


@dataclass(frozen=True)
class Charges:
    """Costs that need a letter or a clause first are in no sum: they stand in `costs_after`, in the law's currency."""

    regime: Regime
    rows: Sequence[Charge]
    sums: dict[str, Sum] = field(default_factory=dict)
    costs_after: Decimal | None = None

    @property
    def unknown_days(self) -> int:
        """The most days of one invoice that the table has no rate for."""
        return max((row.accrued.unknown_days for row in self.rows), default=0)


def charges(
    lates: Iterable[Late], law: Law, regime: Regime, as_of: dt.date, *, costs_from: dt.date | None = None
) -> Charges:
    """Invoices that are not late on that day bear nothing. Costs that need a letter are owed `costs_from` this day."""
    rows = [_charge(late, law, regime, as_of) for late in lates]
    found = Charges(regime, rows, _sums(rows))
    if regime.costs is None or regime.costs_of == "invoice":
        return found
    mine = found.sums.get(law.currency)
    late_in_all = sum((row.owed for row in rows if row.late.currency == law.currency and _is_late(row)), Decimal(0))
    costs = regime.costs(late_in_all) if mine and late_in_all > 0 else None
    if regime.costs_need == "clause" or (regime.costs_need and (costs_from is None or costs_from > as_of)):
        return Charges(regime, rows, found.sums, costs)
    if mine:
        mine.costs = costs
    return found


def default_since(late: Late, law: Law, regime: Regime) -> dt.date | None:
    """The first day that bears interest, by what the books know; None where it cannot be told or has not come."""
    if late.due_date is None:
        return None
    due = late.due_date
    if law.next_working_day and due.weekday() >= _SATURDAY:
        due += (7 - due.weekday()) * _DAY
    if regime.starts == "due":
        return due + _DAY
    return max(due, late.reminded_on + _FORTNIGHT) + _DAY if late.reminded_on else None


def _may_be_late(late: Late, as_of: dt.date) -> bool:
    """Nothing is counted from days that lie ahead: behind the last there is comes none."""
    is_due = late.due_date is not None and late.due_date < as_of
    return is_due and (late.reminded_on is None or late.reminded_on <= as_of)


def _is_late(row: Charge) -> bool:
    return row.since is not None and row.owed > 0


def _charge(late: Late, law: Law, regime: Regime, as_of: dt.date) -> Charge:
    owed = late.balance.at(as_of + _DAY)
    since = default_since(late, law, regime) if _may_be_late(late, as_of) else None
    if since is None or since > as_of:
        return Charge(late, owed)
    interest = accrued(late.balance, since, as_of, regime.terms) if regime.terms else _NOTHING
    costs = None
    if regime.costs and regime.costs_of == "invoice" and late.currency == law.currency:
        costs = regime.costs(late.balance.at(since))
    return Charge(late, owed, since, interest, costs)


def _sums(rows: Sequence[Charge]) -> dict[str, Sum]:
    found: dict[str, Sum] = {}
    for row in rows:
        mine = found.setdefault(row.late.currency, Sum())
        mine.owed += row.owed
        mine.interest += row.interest
        if row.costs is not None:
            mine.costs = (mine.costs or Decimal(0)) + row.costs
    return found
