"""The payments of an invoice, a case or a debtor. Payt gives them in no order and cannot be asked for a debtor's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from payt_mcp.books.by_id import read_by_id
from payt_mcp.books.find import find_case, find_debtor, find_invoice
from payt_mcp.books.payments_of import Called, asking_for
from payt_mcp.books.scope import Scope
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Invoice, Payment
from payt_mcp.payt.resources import PaymentFilters

MOST_INVOICES = 1_000
"""How many invoices of a debtor, the newest, are asked for their payments."""

MOST_SCANNED = 5_000
"""How many payments are looked through."""

RECENT_DAYS = 30
"""Without anything named: how far back changes of payments are looked at."""

_BRIEF = ("id", "invoice_id", "payment_date", "total_book_amount", "reversal_code")
_KEYS = ("id", "invoice_number", "invoice_identifier")


@dataclass
class Payments:
    """Payments, newest first, with the few fields a sum needs.

    `is_all` is False where more payments, `invoices_are_all` where more invoices than were looked through; `unasked`
    invoices have no number Payt could be asked with; `since` bounds what was read.
    """

    found: list[Payment] = field(default_factory=list)
    is_all: bool = True
    invoices_are_all: bool = True
    unasked: int = 0
    since: dt.datetime | None = None


async def read_payments(
    scope: Scope, *, invoice: str = "", debtor: str = "", credit_case: str = "", after: dt.datetime | None = None
) -> Payments:
    """The payments of the one thing that is named, changed after a moment if one is given; of nothing: those that
    changed in the last 30 days. Raises InputError and UpstreamError.
    """
    answer = Payments()
    filters: PaymentFilters = {"updated_after": after} if after else {}
    if invoice:
        await _add_of_invoices(scope, [await find_invoice(scope, invoice, fields=_KEYS)], filters, answer)
    elif debtor:
        owed_by = [(await find_debtor(scope, debtor)).id]
        listed = await scope.account.payt.invoices(
            scope.id, fields=_KEYS, most=MOST_INVOICES, debtor_ids=owed_by, order="invoice_date_desc"
        )
        answer.invoices_are_all = listed.is_all
        await _add_of_invoices(scope, listed.records, filters, answer)
    elif credit_case:
        filters["credit_case_ids"] = [(await find_case(scope, credit_case)).id]
        await _add(scope, filters, answer)
    else:
        if after is None:
            answer.since = filters["updated_after"] = scope.account.now() - dt.timedelta(days=RECENT_DAYS)
        await _add(scope, filters, answer)
    newest = {payment.id: payment for payment in answer.found}.values()
    answer.found = sorted(newest, key=lambda p: (p.payment_date or dt.date.min, len(p.id), p.id), reverse=True)
    return answer


async def payments_by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Payment]:
    """These payments with every field, as they are now."""
    return await read_by_id(ids, lambda some: scope.account.payt.payments(scope.id, fields=every(Payment), ids=some))


async def _add_of_invoices(
    scope: Scope, invoices: Iterable[Invoice], filters: PaymentFilters, answer: Payments
) -> None:
    called = [Called(one.id, one.invoice_number, one.invoice_identifier) for one in invoices]
    asked, answer.unasked = asking_for(called)
    for one in asked:
        await _add(scope, {**filters, **one}, answer)
    ids = {one.id for one in called}
    answer.found = [payment for payment in answer.found if payment.invoice_id in ids]


async def _add(scope: Scope, filters: PaymentFilters, answer: Payments) -> None:
    left = MOST_SCANNED - len(answer.found)
    if left <= 0:
        answer.is_all = False
        return
    listed = await scope.account.payt.payments(scope.id, fields=_BRIEF, most=left, **filters)
    answer.found += listed.records
    answer.is_all = answer.is_all and listed.is_all
