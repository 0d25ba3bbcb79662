"""The payments of a few debtors since a moment. Payt cannot be asked for a debtor's: it is asked by its invoices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from payt_mcp.books.again import IDS_A_REQUEST
from payt_mcp.books.payments_of import Called, asking_for
from payt_mcp.books.shelf import chunked
from payt_mcp.payt.models import Payment
from payt_mcp.payt.resources import PaymentFilters, Resources
from payt_mcp.payt.together import together

if TYPE_CHECKING:
    from payt_mcp.receivables.entries import OpenItem
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
    debtors: dict[str, str] = {}
    found: list[Payment] = []

    async def payments(called: list[Called]) -> None:
        await together(*(partial(read, asked) for asked in asking_for(called)[0]))

    async def read(asked: PaymentFilters) -> None:
        filters: PaymentFilters = {**asked, "updated_after": since}
        found.extend((await payt.payments(administration_id, fields=PAYMENT_FIELDS, **filters)).records)

    async def of_paid(chunk: Sequence[str]) -> None:
        paid = await payt.invoices(administration_id, fields=_KEYS, paid=True, debtor_ids=chunk, updated_after=since)
        debtors.update((one.id, one.debtor_id or "") for one in paid.records)
        await payments([Called(one.id, one.invoice_number, one.invoice_identifier) for one in paid.records])

    in_part = [item for key in debtor_ids for item in items.of_debtor(key) if _was_paid(item, since)]
    debtors.update((item.id, item.debtor_id) for item in in_part)
    called = [Called(item.id, item.number, item.identifier) for item in in_part]
    chunks = chunked(debtor_ids, IDS_A_REQUEST)
    await together(partial(payments, called), *(partial(of_paid, chunk) for chunk in chunks))
    return list({one.id: one for one in found}.values()), debtors


def _was_paid(item: OpenItem, since: dt.datetime) -> bool:
    """In part, and maybe since then."""
    return item.is_partly_paid and (item.updated_at is None or item.updated_at >= since)
