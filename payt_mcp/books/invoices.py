"""Finding invoices: open ones in the books, paid ones at Payt up to a stated bound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from payt_mcp.books.find import find_case, find_debtor
from payt_mcp.books.invoice_question import Question
from payt_mcp.books.paid_invoices import paid_invoices
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.books.several import Answered, pinned_among_several
from payt_mcp.payt.fields import selection
from payt_mcp.payt.models import Invoice
from payt_mcp.receivables import matching, sums
from payt_mcp.receivables.attention import flags_of, of_many
from payt_mcp.receivables.entries import INVOICE_FIELDS, DebtorEntry, OpenItem, open_item
from payt_mcp.receivables.in_order import joined
from payt_mcp.receivables.managers import debtors_of_manager
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.selection import Selection, Today, in_order
from payt_mcp.receivables.sums import Totals
from payt_mcp.steps import Steps, in_turns, parted
from payt_mcp.words.folding import normalized


@dataclass
class Matches:
    """The invoices found, in order.

    `totals` are what they come to. `uncompared` have no amount to compare with the limits; `unknown` are invoice
    numbers that matched nothing; `is_all` is False where the bound was reached before the list ended. Where nothing was
    found, `meant` are the debtors that were named or that the text fits, and `similar` those of a name like the text.
    `as_of` (UTC) is the moment whose state the books showed, where they were asked.
    """

    items: Sequence[OpenItem]
    totals: Totals = field(default_factory=Totals)
    uncompared: list[OpenItem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    is_all: bool = True
    meant: Sequence[DebtorEntry] = ()
    similar: Sequence[DebtorEntry] = ()
    scanned: int = 0
    as_of: dt.datetime | None = None


async def search(scope: Scope, question: Question) -> Matches:
    """The invoices that match. Raises InputError for a debtor or case that cannot be told, UpstreamError."""
    books = scope.account.books(scope.administration)
    if question.needs_books:
        await books.fresh(scope.progress)
    debtors = [await find_debtor(scope, value) for value in question.debtors]
    cases = [(await find_case(scope, value)).id for value in question.credit_cases]
    asked = _Asked(scope, question, debtors, cases)
    others: list[OpenItem] = []
    if not question.is_about_open:
        held = books.held if question.needs_books else None
        others, asked.is_all = await paid_invoices(scope, question, asked.selection(held))
    if not question.needs_books:
        return await in_turns(asked.matches(others))
    found = await books.reckoned(partial(asked.matches, others))
    found.as_of = books.as_of
    return found


@dataclass
class _Asked:
    """A question, and whom it names: what it comes to is told by the books and by what was read at Payt beside them."""

    scope: Scope
    question: Question
    debtors: Sequence[DebtorEntry]
    cases: Sequence[str]
    is_all: bool = True

    def matches(self, others: Sequence[OpenItem], items: OpenItems | None = None) -> Steps[Matches]:
        """Of the books, where they are asked, and of `others`."""
        question, today = self.question, self.scope.today
        derived = self.scope.account.books(self.scope.administration).derived
        chosen, scanned = self.selection(items), len(others)
        fitting: Sequence[OpenItem] = []
        if items is not None and question.status != "paid":
            others = [item for item in others if item.id not in items.invoices]
            order = "due_date" if question.order.endswith("days_overdue") else question.order  # that one is of the day
            if chosen.text is None:
                held = yield from derived.ordered(items, order)
            else:
                held = yield from derived.having(items, chosen.text.words, order)
            fitting = yield from replace(chosen, text=None).choose_in_steps(held)
        if others:
            fitting = [*fitting, *(yield from chosen.choose_in_steps(others))]
        if not fitting and chosen.text is not None and items is not None:
            fitting = yield from self._otherwise_spelt(chosen, items, others)
        found, uncompared = fitting, list[OpenItem]()
        if chosen.compares_amounts:
            found, uncompared = yield from _compared(chosen, fitting)
        is_whole = items is not None and not others and len(found) == len(items.invoices)
        totals = yield from derived.totals(items, today) if items and is_whole else sums.totals_in_steps(found, today)
        meant, similar = ((), ()) if found else (yield from self._meant(items))
        return Matches(
            (yield from _in_order(found, question, today, is_sorted=question.is_about_open)),
            totals,
            uncompared,
            self._unknown(fitting),
            self.is_all,
            meant,
            similar,
            scanned,
        )

    def selection(self, items: OpenItems | None) -> Selection:
        """What an invoice must be, as far as these books know."""
        question, today = self.question, self.scope.today
        ids = frozenset(debtor.id for debtor in self.debtors) if self.debtors else None
        if question.relation_manager and items is not None:
            theirs = debtors_of_manager(question.relation_manager, items.debtors.values())
            ids = theirs if ids is None else ids & theirs
        since, reasons = question.not_reminded_since, of_many(items) if items else None
        return Selection(
            overdue_on=today if question.status == "overdue" else None,
            debtor_ids=ids,
            case_ids=frozenset(self.cases) if self.cases else None,
            keys=frozenset(question.invoices) if question.invoices else None,
            due=question.due,
            invoiced=question.invoiced,
            paid=question.paid,
            amount=question.amount,
            total=question.total,
            partly_paid=question.partly_paid,
            currency=question.currency,
            phases=frozenset(question.phases),
            labels=frozenset(map(normalized, question.labels)),
            flags=frozenset(question.flags),
            flags_of=(lambda item: flags_of(reasons(item))) if reasons else None,
            today=today,
            updated_after=question.updated_after,
            unreminded_since=self.scope.begins(since) if since else None,
            text=matching.TextFilter(question.query, items.debtors) if question.query and items else None,
        )

    def _otherwise_spelt(
        self, chosen: Selection, items: OpenItems, others: Sequence[OpenItem]
    ) -> Steps[Sequence[OpenItem]]:
        """The invoices of debtors whose names have the words of the query in another spelling."""
        named: set[str] = set()
        for some in parted(list(items.debtors.values())):
            named.update(debtor.id for debtor in matching.otherwise_spelt(self.question.query, some))
            yield
        held = [item for key in named for item in items.of_debtor(key)] if self.question.status != "paid" else []
        candidates = [*held, *(item for item in others if item.debtor_id in named)]
        found = yield from replace(chosen, text=None).choose_in_steps(candidates)
        return (yield from joined(in_order(found, self.question.order, self.scope.today)))

    def _meant(self, items: OpenItems | None) -> Steps[tuple[Sequence[DebtorEntry], Sequence[DebtorEntry]]]:
        """Where nothing was found: the debtors that are named or that the text fits, and those of a similar name."""
        query = self.question.query
        if not query or items is None:
            return self.debtors, ()
        everybody = list(items.debtors.values())
        named = yield from matching.by_name_in_steps(query, everybody)
        meant = [one for one in self.debtors if one in named] if self.debtors else named
        return meant, () if meant else (yield from matching.resembling_in_steps(query, everybody))

    def _unknown(self, fitting: Sequence[OpenItem]) -> list[str]:
        asked = self.question.invoices
        keys = {key for item in fitting for key in (item.number, item.identifier, item.id)} if asked else set()
        return [key for key in asked if key not in keys]


def _compared(chosen: Selection, fitting: Sequence[OpenItem]) -> Steps[tuple[list[OpenItem], list[OpenItem]]]:
    """Those whose amounts fit, and those without one that could be compared."""
    found: list[OpenItem] = []
    uncompared: list[OpenItem] = []
    for some in parted(fitting):
        found += [item for item in some if chosen.amount_fits(item)]
        uncompared += [item for item in some if chosen.is_uncompared(item)]
        yield
    return found, uncompared


class InScope(NamedTuple):
    """An invoice, and the administration it is of."""

    scope: Scope
    item: OpenItem

    @property
    def id(self) -> str:
        """Its id among those of several administrations."""
        return pinned_among_several(self.scope, self.item.id)


def in_one_order(found: Sequence[Answered[Matches]], question: Question) -> Steps[list[InScope]]:
    """The invoices of several administrations in the order that was asked for. Amounts of different currencies are not
    compared: the first of each currency come in turn. Days overdue are those where each company is.
    """
    whose: dict[int, Scope] = {}
    apart: dict[str, list[OpenItem]] = {}
    for scope, matches in found:
        currency = (scope.administration.currency_code or "") if question.order.endswith("_amount") else ""
        for some in parted(matches.items):
            apart.setdefault(currency, []).extend(some)
            whose.update((id(item), scope) for item in some)
            yield
    sorted_: list[Sequence[OpenItem]] = []
    for items in apart.values():
        several = _in_order(items, question, lambda item: whose[id(item)].today)
        sorted_ += [(yield from several) if len(found) > 1 else items]
    listed: list[InScope] = []
    for turns in parted(zip_longest(*sorted_)):
        listed += [InScope(whose[id(item)], item) for turn in turns for item in turn if item is not None]
        yield
    return listed


async def invoices_as_items(scope: Scope, ids: Sequence[str]) -> dict[str, OpenItem]:
    """The invoices with these ids as they are now, paid ones too; those that are gone are left out."""
    found: dict[str, OpenItem] = {}
    currency = scope.administration.currency_code or ""
    look = scope.look()
    for chunk in chunks(ids):
        listed = await scope.account.payt.invoices(scope.id, fields=INVOICE_FIELDS, ids=chunk)
        look.take("invoices", listed.records)
        found |= {invoice.id: open_item(invoice, currency) for invoice in listed.records}
    return found


async def invoice_fields(scope: Scope, ids: Sequence[str], names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Payt's own fields of these invoices, by id."""
    found: dict[str, Mapping[str, Any]] = {}
    fields = ("id", *(selection(Invoice, name) for name in names if name != "id"))
    for chunk in chunks(ids):
        listed = await scope.account.payt.invoices(scope.id, fields=fields, ids=chunk)
        found |= {invoice.id: invoice.model_dump() for invoice in listed.records}
    return found


def _in_order(
    found: Sequence[OpenItem], question: Question, today: Today, *, is_sorted: bool = False
) -> Steps[Sequence[OpenItem]]:
    """In the order that was asked for; where none was, the invoice comes first whose number was typed. What `is_sorted`
    is so already, but for the days overdue, which are of the day.
    """
    is_sorted = is_sorted and not question.order.endswith("days_overdue")
    items = found if is_sorted else (yield from joined(in_order(found, question.order, today)))
    asked = matching.plain_key(question.query)
    if not asked or question.sort:
        return items
    numbered: list[OpenItem] = []
    others: list[OpenItem] = []
    for some in parted(items):
        for item in some:
            (numbered if item.is_numbered(asked) else others).append(item)
        yield
    return [*numbered, *others] if numbered else items
