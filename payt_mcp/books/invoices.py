"""Finding invoices: open ones in the books, paid ones at Payt up to a stated bound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from payt_mcp.books.again import IDS_A_REQUEST
from payt_mcp.books.find import find_case, find_debtor
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.books.several import Answered
from payt_mcp.errors import MissingError
from payt_mcp.payt.fields import selection
from payt_mcp.payt.models import Invoice
from payt_mcp.payt.resources import InvoiceFilters, InvoiceOrder
from payt_mcp.receivables import matching, sums
from payt_mcp.receivables.attention import flags_of, of_invoice
from payt_mcp.receivables.entries import INVOICE_FIELDS, DebtorEntry, OpenItem, is_open, open_item
from payt_mcp.receivables.managers import debtors_of_manager
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.selection import ANY, Between, Selection, by_days_overdue, in_turn, ordered
from payt_mcp.receivables.sums import Totals
from payt_mcp.words.folding import normalized

MOST_SCANNED, MOST_SCANNED_OF_A_TIME = 5_000, 20_000
"""How many paid invoices one search looks through: ten pages, and more where a period was asked about."""

_BOOKED_LATE = dt.timedelta(days=31)
"""A payment is booked after its date, and changes the invoice then; one that is dated ahead is changed before."""


@dataclass(frozen=True)
class Question:
    """What is searched for, in a caller's words; `status` is open, overdue, paid or all."""

    status: str = "open"
    query: str = ""
    debtors: Sequence[str] = ()
    invoices: Sequence[str] = ()
    credit_cases: Sequence[str] = ()
    relation_manager: str = ""
    currency: str = ""
    phases: Sequence[str] = ()
    flags: Sequence[str] = ()
    labels: Sequence[str] = ()
    partly_paid: bool = False
    due: Between = ANY
    invoiced: Between = ANY
    paid: Between = ANY
    amount: Between = ANY
    total: Between = ANY
    updated_after: dt.datetime | None = None
    not_reminded_since: dt.date | None = None
    sort: str = ""
    group_by: str = ""

    @property
    def is_about_open(self) -> bool:
        return self.status in {"open", "overdue"}

    @property
    def order(self) -> str:
        """Of the invoices; groups have orders of their own beside these."""
        sort = "" if self.sort.endswith("invoices") else self.sort
        return sort or ("due_date" if self.is_about_open else "-payment_date" if self.paid else "-due_date")

    @property
    def needs_books(self) -> bool:
        return self.status != "paid" or bool(self.query or self.flags or self.relation_manager)

    @property
    def month_of(self) -> str:
        """The date that a month is that of: the one that was asked about, else that of payment, else the due date."""
        if self.paid or self.status == "paid":
            return "paid_on"
        return "invoice_date" if self.invoiced or self.order.endswith("invoice_date") else "due_date"


@dataclass
class Matches:
    """The invoices found, in order.

    `totals` are what they come to. `uncompared` have no amount to compare with the limits; `unknown` are invoice
    numbers that matched nothing; `is_all` is False where the bound was reached before the list ended. Where nothing was
    found, `meant` are the debtors that were named or that the text fits, and `similar` those of a name like the text.
    """

    items: Sequence[OpenItem]
    totals: Totals = field(default_factory=Totals)
    uncompared: list[OpenItem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    is_all: bool = True
    meant: Sequence[DebtorEntry] = ()
    similar: Sequence[DebtorEntry] = ()
    scanned: int = 0


async def search(scope: Scope, question: Question) -> Matches:
    """The invoices that match. Raises InputError for a debtor or case that cannot be told, UpstreamError."""
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress) if question.needs_books else None
    debtors = [await find_debtor(scope, value) for value in question.debtors]
    chosen = await _selection(scope, question, debtors, items)
    others, is_all = ([], True) if question.is_about_open else await _paid(scope, question, chosen)
    scanned = len(others)
    whole: Sequence[OpenItem] = []
    fitting: Sequence[OpenItem] = []
    if items is not None and question.status != "paid":
        others = [item for item in others if item.id not in items.invoices]
        order = "due_date" if question.order.endswith("days_overdue") else question.order  # that one is of the day
        whole = books.derived.ordered(items, order)
        held = whole if chosen.text is None else books.derived.having(items, chosen.text.words, order)
        fitting = replace(chosen, text=None).choose(held)
    if others:
        fitting = [*fitting, *chosen.choose(others)]
    if not fitting and chosen.text is not None and items is not None:
        fitting = _otherwise_spelt(question.query, chosen, items, [*whole, *others])
        chosen = replace(chosen, text=None)
    found = [item for item in fitting if chosen.amount_fits(item)] if chosen.compares_amounts else fitting
    keys = {key for item in fitting for key in (item.number, item.identifier, item.id)} if question.invoices else set()
    similar: Sequence[DebtorEntry] = ()
    if not found and question.query and items is not None:
        named = matching.by_name(question.query, items.debtors.values())
        debtors = [one for one in debtors if one in named] if debtors else named
        similar = [] if debtors else matching.resembling(question.query, items.debtors.values())
    return Matches(
        _in_order(found, question, scope.today, is_sorted=question.is_about_open),
        books.derived.totals(items, scope.today) if items and found is whole else sums.totals(found, scope.today),
        [item for item in fitting if chosen.is_uncompared(item)] if chosen.compares_amounts else [],
        [key for key in question.invoices if key not in keys],
        is_all,
        [] if found else debtors,
        similar,
        scanned,
    )


def in_one_order(found: Sequence[Answered[Matches]], question: Question) -> list[tuple[Scope, OpenItem]]:
    """The invoices of several administrations in the order that was asked for. Amounts of different currencies are not
    compared: the first of each currency come in turn. Days overdue are those where each company is.
    """
    whose = {id(item): scope for scope, matches in found for item in matches.items}
    apart: dict[str, list[OpenItem]] = {}
    for scope, matches in found:
        currency = (scope.administration.currency_code or "") if question.order.endswith("_amount") else ""
        apart.setdefault(currency, []).extend(matches.items)
    in_order: list[Sequence[OpenItem]] = list(apart.values())
    if question.order.endswith("days_overdue"):
        in_order = [by_days_overdue(items, question.order, lambda item: whose[id(item)].today) for items in in_order]
    elif len(found) > 1:
        in_order = [_in_order(items, question, found[0].scope.today) for items in in_order]
    return [(whose[id(item)], item) for item in in_turn(in_order)]


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
    found: Sequence[OpenItem], question: Question, today: dt.date, *, is_sorted: bool = False
) -> Sequence[OpenItem]:
    """In the order that was asked for; where none was, the invoice comes first whose number was typed. What `is_sorted`
    is so already, but for the days overdue, which are of the day.
    """
    is_sorted = is_sorted and not question.order.endswith("days_overdue")
    items = found if is_sorted else ordered(found, question.order, today)
    asked = matching.plain_key(question.query)
    if asked and not question.sort:
        return sorted(items, key=lambda item: not item.is_numbered(asked))
    return items


def _otherwise_spelt(query: str, chosen: Selection, items: OpenItems, candidates: Sequence[OpenItem]) -> list[OpenItem]:
    """The invoices of debtors whose names have the words of a query in another spelling."""
    named = {debtor.id for debtor in matching.otherwise_spelt(query, items.debtors.values())}
    anything = replace(chosen, text=None)
    return list(anything.choose([item for item in candidates if item.debtor_id in named])) if named else []


async def _selection(
    scope: Scope, question: Question, debtors: Sequence[DebtorEntry], items: OpenItems | None
) -> Selection:
    cases = [(await find_case(scope, value)).id for value in question.credit_cases]
    today = scope.today
    ids = frozenset(debtor.id for debtor in debtors) if debtors else None
    if question.relation_manager and items is not None:
        theirs = debtors_of_manager(question.relation_manager, items.debtors.values())
        ids = theirs if ids is None else ids & theirs
    return Selection(
        overdue_on=today if question.status == "overdue" else None,
        debtor_ids=ids,
        case_ids=frozenset(cases) if cases else None,
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
        flags_of=(lambda item: flags_of(of_invoice(items, item))) if items else None,
        today=today,
        updated_after=question.updated_after,
        unreminded_since=scope.begins(question.not_reminded_since) if question.not_reminded_since else None,
        text=matching.TextFilter(question.query, items.debtors) if question.query and items else None,
    )


async def _paid(scope: Scope, question: Question, chosen: Selection) -> tuple[list[OpenItem], bool]:
    """Paid invoices read at Payt, as narrowly as its filters allow."""
    order = _order(question)
    filters: InvoiceFilters = {"paid": True, "order": order}
    if chosen.debtor_ids and len(chosen.debtor_ids) <= IDS_A_REQUEST:
        filters["debtor_ids"] = sorted(chosen.debtor_ids)
    if chosen.case_ids:
        filters["credit_case_ids"] = sorted(chosen.case_ids)
    since = _changed_since(scope, question)
    if since:
        filters["updated_after"] = since
    if question.invoices:
        return await _by_keys(scope, question.invoices, filters), True
    payt, look = scope.account.payt, scope.look()
    most = MOST_SCANNED_OF_A_TIME if question.paid or question.due or question.invoiced else MOST_SCANNED
    listed = await payt.invoices(scope.id, fields=INVOICE_FIELDS, most=most, **filters)
    look.take("invoices", listed.records)
    currency = scope.administration.currency_code or ""
    found = [open_item(invoice, currency) for invoice in listed.records]
    return found, listed.is_all or _is_past(question, order, found)


def _changed_since(scope: Scope, question: Question) -> dt.datetime | None:
    """No invoice that fits has been unchanged since: what was paid in a period was changed then, or later."""
    since = question.updated_after
    if question.paid.low:
        with suppress(OverflowError):  # the first days of the year 1
            booked = scope.begins(question.paid.low) - _BOOKED_LATE
            return max(since, booked) if since else booked
    return since


def _is_past(question: Question, order: InvoiceOrder, found: Sequence[OpenItem]) -> bool:
    """Whether a list that was not read to its end was read past all that fits: the newest come first."""
    if order == "due_date_desc" and question.due.low:
        return any(item.due_date and item.due_date < question.due.low for item in found)
    if order == "invoice_date_desc" and question.invoiced.low:
        return any(item.invoice_date and item.invoice_date < question.invoiced.low for item in found)
    return False


async def _by_keys(scope: Scope, keys: Sequence[str], filters: InvoiceFilters) -> list[OpenItem]:
    """Invoices by number, and by identifier and id what no number matched; one with a comma is asked for alone."""
    payt, look = scope.account.payt, scope.look()
    plain = [key for key in keys if "," not in key]
    found: dict[str, Invoice] = {}
    kinds: tuple[InvoiceFilters, ...] = ({"invoice_numbers": plain}, {"invoice_identifiers": plain}, {"ids": plain})
    for kind in kinds if plain else ():
        both: InvoiceFilters = {**filters, **kind}
        for invoice in (await payt.invoices(scope.id, fields=INVOICE_FIELDS, **both)).records:
            found.setdefault(invoice.id, invoice)
    for key in keys:
        if "," in key:
            try:
                invoice = await payt.invoice(scope.id, key, key_type="invoice_number", fields=INVOICE_FIELDS)
            except MissingError:
                continue
            found.setdefault(invoice.id, invoice)
    look.take("invoices", found.values())
    currency = scope.administration.currency_code or ""
    return [open_item(invoice, currency) for invoice in found.values() if not is_open(invoice)]


def _order(question: Question) -> InvoiceOrder:
    """Payt's own order nearest to the one asked for, it has none by amount or payment: the newest of a period first."""
    if not question.sort and question.invoiced:
        return "invoice_date_desc"
    orders: dict[str, InvoiceOrder] = {
        "due_date": "due_date_asc",
        "-due_date": "due_date_desc",
        "invoice_date": "invoice_date_asc",
        "-invoice_date": "invoice_date_desc",
    }
    return orders.get(question.order, "due_date_desc")
