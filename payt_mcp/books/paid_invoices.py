"""Paid invoices, which are found at Payt up to a stated bound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress

from payt_mcp.books.again import IDS_A_REQUEST
from payt_mcp.books.invoice_question import Question
from payt_mcp.books.scope import Scope
from payt_mcp.errors import MissingError
from payt_mcp.payt.models import Invoice
from payt_mcp.payt.resources import InvoiceFilters, InvoiceOrder
from payt_mcp.receivables.entries import INVOICE_FIELDS, OpenItem, is_open, open_item
from payt_mcp.receivables.selection import Selection
from payt_mcp.steps import Steps, in_turns, parted

MOST_SCANNED, MOST_SCANNED_OF_A_TIME = 5_000, 20_000
"""How many paid invoices one search looks through: ten pages, and more where a period was asked about."""

_BOOKED_LATE = dt.timedelta(days=31)
"""A payment is booked after its date, and changes the invoice then; one that is dated ahead is changed before."""


async def paid_invoices(scope: Scope, question: Question, chosen: Selection) -> tuple[list[OpenItem], bool]:
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
    found = await in_turns(_as_items(listed.records, currency))
    return found, listed.is_all or _is_past(question, order, found)


def _as_items(invoices: Sequence[Invoice], currency: str) -> Steps[list[OpenItem]]:
    found: list[OpenItem] = []
    for some in parted(invoices):
        found += [open_item(invoice, currency) for invoice in some]
        yield
    return found


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
