"""Finding invoices: open ones in the books, paid ones at Payt up to a stated bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from payt_mcp.books.find import find_case, find_debtor
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import MissingError
from payt_mcp.payt.fields import selection
from payt_mcp.payt.models import Invoice
from payt_mcp.payt.resources import InvoiceFilters, InvoiceOrder
from payt_mcp.receivables import matching
from payt_mcp.receivables.open_items import INVOICE_FIELDS, DebtorEntry, OpenItem, OpenItems, is_open, open_item
from payt_mcp.receivables.selection import Selection, ordered

MOST_SCANNED = 5_000
"""How many paid invoices one search looks through: ten pages."""


@dataclass(frozen=True)
class Question:
    """What is searched for, in a caller's words; `status` is open, overdue, paid or all."""

    status: str = "open"
    query: str = ""
    debtors: Sequence[str] = ()
    invoices: Sequence[str] = ()
    credit_cases: Sequence[str] = ()
    due_from: date | None = None
    due_to: date | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    updated_after: datetime | None = None
    sort: str = ""

    @property
    def is_about_open(self) -> bool:
        return self.status in {"open", "overdue"}

    @property
    def order(self) -> str:
        return self.sort or ("due_date" if self.is_about_open else "-due_date")


@dataclass
class Matches:
    """The invoices found, in order.

    `uncompared` have no amount to compare with the limits; `unknown` are invoice numbers that matched nothing;
    `is_all` is False where the bound was reached before the list ended. Where nothing was found, `meant` are the
    debtors that were named or that the text fits, and `similar` those of a name like the text.
    """

    items: list[OpenItem]
    uncompared: list[OpenItem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    is_all: bool = True
    meant: Sequence[DebtorEntry] = ()
    similar: Sequence[DebtorEntry] = ()


async def search(scope: Scope, question: Question) -> Matches:
    """The invoices that match. Raises InputError for a debtor or case that cannot be told, UpstreamError."""
    needs_books = question.status != "paid" or bool(question.query)
    books = scope.account.books(scope.administration)
    items = await books.fresh(scope.progress) if needs_books else None
    debtors = [await find_debtor(scope, value) for value in question.debtors]
    chosen = await _selection(scope, question, debtors, items)
    candidates, is_all = ([], True) if question.is_about_open else await _paid(scope, question, chosen)
    if question.status != "paid":
        assert items is not None
        others = [item for item in candidates if item.id not in items.invoices]
        candidates = [*books.ordered(items, question.order), *others]
    fitting = chosen.choose(candidates)
    if not fitting and chosen.text is not None and items is not None:
        fitting = _otherwise_spelt(question.query, chosen, items, candidates)
        chosen = replace(chosen, text=None)
    found = [item for item in fitting if chosen(item)] if chosen.compares_amounts else fitting
    keys = {key for item in fitting for key in (item.number, item.identifier, item.id)} if question.invoices else set()
    similar: Sequence[DebtorEntry] = ()
    if not found and question.query and items is not None:
        named = matching.by_name(question.query, items.debtors.values())
        debtors = [one for one in debtors if one in named] if debtors else named
        similar = [] if debtors else matching.resembling(question.query, items.debtors.values())
    return Matches(
        _in_order(found, question),
        [item for item in fitting if item.book_open is None] if chosen.compares_amounts else [],
        [key for key in question.invoices if key not in keys],
        is_all,
        [] if found else debtors,
        similar,
    )


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


def _in_order(found: Sequence[OpenItem], question: Question) -> list[OpenItem]:
    """In the order that was asked for; where none was, the invoice comes first whose number was typed."""
    items = ordered(found, question.order)
    asked = matching.plain_key(question.query)
    if asked and not question.sort:
        items.sort(key=lambda item: asked not in (item.number.casefold(), item.identifier.casefold()))
    return items


def _otherwise_spelt(query: str, chosen: Selection, items: OpenItems, candidates: Sequence[OpenItem]) -> list[OpenItem]:
    """The invoices of debtors whose names have the words of a query in another spelling."""
    named = {debtor.id for debtor in matching.otherwise_spelt(query, items.debtors.values())}
    anything = replace(chosen, text=None)
    return [item for item in candidates if item.debtor_id in named and anything.fits_but_amount(item)] if named else []


async def _selection(
    scope: Scope, question: Question, debtors: Sequence[DebtorEntry], items: OpenItems | None
) -> Selection:
    cases = [(await find_case(scope, value)).id for value in question.credit_cases]
    today = scope.account.today(scope.administration)
    return Selection(
        overdue_on=today if question.status == "overdue" else None,
        debtor_ids=frozenset(debtor.id for debtor in debtors) if debtors else None,
        case_ids=frozenset(cases) if cases else None,
        keys=frozenset(question.invoices) if question.invoices else None,
        due_from=question.due_from,
        due_to=question.due_to,
        min_amount=question.min_amount,
        max_amount=question.max_amount,
        updated_after=question.updated_after,
        text=matching.TextFilter(question.query, items.debtors) if question.query and items else None,
    )


async def _paid(scope: Scope, question: Question, chosen: Selection) -> tuple[list[OpenItem], bool]:
    """Paid invoices read at Payt, as narrowly as its filters allow."""
    filters: InvoiceFilters = {"paid": True, "order": _order(question.order)}
    if chosen.debtor_ids:
        filters["debtor_ids"] = sorted(chosen.debtor_ids)
    if chosen.case_ids:
        filters["credit_case_ids"] = sorted(chosen.case_ids)
    if question.updated_after:
        filters["updated_after"] = question.updated_after
    if question.invoices:
        return await _by_keys(scope, question.invoices, filters), True
    payt, look = scope.account.payt, scope.look()
    listed = await payt.invoices(scope.id, fields=INVOICE_FIELDS, most=MOST_SCANNED, **filters)
    look.take("invoices", listed.records)
    currency = scope.administration.currency_code or ""
    return [open_item(invoice, currency) for invoice in listed.records], listed.is_all


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


def _order(sort: str) -> InvoiceOrder:
    """Payt's own order nearest to the one asked for: it has none by amount."""
    orders: dict[str, InvoiceOrder] = {
        "due_date": "due_date_asc",
        "-due_date": "due_date_desc",
        "invoice_date": "invoice_date_asc",
        "-invoice_date": "invoice_date_desc",
    }
    return orders.get(sort, "due_date_desc")
