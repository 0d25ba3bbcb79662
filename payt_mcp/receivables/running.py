"""Sums and orders of open items that are brought up to date by what changed, instead of made anew from all.

Each gives what the function gives that makes it anew: `aging.overdue`, `aging.balance`, `sums.totals` and
`selection.ordered`. What can take long for 100,000 is made in steps.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from payt_mcp.receivables.aging import Balance, DebtorOverdue, Overdue, balance, by_size, overdue
from payt_mcp.receivables.blocks import Blocks
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import Change, OpenItems
from payt_mcp.receivables.selection import in_order, place_in
from payt_mcp.receivables.sums import Totals, totals, totals_in_steps
from payt_mcp.steps import Steps

_WORTHWHILE = 300
"""More changes than these are not followed one by one."""


class RunningOverdue:
    """The overdue picture of one day; what it gave stays as it was."""

    def __init__(self, items: OpenItems, today: dt.date, min_days: int) -> None:
        self.items = items
        self._today = today
        self._min_days = min_days
        self._latest = today - dt.timedelta(days=min_days)
        self._version = items.version
        self._begin()

    def now(self) -> Overdue:
        changes = changes_of(self.items, self._version)
        self._version = self.items.version
        if changes is None:
            self._begin()
        elif changes:
            self._follow(changes)
        return self._picture

    def _begin(self) -> None:
        self._picture = overdue(self.items, self._today, min_days=self._min_days)
        self._rows = {row.debtor_id: row for row in self._picture.debtors}
        self._ranks = {row.debtor_id: by_size(self.items, row) for row in self._picture.debtors}
        self._order: list[tuple[Decimal, int, str, str]] = list(self._ranks.values())

    def _follow(self, changes: Iterable[Change]) -> None:
        was = self._picture
        self._picture = replace(
            was,
            bucket_amounts=list(was.bucket_amounts),
            bucket_counts=list(was.bucket_counts),
            unvalued=list(was.unvalued),
            unbooked=list(was.unbooked),
            undated=list(was.undated),
            own=dict(was.own),
        )
        debtors: set[str] = set()
        for change in changes:
            debtors |= change.debtor_ids
            if change.before is not None:
                self._picture.count(change.before, self._today, self._latest, -1)
            if change.after is not None:
                self._picture.count(change.after, self._today, self._latest)
        for debtor_id in debtors:
            self._rank_anew(debtor_id)
        self._picture.debtors = [self._rows[key] for *_, key in self._order]

    def _rank_anew(self, debtor_id: str) -> None:
        before = self._ranks.pop(debtor_id, None)
        if before is not None:
            del self._order[bisect_left(self._order, before)], self._rows[debtor_id]
        row = self._row(debtor_id)
        if row.invoices:
            self._rows[debtor_id] = row
            self._ranks[debtor_id] = by_size(self.items, row)
            insort(self._order, self._ranks[debtor_id])

    def _row(self, debtor_id: str) -> DebtorOverdue:
        row, nothing = DebtorOverdue(debtor_id), Overdue()
        for item in self.items.of_debtor(debtor_id):
            if nothing.count(item, self._today, self._latest):
                row.add(item, self._today)
        return row


class RunningTotals:
    """What all open items come to on one day; what it gave stays as it was."""

    def __init__(self, items: OpenItems, today: dt.date) -> None:
        self._items = items
        self._today = today
        self._version = -1
        self._totals = Totals()

    def now(self) -> Steps[Totals]:
        changes = changes_of(self._items, self._version) if self._version >= 0 else None
        version = self._items.version
        if changes is None:
            found = yield from totals_in_steps(list(self._items.invoices.values()), self._today)
        elif changes:
            found = yield from self._following(changes)
        else:
            found = self._totals
        self._version, self._totals = version, found
        return found

    def _following(self, changes: Iterable[Change]) -> Steps[Totals]:
        was = self._totals
        now = Totals(was.booked, dict(was.own), list(was.unvalued), list(was.unbooked))
        for change in changes:
            for item, sign in ((change.before, -1), (change.after, 1)):
                if item is not None:
                    now.add(totals((item,), self._today), sign)
            yield
        return now


class RunningBalances:
    """What each debtor owes on one day, as it is asked for; what it gave stays as it was."""

    def __init__(self, items: OpenItems, today: dt.date) -> None:
        self._items = items
        self._today = today
        self._version = items.version
        self._known: dict[str, Balance] = {}

    def of(self, debtor_id: str) -> Balance:
        if self._version != self._items.version:
            self._follow()
        if debtor_id not in self._known:
            self._known[debtor_id] = balance(self._items.of_debtor(debtor_id), self._today)
        return self._known[debtor_id]

    def _follow(self) -> None:
        changes = changes_of(self._items, self._version)
        self._version = self._items.version
        if changes is None:
            self._known = {}
        for change in changes or ():
            for debtor_id in change.debtor_ids:
                self._known.pop(debtor_id, None)


class RunningOrders:
    """All open items in the orders that were asked for."""

    def __init__(self, items: OpenItems) -> None:
        self.items = items
        self._lists: dict[str, tuple[int, Blocks[OpenItem]]] = {}

    def by(self, sort: str) -> Steps[Sequence[OpenItem]]:
        """In this order, as `selection.ordered` knows them; it stays as it is."""
        version, known = self._lists.get(sort, (-1, Blocks[OpenItem](())))
        changes = changes_of(self.items, version) if version >= 0 else None
        version = self.items.version
        if changes is None:
            known = Blocks((yield from in_order(list(self.items.invoices.values()), sort)))
        else:
            place = place_in(sort)
            for change in changes:
                known = known.exchanged(change.before, change.after, place)
                yield
        self._lists[sort] = version, known
        return known


def changes_of(items: OpenItems, since: int) -> list[Change] | None:
    """What changed since a version; None where that is not known, or so much that making it anew is less work."""
    changes = items.changes(since)
    return changes if changes is not None and len(changes) <= _WORTHWHILE else None
