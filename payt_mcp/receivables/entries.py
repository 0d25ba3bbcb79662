"""What is kept of one invoice that is open, and of one debtor.

An open item is an invoice whose open amount is not zero: what a debtor owes (positive), or what is owed to the
debtor (negative: an unmatched credit note or an overpayment). Which of the two it is, its own open amount says and not
the one in the books, which exchange differences can turn around: `is_owed` and `is_credit` are the one rule of what is
gross and what is credit. Amounts are Decimal: `open_amount` and `total_amount` in the invoice's currency, `book_open`
and `book_total` in the administration's; None where Payt does not say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from sys import intern
from typing import TYPE_CHECKING

from payt_mcp.receivables.phases import DEPRECATED_STEPS, STEP_FIELDS, invoice_step, last_reminder
from payt_mcp.receivables.sharing import Amounts, Places, Traits, same_date, same_moment, same_traits, written
from payt_mcp.words.folding import normalized, searchable

if TYPE_CHECKING:
    from payt_mcp.payt.models import Debtor, Invoice

INVOICE_FIELDS: Sequence[str | Mapping[str, Sequence[str]]] = (
    "id", "invoice_number", "invoice_identifier", "debtor_id", "debtor_number", "invoice_date", "due_date",
    "payment_date", "currency_code", "total_amount", "open_amount", "book_open_amount", "book_total_amount",
    "active_payment_plan_id", "active_credit_case_id", "paused_at", "paused_by_user", "description",
    "purchase_order_number", "order_number", "payment_method", {"labels": ("name",)},
    *STEP_FIELDS, *DEPRECATED_STEPS.values(), "latest_reminder_at", "updated_at",
)  # fmt: skip
"""What must be asked of Payt for an open item, and no more: fewer fields are much cheaper."""

_ADDRESSES = (
    "reminder_email_address", "primary_email_address", "debtor_provided_email_address", "invoice_email_address",
)  # fmt: skip
DEBTOR_FIELDS: tuple[str | Mapping[str, Sequence[str]], ...] = (
    "id", "debtor_number", "debtor_identifier", "name", "relation_manager", "paused_at", "reminding_paused_at",
    "updated_at",
    *_ADDRESSES,
    "call_phone_number", "remark", "credit_limit_amount", {"labels": ("name",)},
)  # fmt: skip

_DESCRIPTION_LENGTH = 160
_REMARK_LENGTH = 1_000
"""Enough to see what speaks against a reminder: people add to a remark at its end."""
_MONEY = frozenset({"open_amount", "book_open_amount"})


@dataclass(slots=True, eq=False)
class OpenItem:
    """One unpaid invoice, without what only its own page needs. Never changed: a delta replaces it."""

    id: str
    debtor_id: str
    debtor_number: str
    invoice_date: dt.date | None
    due_date: dt.date | None
    currency: str
    total_amount: Decimal | None
    open_amount: Decimal | None
    book_open: Decimal | None
    book_total: Decimal | None
    step: str
    step_at: dt.datetime | None
    plan_id: str
    case_id: str
    text: str
    """Its numbers, references and description, as the words of a search are looked for in them; see `sharing`."""
    traits: Traits
    updated_at: dt.datetime | None
    reminded_at: dt.datetime | None = None
    """When it was last reminded of, whatever step came after."""
    owed: Decimal | None = field(init=False)
    """The open amount in whatever currency is known, for its sign alone."""
    is_credit: bool = field(init=False)
    """It is owed to the debtor: counted among the credits, whatever the sign of its amount in the books."""

    def __post_init__(self) -> None:
        # Kept, not derived: every question about what is owed asks each item for these, several times.
        self.owed = self.open_amount if self.open_amount is not None else self.book_open
        self.is_credit = self.owed is not None and self.owed < 0

    @property
    def number(self) -> str:
        return self.text[: self.traits.places[0]]

    @property
    def identifier(self) -> str:
        _, begin, end = self.traits.places
        return self.text[begin:end]

    @property
    def paused(self) -> bool:
        return self.traits.paused

    @property
    def paid_on(self) -> dt.date | None:
        return self.traits.paid_on

    @property
    def labels(self) -> tuple[str, ...]:
        return self.traits.labels

    @property
    def is_unbooked(self) -> bool:
        """Payt gives no amount in the books, and its own stands in for it: it is in their currency."""
        return self.traits.is_unbooked

    @property
    def is_direct_debit(self) -> bool:
        """Payt collects it from the debtor's bank account."""
        return self.traits.is_direct_debit

    def is_called(self, names: AbstractSet[str]) -> bool:
        """Whether its number or identifier is one of these."""
        text = self.text
        for name in names:  # a few of them are sooner looked for in it than two are cut out of it
            if name in text:
                return not names.isdisjoint((self.number, self.identifier))
        return False

    def is_numbered(self, key: str) -> bool:
        """Whether its number or identifier is this one in whatever case; `key` is in lower case."""
        text, (number_end, begin, end) = self.text, self.traits.places
        if text.isascii() and len(key) not in (number_end, end - begin):
            return False
        return key in (text[:number_end].casefold(), text[begin:end].casefold())

    @property
    def is_owed(self) -> bool:
        """Something is, or may be, owed by the debtor: counted gross."""
        return not self.is_credit and self.owed != 0

    @property
    def is_partly_paid(self) -> bool:
        """Something was paid of it, or settled of a credit, and something is still open."""
        open_, total = self.open_amount, self.total_amount
        return open_ is not None and total is not None and (0 < open_ < total or total < open_ < 0)

    def days_overdue(self, today: dt.date) -> int:
        """Days past the due date; 0 or less is not overdue, and so is an item without a due date."""
        return (today - self.due_date).days if self.due_date else 0

    def is_overdue(self, today: dt.date) -> bool:
        owed = self.owed
        return owed is not None and owed > 0 and self.due_date is not None and self.due_date < today

    def phase(self, today: dt.date) -> str:
        """One of `phases.INVOICE_PHASES`; "" for a credit, which nobody is reminded of."""
        if self.is_credit:
            return ""
        if self.owed == 0:
            return "paid"
        return self.step or ("overdue" if self.is_overdue(today) else "not_due")


@dataclass(slots=True, eq=False)
class DebtorEntry:
    """A debtor as far as the overview and the search need one."""

    id: str
    number: str
    identifier: str
    name: str
    paused: bool
    updated_at: dt.datetime | None
    manager: str = ""
    """The relation manager: whoever in the company looks after this debtor."""
    has_address: bool = False
    """There is an e-mail address; whether it can be used, nobody has looked."""
    has_phone: bool = False
    remark: str = ""
    labels: tuple[str, ...] = ()
    credit_limit: Decimal | None = None
    """In the administration's currency."""
    words: str = field(init=False)
    """Those of its name."""
    text: str = field(init=False)
    """Its name, number and identifier, as the words of a search are looked for in them."""

    def __post_init__(self) -> None:
        # Kept, not derived: a search compares every debtor with what it looks for.
        self.words = normalized(self.name)
        self.text = searchable(self.name, self.number, self.identifier)


def is_open(invoice: Invoice) -> bool:
    """Whether an invoice is unpaid. Without an open amount the payment date decides."""
    if invoice.open_amount is None:
        return invoice.payment_date is None and invoice.book_open_amount != 0
    return invoice.open_amount != 0


def open_item(invoice: Invoice, currency: str = "", amounts: Amounts | None = None) -> OpenItem:
    """Keep of an invoice what questions about open items need; equal strings and dates are kept once.

    `currency` is the administration's, where it is known. An invoice in it that has no amount in the books counts with
    its own. One of whose open amounts one is no amount has none in the books. `amounts` are those of other invoices.
    """
    same = (amounts or Amounts()).same
    open_, total, book_open, book_total = map(
        same, (invoice.open_amount, invoice.total_amount, invoice.book_open_amount, invoice.book_total_amount)
    )
    if not _MONEY.isdisjoint(invoice.unreadable):
        book_open = None
    is_own = bool(currency) and invoice.currency_code == currency
    is_unbooked = is_own and book_open is None and open_ is not None
    if is_own:
        book_open = open_ if book_open is None else book_open
        book_total = total if book_total is None else book_total
    step, step_at = invoice_step(invoice)
    text, places = _text(invoice)
    traits = same_traits(
        Traits(
            paused=invoice.paused_at is not None or bool(invoice.paused_by_user),
            paid_on=invoice.payment_date,
            labels=tuple(label.name for label in invoice.labels if label.name),
            is_unbooked=is_unbooked,
            is_direct_debit=invoice.payment_method == "direct_debit",
            places=places,
        )
    )
    return OpenItem(
        id=invoice.id,
        debtor_id=intern(invoice.debtor_id or ""),
        debtor_number=intern(invoice.debtor_number or ""),
        invoice_date=same_date(invoice.invoice_date),
        due_date=same_date(invoice.due_date),
        currency=intern(invoice.currency_code or ""),
        total_amount=total,
        open_amount=open_,
        book_open=book_open,
        book_total=book_total,
        step=step,
        step_at=same_moment(step_at),
        plan_id=intern(invoice.active_payment_plan_id or ""),
        case_id=intern(invoice.active_credit_case_id or ""),
        text=text,
        traits=traits,
        updated_at=same_moment(invoice.updated_at),
        reminded_at=same_moment(last_reminder(invoice)),
    )


def debtor_entry(debtor: Debtor) -> DebtorEntry:
    return DebtorEntry(
        id=debtor.id,
        number=debtor.debtor_number or "",
        identifier=_same(debtor.debtor_identifier, debtor.debtor_number),
        name=debtor.name or "",
        paused=debtor.paused_at is not None or debtor.reminding_paused_at is not None,
        updated_at=debtor.updated_at,
        manager=intern(debtor.relation_manager or ""),
        has_address=any("@" in (getattr(debtor, name) or "") for name in _ADDRESSES),
        has_phone=bool(debtor.call_phone_number),
        remark=(debtor.remark or "")[:_REMARK_LENGTH],
        labels=tuple(intern(label.name) for label in debtor.labels if label.name),
        credit_limit=debtor.credit_limit_amount or None,
    )


def value(item: OpenItem) -> Decimal | None:
    """What an invoice amounts to in the administration's currency: what is open of it, or once paid its total."""
    return item.book_total if item.owed == 0 else item.book_open


def _text(invoice: Invoice) -> tuple[str, Places]:
    number, identifier = invoice.invoice_number or "", invoice.invoice_identifier or ""
    others = (invoice.purchase_order_number, invoice.order_number, (invoice.description or "")[:_DESCRIPTION_LENGTH])
    named = (number, identifier)
    return written(number, identifier, *dict.fromkeys([text for text in others if text and text not in named]))


def _same(value: str | None, other: str | None) -> str:
    return (other if value == other else value) or ""
