"""Records whose ids are known: from the books where they have been read, else from Payt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from payt_mcp.books.scope import Scope, chunks
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Contact, CreditCase, Debtor, Invoice, Message, Note, Payment, PaymentPlan, Task
from payt_mcp.payt.resources import Found
from payt_mcp.receivables.entries import DEBTOR_FIELDS, INVOICE_FIELDS, DebtorEntry, debtor_entry
from payt_mcp.words.text import code

RecordT = TypeVar("RecordT", Contact, CreditCase, Debtor, Invoice, Message, Note, Payment, PaymentPlan, Task)


async def read_by_id(
    ids: Sequence[str], read: Callable[[Sequence[str]], Awaitable[Found[RecordT]]]
) -> dict[str, RecordT]:
    """Those of these records that there still are, by id, as many a request as Payt takes. Raises UpstreamError."""
    found: dict[str, RecordT] = {}
    for some in chunks(ids):
        found |= {record.id: record for record in (await read(some)).records}
    return found


async def open_invoices_of(scope: Scope, debtor_id: str) -> list[Invoice]:
    """The unpaid invoices of one debtor: what the books keep of them. Raises UpstreamError."""
    payt, look = scope.account.payt, scope.look()
    found = (await payt.invoices(scope.id, fields=INVOICE_FIELDS, paid=False, debtor_ids=[debtor_id])).records
    look.whole("invoices", debtor_id, found)
    return found


async def debtors_by_id(scope: Scope, ids: Iterable[str]) -> dict[str, DebtorEntry]:
    """The debtors with these ids: from the books where they have been read, else from Payt."""
    wanted = {key for key in ids if key}
    books = scope.account.books(scope.administration)
    if books.is_loaded:
        known = (await books.fresh(scope.progress)).debtors
        found = {key: known[key] for key in wanted if key in known}
    else:
        found = {}
    for chunk in chunks(sorted(wanted - found.keys())):
        listed = await scope.account.payt.debtors(scope.id, fields=DEBTOR_FIELDS, ids=chunk)
        found |= {debtor.id: debtor_entry(debtor) for debtor in listed.records}
    return found


async def invoice_numbers(scope: Scope, ids: Iterable[str]) -> dict[str, str]:
    """The numbers of the invoices with these ids, paid ones included; from the books where they have been read."""
    wanted = {key for key in ids if key}
    books = scope.account.books(scope.administration)
    known = (await books.fresh(scope.progress)).invoices if wanted and books.is_loaded else {}
    found = {key: code(known[key].number) for key in wanted if key in known}
    for chunk in chunks(sorted(wanted - found.keys())):
        listed = await scope.account.payt.invoices(scope.id, fields=("id", "invoice_number"), ids=chunk)
        found |= {invoice.id: code(invoice.invoice_number) for invoice in listed.records}
    return {key: number for key, number in found.items() if number}


async def cases_by_id(scope: Scope, ids: Iterable[str]) -> list[CreditCase]:
    """The credit cases with these ids that still exist."""
    look = scope.look()
    wanted = sorted({key for key in ids if key})
    payt, fields = scope.account.payt, every(CreditCase)
    found = list((await read_by_id(wanted, lambda some: payt.credit_cases(scope.id, fields=fields, ids=some))).values())
    look.take("credit_cases", found)
    return found


async def plans_by_id(scope: Scope, ids: Iterable[str]) -> list[PaymentPlan]:
    """The payment plans with these ids that still exist."""
    look = scope.look()
    wanted = sorted({key for key in ids if key})
    found = list((await read_by_id(wanted, lambda some: scope.account.payt.payment_plans(scope.id, ids=some))).values())
    look.take("payment_plans", found)
    return found
