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
    """An invoice of the past: when it fell due, and when it was paid in full; None where it is still open."""

    debtor_id: str
    due_date: dt.date
    paid_on: dt.date | None


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
        self.known: dict[str, int] = {}
        self._by_debtor: dict[str, _Counts] = {}
        self._all = _Counts()
        for debtor_id, due_date, paid_on in delays:
            self._add(debtor_id, due_date, paid_on, today)
        at_risk = self._all.at_risk()
        self._base = [
            self._all.paid.get(delay, 0.0) / at_risk[delay - EARLIEST] if at_risk[delay - EARLIEST] else 0.0
            for delay in range(EARLIEST, LATEST + 1)
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

    def _add(self, debtor_id: str, due_date: dt.date, paid_on: dt.date | None, today: dt.date) -> None:
        weight = 0.5 ** (max((today - due_date).days, 0) / _HALF_LIFE)
        delay = min(max(((paid_on or today) - due_date).days, EARLIEST), LATEST)
        counts = self._by_debtor.setdefault(debtor_id, _Counts())
        for one in (counts, self._all):
            one.add(delay, weight, is_paid=paid_on is not None)
        if paid_on is not None:
            self.known[debtor_id] = self.known.get(debtor_id, 0) + 1
