"""What the law needs to know of late invoices: what is owed and was paid when, whose law it is, and against whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Literal

from payt_mcp.books.by_id import open_invoices_of
from payt_mcp.books.find import find_debtor, find_invoice
from payt_mcp.books.messages import timeline
from payt_mcp.books.permitted import permitted
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import BadValueError, InputError
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Debtor, Invoice, Message, Payment
from payt_mcp.receivables.law.charges import Late
from payt_mcp.receivables.law.countries import LAWS
from payt_mcp.receivables.law.interest import Balance
from payt_mcp.receivables.law.letters import costs_owed_from
from payt_mcp.receivables.law.regime import Law
from payt_mcp.receivables.law.whom import is_business
from payt_mcp.words.text import code, some

Who = Literal["business", "consumer", ""]
_FIRST_REMINDERS = ("reminder_1_at", "first_reminder_at")
_PAID = ("id", "invoice_id", "payment_date", "total_amount", "reversal_code")
_ZERO = Decimal(0)
Booked = list[tuple[dt.date, Decimal]]


@dataclass
class LateInvoices:
    """Those of one debtor, oldest due first. `who` is "" where nothing says whether it is a consumer, and `by` says
    what tells the law. `costs_from` is the first day that a consumer owes costs by our letters. `unread` says what
    could not be read; `credits` are what the debtor may set off, by currency.
    """

    debtor: Debtor
    law: Law
    by: str
    who: Who
    lates: Sequence[Late] = ()
    costs_from: dt.date | None = None
    unread: list[str] = field(default_factory=list)
    credits: dict[str, Decimal] = field(default_factory=dict)


async def read_late(
    scope: Scope, debtor: str, invoices: Sequence[str], as_of: dt.date, who: Who, country: str
) -> LateInvoices:
    """Of these invoices, paid or not, else of all that is overdue on that day. Raises InputError and UpstreamError."""
    named = [await find_invoice(scope, one) for one in invoices]
    if len({one.debtor_id for one in named}) > 1:
        raise InputError("These invoices are of several debtors: ask for those of one at a time. Nothing was counted.")
    wanted = (await find_debtor(scope, debtor)).id if debtor else named[0].debtor_id or ""
    if named and named[0].debtor_id != wanted:
        raise InputError("These invoices are of another debtor than the one that is named. Nothing was counted.")
    record = await scope.account.payt.debtor(scope.id, wanted, fields=every(Debtor))
    found = LateInvoices(record, *_law(scope, record, country), who or _seems(record))
    owed = named or await open_invoices_of(scope, wanted)
    counted = [one for one in owed if not _is_credit(one) and (named or _is_due(one, as_of))]
    for one in owed:
        if _is_credit(one):
            currency = code(one.currency_code)
            found.credits[currency] = found.credits.get(currency, _ZERO) + (one.open_amount or _ZERO)
    payments = await _payments(scope, counted, found)
    found.lates = sorted((_late(scope, one, payments.get(one.id, [])) for one in counted), key=_by_due_date)
    if found.who != "business" and found.law.consumer.costs_need == "letter":
        async with permitted(partial(found.unread.append, "our letters")):
            found.costs_from = await _costs_from(scope, wanted)
    return found


def _law(scope: Scope, debtor: Debtor, country: str) -> tuple[Law, str]:
    """The law that is named, else of the debtor's address, else our own. Raises BadValueError and InputError."""
    known = ", ".join(LAWS)
    if country:
        named = country.strip().upper().replace("UK", "GB")
        if named not in LAWS:
            raise BadValueError("country", country, f"there is a table for {known} only")
        return LAWS[named], "as asked"
    theirs = (debtor.postal_address.country_code if debtor.postal_address else None) or ""
    ours = scope.administration.country_code or ""
    meant = (theirs or ours).strip().upper()
    if meant in LAWS:
        both = f", while we are in {code(ours)}" if theirs and ours and theirs != ours else ""
        return LAWS[meant], f"the debtor's address{both}" if theirs else "our own country"
    where = f"The debtor is in {code(meant, 20)}" if meant else "Payt has no country of this debtor"
    raise InputError(
        f"{where}, and there is a table of interest and costs for {known} only. Nothing was counted: pass country if "
        "the contract is under the law of one of these."
    )


def _seems(debtor: Debtor) -> Who:
    return "business" if is_business(debtor.name, debtor.coc_number, debtor.vat_number) else ""


def _is_credit(invoice: Invoice) -> bool:
    return (invoice.open_amount or _ZERO) < 0 or (invoice.total_amount or _ZERO) < 0


def _is_due(invoice: Invoice, as_of: dt.date) -> bool:
    return (invoice.open_amount or _ZERO) > 0 and invoice.due_date is not None and invoice.due_date < as_of


async def _payments(scope: Scope, invoices: Sequence[Invoice], found: LateInvoices) -> dict[str, Booked]:
    """What was booked on those of which something was paid; where it cannot be told, that is noted."""
    paid = [one for one in invoices if (one.total_amount or _ZERO) != (one.open_amount or _ZERO)]
    numbers = [one.invoice_number for one in paid if one.invoice_number and "," not in one.invoice_number]
    records: list[Payment] = []
    async with permitted(partial(found.unread.append, "payments")):
        for chunk in chunks(numbers):
            records += (await scope.account.payt.payments(scope.id, fields=_PAID, invoice_numbers=chunk)).records
        booked = {one.id: _booked(one, [row for row in records if row.invoice_id == one.id]) for one in paid}
        untold = [code(one.invoice_number) or one.id for one in paid if booked[one.id] is None]
        if untold:
            found.unread.append(f"when {some(untold)} was paid in part")
        return {key: rows for key, rows in booked.items() if rows is not None}
    return {}


def _booked(invoice: Invoice, payments: Sequence[Payment]) -> Booked | None:
    """The payments that together are what was paid of it; None where none are. Payt does not say whether a payment that
    was reversed is booked twice, or not at all.
    """
    paid = (invoice.total_amount or _ZERO) - (invoice.open_amount or _ZERO)
    kept = [one for one in payments if not one.reversal_code]
    for rows in (payments, kept):
        dated = [(one.payment_date, one.total_amount or _ZERO) for one in rows if one.payment_date]
        if len(dated) == len(rows) and sum((amount for _, amount in dated), _ZERO) == paid:
            return dated
    return None


def _late(scope: Scope, invoice: Invoice, payments: Booked) -> Late:
    reminded = next((moment for name in _FIRST_REMINDERS if (moment := getattr(invoice, name))), None)
    day = None if reminded is None or invoice.is_ahead(reminded) else scope.day(reminded)
    taken = dt.date.fromisoformat(day) if day else None
    balance = Balance(invoice.open_amount or _ZERO, payments)
    return Late(
        code(invoice.invoice_number) or invoice.id, code(invoice.currency_code), invoice.due_date, balance, taken
    )


def _by_due_date(late: Late) -> tuple[dt.date, str]:
    return late.due_date or dt.date.max, late.number


async def _costs_from(scope: Scope, debtor_id: str) -> dt.date | None:
    return letters_owe_costs(scope, await timeline(scope, debtor_id))


def letters_owe_costs(scope: Scope, messages: Iterable[Message]) -> dt.date | None:
    """The first day that a consumer owes costs by those of these that we sent."""
    sent = ((scope.day(one.sent_at), one) for one in messages if one.sender_type == "creditor")
    return costs_owed_from(
        (dt.date.fromisoformat(day), f"{one.subject or ''}\n{one.content or ''}") for day, one in sent if day
    )
