"""How late debtors pay: from what was paid and what is still open, the chance that an open invoice is paid on a day.

A delay is counted in days past the due date; less than nothing is early. For each delay there is the share paid on that
day among the invoices that had come so far unpaid (Kaplan and Meier's estimate of 1958), so that an invoice that is
still open counts for as long as it has been open: a debtor who stopped paying does not look punctual. A debtor's share
is drawn towards that of all debtors, as if `_PRIOR` invoices of an average debtor were among its own: two payments make
no habit. What fell due half a year ago counts half as much as what falls due now.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

EARLIEST, LATEST = -45, 365
"""Delays beyond these count as these."""

_DAYS = LATEST - EARLIEST + 1
_PRIOR = 5.0
_HALF_LIFE = 182.0
_TAIL = 90
"""How many of the last days tell how what is later still is paid."""


class Delay(NamedTuple):
    """An invoice of the past, or a `share` of one: when it fell due, and when that was paid; None where it is not.

    What is not is open now, or was settled without money on the day it `ended`.
    """

    debtor_id: str
    due_date: dt.date
    paid_on: dt.date | None
    share: float = 1.0
    ended: dt.date | None = None


class _Counts:
    """By delay: the invoices that were paid, and those that had come so far unpaid; weighted."""

    def __init__(self) -> None:
        self.paid: dict[int, float] = {}
        self._reached: dict[int, float] = {}
        """By the last delay at which each could still be paid."""

    def add(self, delay: int, weight: float, *, is_paid: bool) -> None:
        if is_paid:
            self.paid[delay] = self.paid.get(delay, 0.0) + weight
        # What is open today was not paid on the days before; today is not over.
        last = delay if is_paid else delay - 1
        if last >= EARLIEST:
            self._reached[last] = self._reached.get(last, 0.0) + weight

    def at_risk(self) -> list[float]:
        left, found = 0.0, [0.0] * _DAYS
        for delay in range(LATEST, EARLIEST - 1, -1):
            left += self._reached.get(delay, 0.0)
            found[delay - EARLIEST] = left
        return found


class Curve:
    """The chance that an invoice is still unpaid at the begin of a delay."""

    def __init__(self, hazards: list[float]) -> None:
        self._logs = [0.0]
        for hazard in hazards:
            self._logs.append(self._logs[-1] + math.log1p(-min(hazard, 0.999)))
        self._slope = (self._logs[-1] - self._logs[-1 - _TAIL]) / _TAIL

    def unpaid(self, delay: int, given: int) -> float:
        """That it is unpaid at the begin of `delay`, where it was at the begin of `given`."""
        return math.exp(self._log(delay) - self._log(given))

    def _log(self, delay: int) -> float:
        place = delay - EARLIEST
        if place < _DAYS:
            return self._logs[max(place, 0)]
        return self._logs[-1] + self._slope * (place - _DAYS)


class Delays:
    """What is known of all debtors' delays on a day. `known` is how many paid invoices there are of a debtor."""

    def __init__(self, delays: Iterable[Delay], today: dt.date) -> None:
        self.known: dict[str, float] = {}
        self._by_debtor: dict[str, _Counts] = {}
        self._all = _Counts()
        for delay in delays:
            self._add(delay, today)
        self._base = [
            self._all.paid.get(place + EARLIEST, 0.0) / at_risk if at_risk else 0.0
            for place, at_risk in enumerate(self._all.at_risk())
        ]
        self.of_all = Curve(self._base)

    def curve(self, debtor_id: str) -> Curve:
        """Of a debtor; that of all debtors where nothing is known of it."""
        counts = self._by_debtor.get(debtor_id)
        if counts is None:
            return self.of_all
        paid: Mapping[int, float] = counts.paid
        return Curve([
            (paid.get(place + EARLIEST, 0.0) + _PRIOR * base) / (at_risk + _PRIOR)
            for place, (base, at_risk) in enumerate(zip(self._base, counts.at_risk(), strict=True))
        ])  # fmt: skip

    def _add(self, one: Delay, today: dt.date) -> None:
        weight = one.share * 0.5 ** (max((today - one.due_date).days, 0) / _HALF_LIFE)
        days = min(max(((one.paid_on or one.ended or today) - one.due_date).days, EARLIEST), LATEST)
        for counts in (self._by_debtor.setdefault(one.debtor_id, _Counts()), self._all):
            counts.add(days, weight, is_paid=one.paid_on is not None)
        if one.paid_on is not None:
            self.known[one.debtor_id] = self.known.get(one.debtor_id, 0.0) + one.share
