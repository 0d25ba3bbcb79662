"""What is read for an answer about the past and what follows from it; it is reckoned beside the other calls."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from anyio.to_thread import run_sync

from payt_mcp.books.find import find_debtor
from payt_mcp.books.permitted import permitted
from payt_mcp.books.scope import Scope
from payt_mcp.payt.models import PaymentPlan
from payt_mcp.receivables.insight.behaviour import Behaviour, behaviour
from payt_mcp.receivables.insight.figures import Compared, Period, compare
from payt_mcp.receivables.insight.forecast import Expected
from payt_mcp.receivables.insight.lines import LeftOut, lines_of
from payt_mcp.receivables.insight.parts import parts_of
from payt_mcp.receivables.insight.past import Past
from payt_mcp.receivables.insight.receipts import Receivable, receivable
from payt_mcp.receivables.insight.record import forecast
from payt_mcp.receivables.open_items import DebtorEntry, OpenItem, OpenItems

MOST_PLANS = 5_000
ENOUGH = 20
"""Paid invoices without which nothing is forecast."""

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Told:
    """What every answer from the past has: the open items it was held beside, and what the past goes back to."""

    items: OpenItems
    begins: dt.date
    as_of: dt.datetime
    notes: list[str]


@dataclass(frozen=True)
class Forecast:
    """`expected` is None where too little was paid. `paid` are the invoices it rests on, and `unknown` is what debtors
    owe of whom too little is known by itself.
    """

    told: Told
    receivable: Receivable
    expected: Expected | None
    paid: int
    debtor: DebtorEntry | None


async def read_figures(scope: Scope, period: Period) -> tuple[Told, Compared]:
    """The figures of a period and of the one before. Raises StillLoadingError, UpstreamError."""
    told, past, items = await _read(scope)
    return told, await run_sync(compare, past, items, period)


async def read_behaviour(scope: Scope, debtor: str) -> tuple[Told, DebtorEntry, Behaviour]:
    """One debtor's habits. Raises InputError, StillLoadingError, UpstreamError."""
    entry = await find_debtor(scope, debtor)
    told, past, items = await _read(scope)
    theirs = [item for item in items.values() if item.debtor_id == entry.id]
    return told, entry, behaviour(past.of_debtor(entry.id), theirs, scope.today)


async def read_forecast(scope: Scope, debtor: str) -> Forecast:
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
    expected, paid = await run_sync(_forecast, past, items, owed, scope.today)
    return Forecast(told, owed, expected, paid, entry)


def _forecast(past: Past, items: dict[str, OpenItem], owed: Receivable, today: dt.date) -> tuple[Expected | None, int]:
    parts = list(parts_of(lines_of(past, items, LeftOut(), past.begins)))
    paid = sum(1 for part in parts if part.paid_on is not None)
    return (forecast(parts, owed.owed, today) if paid >= ENOUGH else None), paid


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
