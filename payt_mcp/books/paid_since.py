"""The payments of a few debtors since a moment. Payt cannot be asked for a debtor's: it is asked by its invoices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from payt_mcp.books.again import IDS_A_REQUEST
from payt_mcp.books.payments_of import Called, asking_for
from payt_mcp.books.shelf import chunked
from payt_mcp.payt.models import Payment
from payt_mcp.payt.resources import PaymentFilters, Resources

if TYPE_CHECKING:
    from payt_mcp.receivables.open_items import OpenItems

PAYMENT_FIELDS = (
    "id", "invoice_id", "payment_date", "total_amount", "total_book_amount", "transaction_type", "reversal_code",
    "updated_at",
)  # fmt: skip
"""What `last_paid` needs."""

_KEYS = ("id", "invoice_number", "invoice_identifier", "debtor_id")


async def payments_since(
    payt: Resources, administration_id: str, items: OpenItems, debtor_ids: Sequence[str], since: dt.datetime
) -> tuple[list[Payment], Mapping[str, str]]:
    """Of the invoices of these debtors that are paid in part, or were paid off since; and whose each invoice is. One
    that has neither a number nor an identifier is passed over. Raises UpstreamError.
    """
    called, debtors = [], {}
    for item in (item for key in debtor_ids for item in items.of_debtor(key)):
        if item.is_partly_paid and (item.updated_at is None or item.updated_at >= since):
            called.append(Called(item.id, item.number, item.identifier))
            debtors[item.id] = item.debtor_id
    for chunk in chunked(debtor_ids, IDS_A_REQUEST):
        paid = await payt.invoices(administration_id, fields=_KEYS, paid=True, debtor_ids=chunk, updated_after=since)
        called += [Called(one.id, one.invoice_number, one.invoice_identifier) for one in paid.records]
        debtors |= {one.id: one.debtor_id or "" for one in paid.records}
    found: list[Payment] = []
    for asked in asking_for(called)[0]:
        filters: PaymentFilters = {**asked, "updated_after": since}
        found += (await payt.payments(administration_id, fields=PAYMENT_FIELDS, **filters)).records
    return found, debtors
