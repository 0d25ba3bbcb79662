"""What must not be overlooked before somebody is chased, and which record says so: the one rule.

Every answer and every warning goes by it, so that one debtor at one moment is the same everywhere. A flag is

- `payment_plan`: an active plan that is named on the invoice or on its credit case. A plan of the debtor that no open
  invoice and no case of one names may be for any of them, and counts for all, until its terms are all paid.
- `paused`: the invoice was paused, or its credit case, or the debtor with all it owes.
- `with_bailiff`: the invoice was handed to a bailiff, or its credit case.
- `credit_open`: the invoice is an unmatched credit itself, or its debtor has one. A paid invoice has none.

A debtor has a flag where it, a case or a plan says so, or any of its open invoices; and `paused` where every one of
those that a reminder would be about was paused by itself: a few paused ones among many say nothing about the debtor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.phases import ATTENTION
from payt_mcp.receivables.records import CaseEntry
from payt_mcp.words.said import say, term
from payt_mcp.words.text import code

PAYMENT_PLAN, PAUSED, WITH_BAILIFF, CREDIT_OPEN = ATTENTION
Source = Literal["invoice", "credit_case", "debtor", "payment_plan"]
_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Reason:
    """A flag and the record that says so: `record` is the number of the case or the id of the plan."""

    flag: str
    source: Source
    record: str = ""

    @property
    def key(self) -> str:
        """The reason as text that two moments can be compared by."""
        return f"{self.flag} {self.source} {self.record}".rstrip()

    @property
    def named(self) -> str:
        """`credit case D2026-7`, `payment plan 23004`; "" where the invoice or the debtor says so itself."""
        if not self.record:
            return ""
        return say("{source} {record}", source=term(self.source.replace("_", " ")), record=code(self.record))


_ITSELF = {flag: Reason(flag, "invoice") for flag in ATTENTION}


@dataclass(frozen=True, slots=True)
class Part:
    """How much of what a debtor owes has a flag: `invoices` of `of` (its overdue invoices, where one of those has the
    flag, else its open ones), and what they come to in the books.
    """

    invoices: int
    of: int
    amount: Decimal
    is_of_overdue: bool

    @property
    def is_whole(self) -> bool:
        return self.invoices in (0, self.of)


@dataclass(frozen=True, slots=True)
class DebtorAttention:
    """The flags of a debtor in the order of `ATTENTION`, why, and of how much of what it owes."""

    reasons: Sequence[Reason]
    parts: dict[str, Part]

    @property
    def flags(self) -> list[str]:
        return flags_of(self.reasons)


def flags_of(reasons: Iterable[Reason]) -> list[str]:
    """Each flag once, in the order of `ATTENTION`."""
    found = {reason.flag for reason in reasons}
    return [flag for flag in ATTENTION if flag in found]


def of_invoice(books: OpenItems, item: OpenItem) -> list[Reason]:
    """Why an invoice must not be chased just like that. `books` hold its debtor, its case and that debtor's plans."""
    return _of_item(books, item, _of_all_it_owes(books, item.debtor_id))


def of_many(books: OpenItems) -> Callable[[OpenItem], list[Reason]]:
    """`of_invoice` for one invoice after the other, while the books stand: what is said of all that a debtor owes is
    found once.
    """
    known: dict[str, list[Reason]] = {}

    def of_one(item: OpenItem) -> list[Reason]:
        if item.debtor_id not in known:
            known[item.debtor_id] = _of_all_it_owes(books, item.debtor_id)
        return _of_item(books, item, known[item.debtor_id])

    return of_one


def of_each(books: OpenItems, debtor_id: str) -> list[tuple[OpenItem, list[Reason]]]:
    """The same of every open item of a debtor."""
    of_all = _of_all_it_owes(books, debtor_id)
    return [(item, _of_item(books, item, of_all)) for item in books.of_debtor(debtor_id)]


def of_case(case: CaseEntry) -> list[Reason]:
    """What a credit case says of every invoice in it."""
    flags = ((PAYMENT_PLAN, bool(case.plan_id)), (PAUSED, case.paused), (WITH_BAILIFF, case.with_bailiff))
    return [Reason(flag, "credit_case", case.number) for flag, is_set in flags if is_set]


def of_debtor(books: OpenItems, debtor_id: str, today: dt.date) -> DebtorAttention:
    """What must not be overlooked about a debtor of these books."""
    of_all = _of_all_it_owes(books, debtor_id)
    owed = [(item, _of_item(books, item, of_all)) for item in books.of_debtor(debtor_id) if item.is_owed]
    overdue = [pair for pair in owed if pair[0].is_overdue(today)]
    found = dict.fromkeys([*(reason for _, reasons in owed for reason in reasons), *of_all])
    if not all(_is_paused_apart(reasons) for _, reasons in overdue or owed):
        found.pop(Reason(PAUSED, "invoice"), None)
    said = sorted(found, key=lambda reason: ATTENTION.index(reason.flag))
    return DebtorAttention(said, {flag: _part(flag, owed, overdue) for flag in flags_of(said)})


def paused_alone(books: OpenItems, debtor_id: str, found: DebtorAttention) -> int:
    """How many invoices of a debtor were paused by themselves, where that is not `found` of the debtor."""
    if any(reason in found.reasons for reason in (Reason(PAUSED, "debtor"), Reason(PAUSED, "invoice"))):
        return 0
    return sum(item.is_owed and item.paused for item in books.of_debtor(debtor_id))


def _of_all_it_owes(books: OpenItems, debtor_id: str) -> list[Reason]:
    """What a debtor, its plans and its credits say of every invoice it owes."""
    debtor = books.debtors.get(debtor_id)
    paused = [Reason(PAUSED, "debtor")] if debtor is not None and debtor.paused else []
    credit = [Reason(CREDIT_OPEN, "debtor")] if books.has_credit(debtor_id) else []
    return [*paused, *_loose_plans(books, debtor_id), *credit]


def _of_item(books: OpenItems, item: OpenItem, of_all: Sequence[Reason]) -> list[Reason]:
    """Of an invoice on which nothing is open, only that its debtor is paused is left of what is said of all."""
    case = books.cases.get(item.case_id)
    others = of_all if item.is_owed else [reason for reason in of_all if reason.flag == PAUSED]
    return [*_of_itself(item), *(of_case(case) if case else ()), *others]


def _loose_plans(books: OpenItems, debtor_id: str) -> list[Reason]:
    """The active plans of a debtor that neither an open invoice of it names nor the case of one."""
    active = [plan.id for plan in books.plans.of_debtor(debtor_id) if plan.active]
    if not active:
        return []
    items = list(books.of_debtor(debtor_id))
    cases = (books.cases.get(key) for key in {item.case_id for item in items})
    named = {item.plan_id for item in items} | {case.plan_id for case in cases if case}
    return [Reason(PAYMENT_PLAN, "payment_plan", plan) for plan in active if plan not in named]


def _of_itself(item: OpenItem) -> list[Reason]:
    # Made of constants: a debtor can have thousands of invoices, and most of them say nothing.
    found = [_ITSELF[PAYMENT_PLAN]] if item.plan_id else []
    if item.paused:
        found.append(_ITSELF[PAUSED])
    if item.step == "bailiff":
        found.append(_ITSELF[WITH_BAILIFF])
    if item.is_credit:
        found.append(_ITSELF[CREDIT_OPEN])
    return found


def _is_paused_apart(reasons: Iterable[Reason]) -> bool:
    """Whether an invoice or its case was paused, and not its debtor alone."""
    return any(reason.flag == PAUSED and reason.source != "debtor" for reason in reasons)


_Reasoned = Sequence[tuple[OpenItem, Sequence[Reason]]]


def _part(flag: str, owed: _Reasoned, overdue: _Reasoned) -> Part:
    def flagged(some: _Reasoned) -> list[OpenItem]:
        return [item for item, reasons in some if any(reason.flag == flag for reason in reasons)]

    of, is_of_overdue = (overdue, True) if flagged(overdue) else (owed, False)
    items = flagged(of)
    amount = sum((item.book_open for item in items if item.book_open is not None), _ZERO)
    return Part(len(items), len(of), amount, is_of_overdue)
