"""What is read for an answer about the past and what follows from it; it is reckoned beside the other calls."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from anyio.to_thread import run_sync

from payt_mcp.books.find import find_debtor
from payt_mcp.books.permitted import permitted
from payt_mcp.books.scope import Scope
from payt_mcp.payt.models import PaymentPlan
from payt_mcp.receivables.entries import DebtorEntry, OpenItem
from payt_mcp.receivables.insight.behaviour import ENOUGH as ENOUGH_OF_ONE
from payt_mcp.receivables.insight.behaviour import Behaviour, behaviour
from payt_mcp.receivables.insight.figures import Compared, compare
from payt_mcp.receivables.insight.forecast import Expected
from payt_mcp.receivables.insight.lines import LeftOut, lines_of
from payt_mcp.receivables.insight.parts import Part, parts_of
from payt_mcp.receivables.insight.past import Past
from payt_mcp.receivables.insight.period import Period
from payt_mcp.receivables.insight.receipts import Receivable, receivable, without_precedent
from payt_mcp.receivables.insight.record import forecast
from payt_mcp.receivables.open_items import OpenItems

MOST_PLANS = 5_000
ENOUGH = 20
ENOUGH_TIME = dt.timedelta(weeks=26)
"""Payments, and the time since the first of them, without which nothing is forecast: no delay can be seen that is
longer than the record.
"""


@dataclass(frozen=True)
class Told:
    """What every answer from the past has: the open items it was held beside, and what the past goes back to."""

    items: OpenItems
    begins: dt.date
    as_of: dt.datetime
    notes: list[str]


@dataclass(frozen=True)
class ReadFigures:
    told: Told
    compared: Compared


@dataclass(frozen=True)
class ReadBehaviour:
    told: Told
    debtor: DebtorEntry
    behaviour: Behaviour


@dataclass(frozen=True)
class ReadForecast:
    """`expected` is None where too little was paid, or for too short a time. `paid` counts the payments it rests on,
    from `first` on, and `unknown` is what debtors owe of whom too little is known by themselves.
    """

    told: Told
    receivable: Receivable
    expected: Expected | None
    paid: int
    first: dt.date | None
    unknown: Decimal
    debtor: DebtorEntry | None


async def read_figures(scope: Scope, period: Period) -> ReadFigures:
    """The figures of a period and of the one before. Raises StillLoadingError, UpstreamError."""
    told, past, items = await _read(scope)
    return ReadFigures(told, await run_sync(compare, past, items, period))


async def read_behaviour(scope: Scope, debtor: str) -> ReadBehaviour:
    """One debtor's habits. Raises InputError, StillLoadingError, UpstreamError."""
    entry = await find_debtor(scope, debtor)
    told, past, items = await _read(scope)
    theirs = [item for item in items.values() if item.debtor_id == entry.id]
    paid = ((one, entries) for one, entries in past.of_debtor(entry.id) if one.id not in items)
    return ReadBehaviour(told, entry, behaviour(paid, theirs, scope.today))


async def read_forecast(scope: Scope, debtor: str) -> ReadForecast:
    """What is expected of all debtors, or of one. Raises InputError, StillLoadingError, UpstreamError."""
    entry = await find_debtor(scope, debtor) if debtor else None
    told, past, items = await _read(scope)
    plans: list[PaymentPlan] = []
    if any(item.plan_id for item in items.values()):
        refused = (
            "Payment plans could not be read (the token lacks payment_plans:read): what is in one counts as any other."
        )
        async with permitted(partial(told.notes.append, refused)):
            plans = (await scope.account.payt.payment_plans(scope.id, most=MOST_PLANS)).records
    mine = [item for item in items.values() if entry is None or item.debtor_id == entry.id]
    owed = receivable(mine, plans)
    parts = await run_sync(_parts, past, items)
    owed = without_precedent(owed, parts, scope.today)
    paid = Counter(part.debtor_id for part in parts if part.paid_on is not None)
    unknown = sum((one.amount for one in owed.owed if paid[one.debtor_id] < ENOUGH_OF_ONE), Decimal(0))
    first = min((part.paid_on for part in parts if part.paid_on is not None), default=None)
    is_enough = paid.total() >= ENOUGH and first is not None and scope.today - first >= ENOUGH_TIME
    reckon = partial(forecast, parts, owed.owed, scope.today, of_all=entry is None)
    expected = await run_sync(reckon) if is_enough else None
    return ReadForecast(told, owed, expected, paid.total(), first, unknown, entry)


def _parts(past: Past, items: dict[str, OpenItem]) -> list[Part]:
    return list(parts_of(lines_of(past, items, LeftOut(), past.begins)))


async def _read(scope: Scope) -> tuple[Told, Past, dict[str, OpenItem]]:
    """The open items, then what was paid: an invoice that is paid between the two is in both, and counts as open. Both
    are copies, of which no delta changes anything while a thread reckons with them.
    """
    books, history = scope.account.books(scope.administration), scope.account.history(scope.administration)
    await books.fresh(scope.progress)
    past = await history.whole(scope.today, scope.progress)
    items = books.held
    told = Told(items, past.begins, books.as_of, list(scope.caveats))
    return told, past.copy(), dict(items.invoices)
