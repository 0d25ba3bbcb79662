"""What is computed from the open items of an administration, kept for as long as they stand and brought up to date by
what changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from payt_mcp.receivables.aging import Balance, Overdue
from payt_mcp.receivables.attention import DebtorAttention, of_debtor
from payt_mcp.receivables.blocks import Blocks
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.running import RunningBalances, RunningOrders, RunningOverdue, RunningTotals
from payt_mcp.receivables.selection import in_order
from payt_mcp.receivables.sums import Totals
from payt_mcp.receivables.text_index import TextIndex
from payt_mcp.steps import Steps, parted
from payt_mcp.words.folding import Wanted

_MOST_PICTURES = 3
_FEW = 20
"""One in so many is sooner put in order by itself than picked out of all that are."""


class Derived:
    """Sums, orders and attention of some open items; of others than those before they are made anew."""

    def __init__(self, items: OpenItems) -> None:
        self._begin(items)

    def _begin(self, items: OpenItems) -> None:
        self._items = items
        self._orders = RunningOrders(items)
        self._texts: TextIndex | None = None
        self._pictures: dict[tuple[dt.date, int], RunningOverdue] = {}
        self._day: tuple[dt.date, RunningTotals, RunningBalances] | None = None
        self._attention: tuple[object, dict[str, DebtorAttention]] = (None, {})

    def overdue(self, items: OpenItems, today: dt.date, min_days: int) -> Overdue:
        """The overdue picture."""
        self._look_at(items)
        running = self._pictures.pop((today, min_days), None) or RunningOverdue(items, today, min_days)
        self._pictures = dict([*self._pictures.items(), ((today, min_days), running)][-_MOST_PICTURES:])
        return running.now()

    def ordered(self, items: OpenItems, sort: str) -> Steps[Sequence[OpenItem]]:
        """All of them in an order of `selection.ordered`, which stays as it is."""
        self._look_at(items)
        return self._orders.by(sort)

    def having(self, items: OpenItems, words: Wanted, sort: str) -> Steps[Sequence[OpenItem]]:
        """Those that have all words, in such an order."""
        self._look_at(items)
        self._texts = self._texts or TextIndex(items)
        found = yield from self._texts.having(words)
        if len(found) * _FEW < len(items.invoices):
            return Blocks((yield from in_order(list(found), sort)))
        whole = yield from self._orders.by(sort)
        if len(found) == len(whole):
            return whole
        chosen: list[OpenItem] = []
        for some in parted(whole):
            chosen += [item for item in some if item in found]
            yield
        return chosen

    def totals(self, items: OpenItems, today: dt.date) -> Steps[Totals]:
        """What all of them come to."""
        return self._on(items, today)[0].now()

    def balance(self, items: OpenItems, debtor_id: str, today: dt.date) -> Balance:
        """What one debtor owes."""
        return self._on(items, today)[1].of(debtor_id)

    def attention(self, items: OpenItems, debtor_id: str, today: dt.date) -> DebtorAttention:
        """What must not be overlooked about a debtor."""
        self._look_at(items)
        key = (items.version, id(items.cases), items.cases.version, items.plans.version, today)
        if self._attention[0] != key:
            self._attention = (key, {})
        known = self._attention[1]
        if debtor_id not in known:
            known[debtor_id] = of_debtor(items, debtor_id, today)
        return known[debtor_id]

    def _look_at(self, items: OpenItems) -> None:
        if self._items is not items:
            self._begin(items)

    def _on(self, items: OpenItems, today: dt.date) -> tuple[RunningTotals, RunningBalances]:
        self._look_at(items)
        if self._day is None or self._day[0] != today:
            self._day = (today, RunningTotals(items, today), RunningBalances(items, today))
        return self._day[1:]
