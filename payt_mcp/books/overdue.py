"""Who is overdue in one administration: of all open items, or of those a question is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from payt_mcp.books.scope import Scope
from payt_mcp.receivables import aging
from payt_mcp.receivables.attention import DebtorAttention
from payt_mcp.receivables.managers import debtors_of_manager
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.selection import Selection


@dataclass(frozen=True)
class OverdueQuestion:
    """What is asked about; empty means anything."""

    min_days: int = 1
    currency: str = ""
    relation_manager: str = ""
    phases: Sequence[str] = ()

    @property
    def is_about_all(self) -> bool:
        return not (self.currency or self.relation_manager or self.phases)


@dataclass(frozen=True)
class Drawn:
    """The overdue picture of an administration, the books it was drawn from, and what is unusual about them."""

    picture: aging.Overdue
    items: OpenItems
    as_of: dt.datetime
    notes: Sequence[str]
    by_debtor: dict[str, aging.DebtorOverdue]


async def draw(scope: Scope, question: OverdueQuestion) -> Drawn:
    """Raises UnknownRecordError and AmbiguousError for a relation manager that cannot be told, UpstreamError."""
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress)
    if question.is_about_all:
        picture = books.derived.overdue(items, scope.today, question.min_days)
    else:
        among = _selection(scope, question, items).choose(list(items.invoices.values()))
        picture = aging.overdue(items, scope.today, min_days=question.min_days, among=among)
    notes = [*books.unseen, *books.corrections(), *scope.caveats]
    return Drawn(picture, items, scope.here(books.as_of), notes, {row.debtor_id: row for row in picture.debtors})


def _selection(scope: Scope, question: OverdueQuestion, items: OpenItems) -> Selection:
    manager = question.relation_manager
    return Selection(
        debtor_ids=debtors_of_manager(manager, items.debtors.values()) if manager else None,
        currency=question.currency,
        phases=frozenset(question.phases),
        today=scope.today,
    )


def attention_of(scope: Scope, drawn: Drawn, debtor_id: str) -> DebtorAttention:
    return scope.account.books(scope.administration).derived.attention(drawn.items, debtor_id, scope.today)
