"""The steps of an upsert: what each row would do to the books, in the order Payt takes them. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from payt_mcp.payt.models import Contact, Debtor, Invoice, Payment
from payt_mcp.proposals.preview import REFUSED, Change, Row
from payt_mcp.receivables.mailboxes import mailbox
from payt_mcp.words.field_names import FILES, NOT_READ_BACK, field_words, listed
from payt_mcp.words.said import count, joined, money, say, term, value_of, within
from payt_mcp.words.sentences import Field
from payt_mcp.words.text import clean, code
from payt_mcp.writes.bulk import CLEARED, UNSEEN, WHOLE
from payt_mcp.writes.invoices.fields import REQUIRED
from payt_mcp.writes.invoices.lines import (
    Payments,
    line_words,
    words,
)
from payt_mcp.writes.texts import Own, mailboxes_of

AMOUNTS = {
    "amount_total": "total_amount",
    "amount_open": "open_amount",
    "book_amount_total": "book_total_amount",
    "book_amount_open": "book_open_amount",
}
"""Amounts are called one thing when written and another when read."""

COMPARED = (
    "currency_code", "invoice_date", "due_date", "invoice_identifier", "order_number", "peppol_identifier",
    "description", "category", "payment_method", *AMOUNTS,
)  # fmt: skip
_UNREADABLE = tuple(name for name in NOT_READ_BACK if name not in {"payments", *FILES})
REMOVED = say("removed")
_LISTS = ("payments", "invoice_lines", "labels")
_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Known:
    """What Payt has, as far as a batch touches it. Debtors by number and by identifier; invoices by number, and so
    payments: an invoice that is missing there has payments that could not be read.
    """

    sender: str
    currency: str
    invoices: Mapping[str, Invoice]
    debtors: Mapping[str, Debtor]
    debtors_by_identifier: Mapping[str, Debtor]
    debtors_by_id: Mapping[str, Debtor]
    owners_of_identifiers: Mapping[str, str]
    contacts: Mapping[str, Contact]
    vat_rates: frozenset[str]
    own: Own
    payments: Mapping[str, Sequence[Payment]] = field(default_factory=dict)


@dataclass
class State:
    """An invoice as it stands before or after a row: values as text in Payt's write names."""

    values: dict[str, str] = field(default_factory=dict)
    debtor: Debtor | None = None
    is_sent: bool = False
    sent_at: dt.datetime | None = None
    labels: list[str] | None = None
    lines: list[str] = field(default_factory=list)
    payments: Payments | None = field(default_factory=Payments)
    """None where Payt does not show what there is."""


@dataclass
class Step:
    """What one row does."""

    number: str
    action: str
    debtor: str = ""
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mail_to: str = ""
    is_elsewhere: bool = False
    """It would be e-mailed to an address that is not on file for its debtor."""

    payment: Decimal | None = None
    lists: dict[str, str] = field(default_factory=dict)
    """What is replaced as a whole, in short."""

    labels_before: Sequence[str] = ()
    destroyed: list[str] = field(default_factory=list)
    moved: str = ""
    """From which debtor an invoice that is there goes to which."""

    lowered: str = ""
    """What was open and what is to be, where it is less and no payment is given for that."""

    recoined: str = ""
    """What was paid in the currency before, and what in the other one now."""

    currency: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    """What stands at Payt before it, in Payt's write names."""

    effects: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """What changes in a currency: what is open, and the total."""

    @property
    def is_posted(self) -> bool:
        return self.action != REFUSED

    def as_row(self, *, is_apart: bool = False) -> Row:
        return Row(
            key=self.number,
            action=self.action,
            about=self.debtor,
            changes=tuple(self.changes),
            notes=tuple(self.notes),
            is_outlier=is_apart or not self.is_posted,
        )


def steps_of(rows: Sequence[Mapping[str, Any]], known: Known) -> list[Step]:
    """A step for each row; a number that comes twice is changed twice."""
    states = {number: _state(invoice, known) for number, invoice in known.invoices.items()}
    taken = dict(known.owners_of_identifiers)
    return [_step(row, states, taken, known) for row in rows]


def _state(invoice: Invoice, known: Known) -> State:
    values = {name: getattr(invoice, AMOUNTS.get(name, name)) for name in COMPARED}
    paid = known.payments.get(invoice.invoice_number or "")
    return State(
        values={name: _said(value) for name, value in values.items() if value is not None},
        debtor=known.debtors_by_id.get(invoice.debtor_id or ""),
        is_sent=invoice.sent_at is not None,
        sent_at=invoice.sent_at,
        labels=[label.name or "" for label in invoice.labels],
        lines=[line_words(line) for line in invoice.invoice_lines],
        payments=None if paid is None else Payments.at_payt(paid, invoice.currency_code or ""),
    )


def _said(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _step(row: Mapping[str, Any], states: dict[str, State], taken: dict[str, str], known: Known) -> Step:
    number = row["invoice_number"]
    old = states.get(number)
    debtor, troubles = _debtor(row, old, known)
    if old is None and (missing := missing_in(row)):
        troubles.append(say("Payt has no such invoice, and a new one needs {missing}", missing=listed(missing)))
    troubles += _troubles(row, number, taken, known)
    step = Step(number, "created" if old is None else "updated", debtor=_named(debtor), currency=_currency(row, old))
    if troubles:
        step.action, step.notes = REFUSED, troubles
        return step
    step.before = old.values if old else {}
    contact = known.contacts.get(row.get("contact_identifier", ""))
    new = _applied(row, old, debtor, contact)
    step.changes = _changes(row, old or State(), new, debtor)
    _mailed(step, row, old, new, contact)
    _consequences(step, row, old, new)
    if old is not None and not step.changes and not step.mail_to:
        step.action = "unchanged"
    states[number] = new
    if row.get("invoice_identifier"):
        taken[row["invoice_identifier"]] = number
    return step


def missing_in(row: Mapping[str, Any]) -> list[str]:
    """What Payt needs for a new invoice and the row does not have; its debtor aside."""
    return [name for name in REQUIRED if name not in row]


def _currency(row: Mapping[str, Any], old: State | None) -> str:
    return str(row.get("currency_code") or (old.values.get("currency_code", "") if old else ""))


def _debtor(row: Mapping[str, Any], old: State | None, known: Known) -> tuple[Debtor | None, list[str]]:
    asked = [
        index.get(row[name])
        for name, index in (("debtor_number", known.debtors), ("debtor_identifier", known.debtors_by_identifier))
        if row.get(name)
    ]
    if not asked:
        return (old.debtor if old else None), ([] if old else [say("it names no debtor")])
    found = asked[0]
    if found is None or any(other is None or other.id != found.id for other in asked):
        return None, [say("its debtor is not known to Payt")]
    return found, []


def _troubles(row: Mapping[str, Any], number: str, taken: Mapping[str, str], known: Known) -> list[str]:
    found = []
    owner = taken.get(row.get("invoice_identifier", ""))
    if owner is not None and owner != number:
        found.append(say("its identifier is that of invoice {owner}", owner=clean(owner, 40)))
    if row.get("contact_identifier") and row["contact_identifier"] not in known.contacts:
        found.append(say("its contact is not known to Payt"))
    origins = Counter(payment["origin_identifier"] for payment in row.get("payments", ()))
    if any(times > 1 for times in origins.values()):
        found.append(say("two of its payments have the same origin_identifier"))
    for line in row.get("invoice_lines", ()):
        if line["vat_rate_code"] not in known.vat_rates:
            found.append(
                say(
                    "vat_rate_code {vat_rate_code} is not known to Payt", vat_rate_code=clean(line["vat_rate_code"], 20)
                )
            )
        if not ("total_excl_tax_amount" in line or "total_incl_tax_amount" in line):
            found.append(say("a line has neither total_excl_tax_amount nor total_incl_tax_amount"))
    return list(dict.fromkeys(found))


def _applied(row: Mapping[str, Any], old: State | None, debtor: Debtor | None, contact: Contact | None) -> State:
    before = old or State()
    given = {name: row[name] for name in COMPARED if row.get(name) is not None}
    sent = dt.datetime.fromisoformat(row["sent_at"]) if row.get("sent_at") else None
    currency = _currency(row, old)
    return State(
        values={**before.values, **given},
        debtor=debtor,
        is_sent=before.is_sent or sent is not None or bool(mail_address(debtor, contact)),
        sent_at=before.sent_at or sent,
        labels=row.get("labels", before.labels),
        lines=[words(line) for line in row["invoice_lines"]] if "invoice_lines" in row else before.lines,
        payments=Payments.given(row["payments"], currency) if "payments" in row else before.payments,
    )


def _changes(row: Mapping[str, Any], old: State, new: State, debtor: Debtor | None) -> list[Change]:
    changes = [
        _change(name, old.values.get(name, ""), new.values[name])
        for name in COMPARED
        if row.get(name) is not None and new.values.get(name, "") != old.values.get(name, "")
    ]
    if debtor and (old.debtor is None or old.debtor.id != debtor.id):
        changes.append(_change("debtor", _named(old.debtor), _named(debtor)))
    if row.get("sent_at") and not old.is_sent:
        changes.append(_change("sent_at", "", row["sent_at"]))
    if "labels" in row and sorted(row["labels"]) != sorted(old.labels or []):
        changes.append(_change("labels", ", ".join(old.labels or []), ", ".join(row["labels"]) or say("none")))
    if "invoice_lines" in row:
        changes += _line_changes(old.lines, new.lines)
    if "payments" in row:
        changes += _payment_changes(old.payments, new.payments)
    changes += [
        _change(name, "", say("{value} {unseen}", value=row[name] or CLEARED, unseen=UNSEEN))
        for name in _UNREADABLE
        if name in row
    ]
    return changes + [_change(name, "", _file_words(row[name])) for name in FILES if name in row]


def _change(name: str, old: str, new: str) -> Change:
    was, becomes = (value_of(name, one) for one in (old, str(new)))
    return Change(Field(field_words(name)), within(was, WHOLE), within(becomes, WHOLE) or CLEARED)


def _line_changes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """How many there are, and each line beside the one that stands in its place."""
    changes = [_change("invoice_lines", count(len(old), "line") if old else "", count(len(new), "line"))]
    return changes + _one_by_one("invoice_lines", old, new)


def _payment_changes(old: Payments | None, new: Payments | None) -> list[Change]:
    assert new is not None  # those of the row
    if old is None:
        return [
            _change("payments", "", say("{value} {unseen}", value=new, unseen=UNSEEN)),
            *_one_by_one("payments", (), new.words),
        ]
    was = str(old) if old.words else ""
    return [_change("payments", was, str(new)), *_one_by_one("payments", old.words, new.words)]


def _one_by_one(name: str, old: Sequence[str], new: Sequence[str]) -> list[Change]:
    pairs = enumerate(zip_longest(old, new, fillvalue=""), 1)
    return [_change(f"{name}[{place}]", was, becomes or REMOVED) for place, (was, becomes) in pairs]


def _file_words(file: Mapping[str, Any]) -> str:
    if file.get("destroy"):
        return say("DESTROYED")
    return joined(
        say("{name} {file}", name=term(name), file=file[name]) for name in ("filename", "checksum") if name in file
    )


def _mailed(step: Step, row: Mapping[str, Any], old: State | None, new: State, contact: Contact | None) -> None:
    """Whether Payt e-mails the invoice, and where to."""
    if row.get("sent_at") or (old and old.is_sent):
        return
    step.mail_to = mail_address(new.debtor, contact)
    step.is_elsewhere = bool(new.debtor and step.mail_to and mailbox(step.mail_to) not in mailboxes_of(new.debtor))
    whose = say(", the address of contact {contact}", contact=code(contact.contact_identifier)) if contact else ""
    elsewhere = say(", which is not on file for the debtor") if step.is_elsewhere else ""
    to = say("e-mailed to {address}{whose}{elsewhere}", address=step.mail_to, whose=whose, elsewhere=elsewhere)
    step.notes.append(to if step.mail_to else say("not e-mailed: there is no address on file"))


def _consequences(step: Step, row: Mapping[str, Any], old: State | None, new: State) -> None:
    """What follows from a row that the row itself does not say."""
    if old and old.sent_at and row.get("sent_at") and dt.datetime.fromisoformat(row["sent_at"]) != old.sent_at:
        step.notes.append(say("its sending date stays as it is: the invoice was sent already"))
    if old:
        step.lists = {name: words for name in _LISTS if name in row and (words := _replaced(name, old, new))}
        if new.debtor and (old.debtor is None or old.debtor.id != new.debtor.id):
            owner = _named(old.debtor) or say("one that is not known")
            step.moved = say("{before} → {after}", before=owner, after=_named(new.debtor))
        step.lowered = _lowered(row, old, new)
        step.labels_before = old.labels or []
        step.destroyed = [name for name in FILES if row.get(name, {}).get("destroy")]
        was = old.values.get("currency_code", step.currency)
        if was != step.currency:
            _recoin(step, was, old, new)
        if "payments" not in row:
            _book(step, was, old, new)
        step.effects.append((was, -_amount(old, "amount_open"), -_amount(old, "amount_total")))
    step.effects.append((step.currency, _amount(new, "amount_open"), _amount(new, "amount_total")))


def _lowered(row: Mapping[str, Any], old: State, new: State) -> str:
    """Less that is open, in one currency, and no payment that says why."""
    before, after = _amount(old, "amount_open"), _amount(new, "amount_open")
    currency = _currency(row, old)
    if row.get("payments") or old.values.get("currency_code") != currency or abs(after) >= abs(before):
        return ""
    return say("{before} → {after}", before=money(before, currency), after=money(after, currency))


def _replaced(name: str, old: State, new: State) -> str:
    """What a list was and becomes, in short; empty where nothing was there, or the same."""
    if name == "payments":
        if old.payments is None:
            return say("by {payments}; Payt does not show what was", payments=new.payments)
        return say("{before} → {after}", before=old.payments, after=new.payments) if old.payments.words else ""
    was, becomes = (old.labels or [], new.labels or []) if name == "labels" else (old.lines, new.lines)
    if not was or sorted(was) == sorted(becomes):
        return ""
    before, after = (
        (count(len(one), "label") if name == "labels" else count(len(one), "line")) for one in (was, becomes)
    )
    return say("{before} → {after}", before=before, after=after)


def _recoin(step: Step, was: str, old: State, new: State) -> None:
    """Amounts of two currencies have no difference: what leaves the one stands beside what comes into the other."""
    for verb, currency, state in ((say("leaves"), was, old), (say("comes"), step.currency, new)):
        opened, total = (money(_amount(state, name), currency) for name in ("amount_open", "amount_total"))
        step.notes.append(say("{verb}: {opened} open of {total}", verb=verb, opened=opened, total=total))


def _book(step: Step, was: str, old: State, new: State) -> None:
    """The payment Payt books by itself: what was paid beyond what was paid before, in one currency."""
    before, after = (_amount(state, "amount_total") - _amount(state, "amount_open") for state in (old, new))
    if was == step.currency:
        step.payment = after - before or None
        if step.payment and new.payments is not None:
            new.payments = new.payments.booked(step.payment)
    elif before or after:
        step.recoined = say(
            "{before} before, {after} after", before=money(before, was), after=money(after, step.currency)
        )
        step.notes.append(say("paid: {recoined}; what Payt books for that cannot be said", recoined=step.recoined))
        new.payments = None


def _amount(state: State | None, name: str) -> Decimal:
    return Decimal(state.values.get(name, "0.00")) if state else _ZERO


def mail_address(debtor: Debtor | None, contact: Contact | None = None) -> str:
    """Where Payt would mail an invoice: a contact that is named for it comes before the debtor."""
    ours = (contact.invoice_email_address, contact.default_email_address) if contact else ()
    theirs = (debtor.invoice_email_address, debtor.primary_email_address) if debtor else ()
    return next(filter(None, (*ours, *theirs)), "")


def _named(debtor: Debtor | None) -> str:
    return f"{clean(debtor.debtor_number, 60)} {clean(debtor.name, 60)}" if debtor else ""
