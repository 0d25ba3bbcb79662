"""What the law would let a letter claim beside what is owed: the most, and what it comes to exactly. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payt_mcp.payt.models import Debtor
from payt_mcp.receivables.law.charges import Late, charges
from payt_mcp.receivables.law.countries import LAWS
from payt_mcp.receivables.law.interest import Balance
from payt_mcp.receivables.law.regime import Law, Regime
from payt_mcp.receivables.law.whom import is_business
from payt_mcp.words.said import say
from payt_mcp.writes.message.known import Entry

_AHEAD = dt.timedelta(days=31)
"""A letter may count interest up to the day it asks for."""

_VAT = Decimal("1.21")
_MOST_ALONE = 50


@dataclass(frozen=True)
class Lawful:
    """By the law of the debtor's country or of ours, whichever has more. `percent` is the highest of any day since the
    oldest due date; `most` by kind, and `exact` amounts with what they are, are in `currency`. `waits` says when a
    consumer owes costs, and that it is not yet so as far as the books tell.
    """

    country: str
    currency: str
    percent: Decimal
    interest_law: str
    costs_law: str
    most: Mapping[str, Decimal]
    exact: Mapping[Decimal, str] = field(default_factory=dict)
    waits: str = ""


def lawful_of(
    today: dt.date, ours: str | None, debtor: Debtor, entries: Sequence[Entry], costs_from: dt.date | None
) -> Lawful | None:
    """None where a law may be meant that there is no table for, or nothing is overdue that it speaks of."""
    theirs = debtor.postal_address.country_code if debtor.postal_address else None
    names = {country.strip().upper() for country in (theirs, ours) if country}
    if not names or not names <= LAWS.keys():
        return None
    found = [one for name in sorted(names) if (one := _of_law(today, LAWS[name], debtor, entries, costs_from))]
    if len(found) != len(names):
        return None
    first = max(found, key=lambda one: one.percent)
    if len({one.currency for one in found}) > 1:
        return None
    most = {kind: max(one.most[kind] for one in found) for kind in first.most}
    exact = {amount: what for one in found for amount, what in one.exact.items()}
    waits = first.waits if all(one.waits for one in found) else ""
    country = " or ".join(one.country for one in found)
    return Lawful(country, first.currency, first.percent, first.interest_law, first.costs_law, most, exact, waits)


def _of_law(
    today: dt.date, law: Law, debtor: Debtor, entries: Sequence[Entry], costs_from: dt.date | None
) -> Lawful | None:
    mine = [one for one in entries if one.currency == law.currency and not one.is_credit and one.due_date]
    late = [one for one in mine if one.due_date and one.due_date < (one.paid_on or today)]
    business = is_business(debtor.name, debtor.coc_number, debtor.vat_number)
    regimes = (law.business,) if business else (law.business, law.consumer)
    oldest = min((one.due_date for one in late if one.due_date), default=None)
    percent = _highest(regimes, oldest, today) if oldest else None
    if percent is None:
        return None
    most, exact = {"interest": Decimal(0), "costs": Decimal(0)}, dict[Decimal, str]()
    for regime in regimes:
        counted = charges([_late(one, whole=True) for one in late], law, regime, today + _AHEAD, costs_from=costs_from)
        one = counted.sums[law.currency]
        vat = _VAT if law.country == "NL" else Decimal(1)
        costs = max(one.costs or Decimal(0), counted.costs_after or Decimal(0))
        most["interest"] = max(most["interest"], one.interest)
        most["costs"] = max(most["costs"], costs * vat)
        exact |= _exact([_late(entry) for entry in late], law, regime, today)
    return Lawful(
        law.country, law.currency, percent, law.business.interest_law, law.business.costs_law, most, exact,
        "" if business else _waits(law, today, costs_from, is_reminded=any(one.step for one in late)),
    )  # fmt: skip


def _exact(lates: Iterable[Late], law: Law, regime: Regime, today: dt.date) -> dict[Decimal, str]:
    """What it comes to today, of all together and of each of the first ones."""
    lates, found = list(lates), dict[Decimal, str]()
    for some in (lates, *([one] for one in lates[:_MOST_ALONE])):
        counted = charges(some, law, regime, today)
        one = counted.sums[law.currency]
        found.setdefault(one.interest, say("interest by {law}, as of today", law=regime.interest_law))
        for costs in (one.costs, counted.costs_after):
            if costs:
                found.setdefault(costs, say("costs by {law}", law=regime.costs_law))
    return found


def _late(entry: Entry, *, whole: bool = False) -> Late:
    """`whole`: as if nothing had been paid, for the day of a part payment is not known."""
    paid = [(entry.paid_on, entry.total_amount or Decimal(0))] if entry.is_paid and entry.paid_on else []
    owed = max(entry.total_amount or entry.open_amount, entry.open_amount) if whole else entry.open_amount
    return Late(entry.number, entry.currency, entry.due_date, Balance(Decimal(0) if paid else owed, paid))


def _highest(regimes: Iterable[Regime], oldest: dt.date, today: dt.date) -> Decimal | None:
    """The highest rate of any day; None where the table does not have them all."""
    rates = [regime.terms.rates for regime in regimes if regime.terms]
    days = [oldest, today, *(since for one in rates for since, _ in one.steps if oldest < since < today)]
    found = [percent for one in rates for day in days if (percent := one.at(day)) is not None]
    is_known = all(one.at(day) is not None for one in rates for day in (oldest, today))
    return max(found) if found and is_known else None


def _waits(law: Law, today: dt.date, costs_from: dt.date | None, *, is_reminded: bool) -> str:
    if law.country == "BE" and not is_reminded:
        return say("14 days after a first reminder, which is free: Payt has none on record (art. XIX.2 WER)")
    if law.country != "NL" or (costs_from and costs_from <= today):
        return ""
    if costs_from is None:
        return say("after a letter that gave 14 days and said the costs: none is among our letters (art. 6:96(6) BW)")
    return say(
        "after a letter that gave 14 days and said the costs: ours runs until {day} (art. 6:96(6) BW)",
        day=costs_from - dt.timedelta(days=1),
    )
