"""Where a debtor stands today: all that the rules of the worklist look at. Amounts are the administration's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Chasing:
    """The overdue invoices that somebody may be reminded of, those with nothing against it.

    `step` is the furthest one taken of any of them, `step_at` the last day that one was, and None where none was;
    `contact_at` is when the debtor was reminded of any of them last. `direct` is how much of the amount Payt collects
    itself and may still come: direct debits not long due. `uncounted` have no amount in the administration's currency
    and are in no sum: what is open on them, by their own.
    """

    amount: Decimal = _ZERO
    invoices: int = 0
    oldest_days: int = 0
    step: str = ""
    step_at: dt.date | None = None
    contact_at: dt.date | None = None
    partly_paid: int = 0
    direct: Decimal = _ZERO
    uncounted: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Owing:
    """The invoices of a debtor. `overdue` is all that is overdue; `apart` is how much of it may not be chased, by why
    (`overdue_parts.APART`, or `disputed`); `credit` is the open credit, as a positive amount. Where all that is overdue
    is in collection and nothing else keeps it apart, `collecting` is the furthest step of it, and its last day.
    """

    overdue: Decimal = _ZERO
    open: Decimal = _ZERO
    oldest_days: int = 0
    apart: Mapping[str, Decimal] = field(default_factory=dict)
    chasing: Chasing = Chasing()
    credit: Decimal = _ZERO
    is_overdue: bool = False
    collecting: tuple[str, dt.date] | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """The correspondence. `waiting` are the days of incoming messages that nobody answered, `incoming` and `ours` the
    last of each, `bounced` when mail came back last, `noted` when a colleague wrote the last note that is not done
    with. What a mail program answered is in none of these, but in `automatic`, the day of the last.
    """

    waiting: Sequence[dt.date] = ()
    incoming: dt.date | None = None
    ours: dt.date | None = None
    bounced: dt.date | None = None
    automatic: dt.date | None = None
    noted: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Plans:
    """`proposed` is when the plan was proposed that nobody decided about, `offered` what it comes to in how many
    `terms` (of several, all together); `missed` are terms: when due, how much.
    """

    proposed: dt.date | None = None
    missed: Sequence[tuple[dt.date, Decimal]] = ()
    offered: Decimal = _ZERO
    terms: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """Open tasks of colleagues: those due by today, or at no day that is told (None), and the next one after that."""

    due: Sequence[tuple[dt.date | None, str]] = ()
    next: tuple[dt.date, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One debtor on one day.

    `has_address` is None where nobody looked. `limit` is the credit limit where it is exceeded. `paid` is the last
    payment of the last days, `taken_back` the last of those that were.
    """

    debtor_id: str
    today: dt.date
    number: str = ""
    name: str = ""
    owing: Owing = Owing()
    letters: Letters = Letters()
    plans: Plans = Plans()
    work: Work = Work()
    has_address: bool | None = None
    has_phone: bool = False
    remark: str = ""
    labels: Sequence[str] = ()
    limit: Decimal | None = None
    paid: tuple[dt.date, Decimal] | None = None
    taken_back: tuple[dt.date, Decimal] | None = None

    @property
    def chasing(self) -> Chasing:
        return self.owing.chasing

    def days_since(self, day: dt.date | None) -> int | None:
        return (self.today - day).days if day else None
