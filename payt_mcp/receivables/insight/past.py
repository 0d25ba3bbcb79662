"""Paid invoices and what was booked on invoices, in as few bytes as they can be: there are very many of them.

Amounts are Decimal in the administration's currency; None where Payt gives none and the invoice is in another one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Literal, NamedTuple

from payt_mcp.receivables.phases import DEPRECATED_STEPS, STEP_FIELDS, step_before

if TYPE_CHECKING:
    from payt_mcp.payt.models import Invoice, Payment

PAID_FIELDS = (
    "id", "debtor_id", "invoice_date", "due_date", "payment_date", "currency_code", "total_amount", "open_amount",
    "book_total_amount", *STEP_FIELDS, *DEPRECATED_STEPS.values(), "updated_at",
)  # fmt: skip
ENTRY_FIELDS = (
    "id", "invoice_id", "payment_date", "total_amount", "total_book_amount", "transaction_type", "reversal_code",
    "updated_at",
)  # fmt: skip

Kind = Literal["payment", "reversal", "reversed", "write_off", "other", "unexplained"]
"""Money that came; money that was taken back, as a booking of its own, or as a mark on the payment that was; what was
given up; what was settled without money: credit notes, small differences, exchange rates; and an invoice that is paid
though Payt has no payment of it.
"""


class Entry(NamedTuple):
    """What was booked on an invoice. More than nothing takes off what is open."""

    id: str
    date: dt.date | None
    amount: Decimal | None
    own: Decimal | None
    """In the currency of the invoice."""
    kind: Kind


@dataclass(slots=True, eq=False)
class PaidInvoice:
    """An invoice of which nothing is open; `reminded` is the furthest step, as in `phases`, that was taken before the
    day it was paid.
    """

    id: str
    debtor_id: str
    invoice_date: dt.date | None
    due_date: dt.date | None
    paid_on: dt.date | None
    currency: str
    total: Decimal | None
    """In the administration's currency."""
    own_total: Decimal | None
    reminded: str


class Past:
    """All of it since `begins`, by the invoice; what was over by then is not kept, whenever it was changed. Entries are
    there of invoices that are open, or gone, too.

    Most invoices were paid in one go: of these the id of the payment is all that is kept of it.
    """

    def __init__(self, begins: dt.date, currency: str) -> None:
        self.begins = begins
        self.currency = currency
        self.paid: dict[str, PaidInvoice] = {}
        self._booked: dict[str, str | tuple[Entry, ...]] = {}

    def copy(self) -> Past:
        """The same, which stays as it is."""
        copied = Past(self.begins, self.currency)
        copied.paid, copied._booked = dict(self.paid), dict(self._booked)
        return copied

    def booked_on(self) -> Iterable[str]:
        """The invoices that have entries."""
        return self._booked.keys()

    def entries_of(self, invoice_id: str) -> tuple[Entry, ...]:
        found = self._booked.get(invoice_id, ())
        return (_in_one_go(found, self.paid[invoice_id]),) if isinstance(found, str) else found

    def put_invoice(self, invoice: Invoice) -> None:
        """Take an invoice in; one that is open again is taken out."""
        is_paid = invoice.payment_date is not None if invoice.open_amount is None else invoice.open_amount == 0
        entries = self.entries_of(invoice.id)
        if is_paid and not (self._is_before(invoice.payment_date) and self._is_before(invoice.invoice_date)):
            self.paid[invoice.id] = self._paid(invoice)
        else:
            self.paid.pop(invoice.id, None)
        self._put_entries(invoice.id, entries)

    def remove_invoice(self, invoice_id: str) -> None:
        entries = self.entries_of(invoice_id)
        self.paid.pop(invoice_id, None)
        self._put_entries(invoice_id, entries)

    def put_payment(self, payment: Payment) -> None:
        key, amount, own = payment.invoice_id or "", payment.total_book_amount, payment.total_amount
        entry = Entry(payment.id, _same(payment.payment_date), amount, _shared(own, amount), kind_of(payment))
        others = tuple(one for one in self.entries_of(key) if one.id != payment.id)
        self._put_entries(key, others if self._is_before(entry.date) else (*others, entry))

    def remove_payment(self, payment_id: str, invoice_id: str) -> None:
        """Take out a payment, of an invoice that Payt may not name ("")."""
        for key in [invoice_id] if invoice_id else list(self._booked):
            entries = self.entries_of(key)
            if any(entry.id == payment_id for entry in entries):
                self._put_entries(key, tuple(entry for entry in entries if entry.id != payment_id))

    def of_debtor(self, debtor_id: str) -> Iterator[tuple[PaidInvoice, Sequence[Entry]]]:
        """A debtor's paid invoices, and what was booked on each."""
        for key, paid in self.paid.items():
            if paid.debtor_id == debtor_id:
                yield paid, self.entries_of(key)

    def _is_before(self, day: dt.date | None) -> bool:
        return day is not None and day < self.begins

    def _put_entries(self, key: str, entries: tuple[Entry, ...]) -> None:
        paid = self.paid.get(key)
        self._booked.pop(key, None)
        if paid is not None and len(entries) == 1 and entries[0] == _in_one_go(entries[0].id, paid):
            self._booked[paid.id] = entries[0].id
        elif entries:
            self._booked[paid.id if paid is not None else key] = entries

    def _paid(self, invoice: Invoice) -> PaidInvoice:
        own, total = invoice.total_amount, invoice.book_total_amount
        if total is None and invoice.currency_code == self.currency:
            total = own
        return PaidInvoice(
            invoice.id,
            intern(invoice.debtor_id or ""),
            _same(invoice.invoice_date),
            _same(invoice.due_date),
            _same(invoice.payment_date),
            intern(invoice.currency_code or ""),
            total,
            _shared(own, total),
            step_before(invoice, invoice.payment_date) if invoice.payment_date else "",
        )


def _in_one_go(payment_id: str, paid: PaidInvoice) -> Entry:
    return Entry(payment_id, paid.paid_on, paid.total, paid.own_total, "payment")


def kind_of(payment: Payment) -> Kind:
    """What a payment is; one below nothing is a reversal, and one with a reversal code was reversed."""
    stated = (payment.transaction_type or "payment").casefold()
    if stated == "write_off":
        return "write_off"
    if stated in {"credit", "settlement", "revaluation"}:
        return "other"
    amount = payment.total_amount if payment.total_amount is not None else payment.total_book_amount
    if amount is not None and amount < 0:
        return "reversal"
    return "reversed" if stated == "reversal" or payment.reversal_code else "payment"


def _shared(amount: Decimal | None, other: Decimal | None) -> Decimal | None:
    """The same amount, as the same object where there is one already."""
    return other if amount == other else amount


@lru_cache(maxsize=20_000)
def _kept(date: dt.date) -> dt.date:
    return date


def _same(date: dt.date | None) -> dt.date | None:
    return None if date is None else _kept(date)
