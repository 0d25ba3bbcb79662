"""What each debtor owes, as the rules of the worklist look at it; brought up to date by what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.objections import speaks_against
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.overdue_parts import OverdueParts, overdue_parts
from payt_mcp.receivables.phases import furthest
from payt_mcp.receivables.running import changes_of
from payt_mcp.receivables.worklist.standing import Chasing, Owing
from payt_mcp.settings import Rules

_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Terms:
    """The day it is where the administration is, its time zone, and the rules."""

    today: dt.date
    zone: dt.tzinfo
    rules: Rules


class RunningOwings:
    """Of every debtor of these books on one day."""

    def __init__(self, items: OpenItems, terms: Terms) -> None:
        self._items = items
        self._terms = terms
        self._owings: dict[str, Owing] = {}
        self._version = -1
        self._beside = (-1, -1)

    def is_of(self, items: OpenItems, terms: Terms) -> bool:
        return self._items is items and self._terms == terms

    def now(self) -> Mapping[str, Owing]:
        """By the debtor's id. A case or a plan that changed may say another thing of any debtor."""
        items, beside = self._items, (self._items.cases.version, self._items.plans.version)
        changes = changes_of(items, self._version) if beside == self._beside else None
        if changes is None:
            self._owings = {key: owing_of(items, key, self._terms) for key in items.debtor_ids()}
        else:
            for key in {key for change in changes for key in change.debtor_ids}:
                self._owings[key] = owing_of(items, key, self._terms)
        self._version, self._beside = items.version, beside
        return self._owings


def owing_of(items: OpenItems, debtor_id: str, terms: Terms) -> Owing:
    """Of one debtor."""
    parts = overdue_parts(items, debtor_id, terms.today)
    credit = [item for item in items.of_debtor(debtor_id) if item.is_credit]
    disputed = [item for item in parts.others.items if _is_disputed(items, item, terms.rules)]
    chased = [item for item in parts.others.items if item not in disputed] if disputed else parts.others.items
    apart = {why: tally.booked for why, tally in parts.apart.items()}
    return Owing(
        overdue=parts.all.booked,
        open=_sum(item for item in items.of_debtor(debtor_id) if item.is_owed),
        oldest_days=_oldest(parts.all.items, terms.today),
        apart=apart | ({"disputed": _sum(disputed)} if disputed else {}),
        chasing=_chasing(chased, terms),
        credit=-_sum(credit),
        is_overdue=bool(parts.all.items),
        collecting=None if parts.others.items or parts.apart.keys() != {"in_collection"} else _collecting(parts, terms),
    )


def _collecting(parts: OverdueParts, terms: Terms) -> tuple[str, dt.date] | None:
    step = furthest(item.step for item in parts.all.items)
    on = _last((item.step_at for item in parts.all.items if item.step == step), terms.zone)
    return (step, on) if on else None


def _is_disputed(items: OpenItems, item: OpenItem, rules: Rules) -> bool:
    """A label of the invoice says so, or one of its credit case."""
    case = items.cases.get(item.case_id) if item.case_id else None
    labels = (*item.labels, *case.labels) if case is not None else item.labels
    return bool(labels) and rules.applies("in_dispute") and speaks_against(labels)


def _chasing(items: Sequence[OpenItem], terms: Terms) -> Chasing:
    if not items:
        return Chasing()
    latest = terms.rules.direct_debit_days
    step = furthest(item.step for item in items if item.step)
    return Chasing(
        amount=_sum(items),
        invoices=len(items),
        oldest_days=_oldest(items, terms.today),
        step=step,
        step_at=_last((item.step_at for item in items if item.step == step), terms.zone),
        contact_at=_last((moment for item in items for moment in _contacts(item)), terms.zone),
        partly_paid=sum(item.is_partly_paid for item in items),
        direct=_sum(item for item in items if item.is_direct_debit and item.days_overdue(terms.today) <= latest),
        uncounted=_uncounted(items),
    )


def _contacts(item: OpenItem) -> Iterable[dt.datetime | None]:
    """When the debtor was told of it: that an invoice may be collected told it nothing."""
    return item.reminded_at, item.step_at if item.step != "collectable" else None


def _last(moments: Iterable[dt.datetime | None], zone: dt.tzinfo) -> dt.date | None:
    last = max(filter(None, moments), default=None)
    return last.astimezone(zone).date() if last else None


def _uncounted(items: Iterable[OpenItem]) -> Mapping[str, Decimal]:
    found: dict[str, Decimal] = {}
    for item in items:
        if item.book_open is None:
            found[item.currency] = found.get(item.currency, _ZERO) + (item.open_amount or _ZERO)
    return found


def _oldest(items: Iterable[OpenItem], today: dt.date) -> int:
    return max((item.days_overdue(today) for item in items), default=0)


def _sum(items: Iterable[OpenItem]) -> Decimal:
    return sum((item.book_open for item in items if item.book_open is not None), _ZERO)
