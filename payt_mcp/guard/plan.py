"""The plan of an upsert: what each row would do to the books, in the order Payt takes them. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from payt_mcp.guard.proposal import Warned
from payt_mcp.guard.row_text import WHOLE, foreign, line_words, words
from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.present import clean, count, money, some

AMOUNTS = {
    "amount_total": "total_amount",
    "amount_open": "open_amount",
    "book_amount_total": "book_total_amount",
    "book_amount_open": "book_open_amount",
}
"""Amounts are called one thing when written and another when read."""

_COMPARED = (
    "currency_code", "invoice_date", "due_date", "invoice_identifier", "order_number", "peppol_identifier",
    "description", "category", "payment_method", *AMOUNTS,
)  # fmt: skip
_UNREADABLE = ("contact_identifier", "payment_condition", "payment_term")
_FILES = ("document", "ubl_document")
NOT_READ_BACK = ("payments", *_UNREADABLE, *_FILES)
"""Payt takes these and does not show them by invoice: whether they were taken cannot be seen afterwards."""
_LISTS = ("payments", "invoice_lines", "labels")
_ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Known:
    """What Payt has, as far as a batch touches it. Debtors by number and by identifier; invoices by number."""

    sender: str
    currency: str
    invoices: Mapping[str, Invoice]
    debtors: Mapping[str, Debtor]
    debtors_by_identifier: Mapping[str, Debtor]
    debtors_by_id: Mapping[str, Debtor]
    owners_of_identifiers: Mapping[str, str]
    contacts: frozenset[str]
    vat_rates: frozenset[str]
    bank_account: str = ""
    hosts: tuple[str, ...] = ()


@dataclass
class State:
    """An invoice as it stands before or after a row: values as text in Payt's write names."""

    values: dict[str, str] = field(default_factory=dict)
    debtor: Debtor | None = None
    is_sent: bool = False
    sent_at: dt.datetime | None = None
    labels: list[str] | None = None
    lines: list[str] = field(default_factory=list)


@dataclass
class Step:
    """What one row does."""

    number: str
    action: str
    debtor: str = ""
    changes: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mail_to: str = ""
    payment: Decimal | None = None
    lists: list[str] = field(default_factory=list)
    currency: str = ""
    effects: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """What changes in a currency: what is open, and the total."""

    def as_json(self) -> dict[str, Any]:
        return {
            "invoice": self.number,
            "action": self.action,
            "debtor": self.debtor,
            "changes": self.changes,
            "notes": self.notes,
        }


def plan(rows: Sequence[Mapping[str, Any]], known: Known) -> list[Step]:
    """A step for each row; a number that comes twice is changed twice."""
    states = {number: _state(invoice, known) for number, invoice in known.invoices.items()}
    taken = dict(known.owners_of_identifiers)
    return [_step(row, states, taken, known) for row in rows]


def _state(invoice: Invoice, known: Known) -> State:
    values = {name: getattr(invoice, AMOUNTS.get(name, name)) for name in _COMPARED}
    return State(
        values={name: _said(value) for name, value in values.items() if value is not None},
        debtor=known.debtors_by_id.get(invoice.debtor_id or ""),
        is_sent=invoice.sent_at is not None,
        sent_at=invoice.sent_at,
        labels=[label.name or "" for label in invoice.labels],
        lines=[line_words(line) for line in invoice.invoice_lines],
    )


def _said(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _step(row: Mapping[str, Any], states: dict[str, State], taken: dict[str, str], known: Known) -> Step:
    number = row["invoice_number"]
    old = states.get(number)
    debtor, troubles = _debtor(row, old, known)
    troubles += _troubles(row, number, taken, known)
    step = Step(number, "created" if old is None else "updated", debtor=_named(debtor), currency=row["currency_code"])
    if troubles:
        step.action, step.notes = "refused", troubles
        return step
    new = _applied(row, old, debtor)
    step.changes = _changes(row, old or State(), new, debtor)
    _consequences(step, row, old, new)
    if old is not None and not step.changes and not step.mail_to:
        step.action = "unchanged"
    states[number] = new
    if row.get("invoice_identifier"):
        taken[row["invoice_identifier"]] = number
    return step


def _debtor(row: Mapping[str, Any], old: State | None, known: Known) -> tuple[Debtor | None, list[str]]:
    asked = [
        index.get(row[name])
        for name, index in (("debtor_number", known.debtors), ("debtor_identifier", known.debtors_by_identifier))
        if row.get(name)
    ]
    if not asked:
        return (old.debtor if old else None), ([] if old else ["it names no debtor"])
    found = asked[0]
    if found is None or any(other is None or other.id != found.id for other in asked):
        return None, ["its debtor is not known to Payt"]
    return found, []


def _troubles(row: Mapping[str, Any], number: str, taken: Mapping[str, str], known: Known) -> list[str]:
    found = []
    owner = taken.get(row.get("invoice_identifier", ""))
    if owner is not None and owner != number:
        found.append(f"its identifier is that of invoice {clean(owner, 40)}")
    if row.get("contact_identifier") and row["contact_identifier"] not in known.contacts:
        found.append("its contact is not known to Payt")
    origins = Counter(payment["origin_identifier"] for payment in row.get("payments", ()))
    if any(times > 1 for times in origins.values()):
        found.append("two of its payments have the same origin_identifier")
    for line in row.get("invoice_lines", ()):
        if line["vat_rate_code"] not in known.vat_rates:
            found.append(f"vat_rate_code {clean(line['vat_rate_code'], 20)} is not known to Payt")
        if not ("total_excl_tax_amount" in line or "total_incl_tax_amount" in line):
            found.append("a line has neither total_excl_tax_amount nor total_incl_tax_amount")
    return list(dict.fromkeys(found))


def _applied(row: Mapping[str, Any], old: State | None, debtor: Debtor | None) -> State:
    before = old or State()
    given = {name: row[name] for name in _COMPARED if row.get(name) is not None}
    sent = dt.datetime.fromisoformat(row["sent_at"]) if row.get("sent_at") else None
    return State(
        values={**before.values, **given},
        debtor=debtor,
        is_sent=before.is_sent or sent is not None or bool(mail_address(debtor)),
        sent_at=before.sent_at or sent,
        labels=row.get("labels", before.labels),
        lines=[words(line) for line in row["invoice_lines"]] if "invoice_lines" in row else before.lines,
    )


def _changes(row: Mapping[str, Any], old: State, new: State, debtor: Debtor | None) -> list[dict[str, str]]:
    changes = [
        _change(name, old.values.get(name, ""), new.values[name])
        for name in _COMPARED
        if row.get(name) is not None and new.values.get(name) != old.values.get(name)
    ]
    if debtor and (old.debtor is None or old.debtor.id != debtor.id):
        changes.append(_change("debtor", _named(old.debtor), _named(debtor)))
    if row.get("sent_at") and not old.is_sent:
        changes.append(_change("sent_at", "", row["sent_at"]))
    if "labels" in row and sorted(row["labels"]) != sorted(old.labels or []):
        changes.append(_change("labels", ", ".join(old.labels or []), ", ".join(row["labels"]) or "none"))
    if "invoice_lines" in row:
        changes += _line_changes(old.lines, new.lines)
    if "payments" in row:
        changes += _payment_changes(row["payments"])
    changes += [_change(name, "", f"{row[name]} (Payt does not show what was)") for name in _UNREADABLE if name in row]
    return changes + [_change(name, "", _file_words(row[name])) for name in _FILES if name in row]


def _change(name: str, old: str, new: str) -> dict[str, str]:
    return {"field": name, "old": clean(old, WHOLE), "new": clean(str(new), WHOLE)}


def _line_changes(old: Sequence[str], new: Sequence[str]) -> list[dict[str, str]]:
    """How many there are, and each line beside the one that stands in its place."""
    changes = [_change("invoice_lines", count(len(old), "line") if old else "", count(len(new), "line"))]
    for place, (was, becomes) in enumerate(zip_longest(old, new, fillvalue=""), 1):
        changes.append(_change(f"invoice_lines[{place}]", was, becomes or "removed"))
    return changes


def _payment_changes(payments: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    paid = sum((Decimal(payment["amount"]) for payment in payments), _ZERO)
    changes = [_change("payments", "", f"{count(len(payments), 'payment')}, {paid} in all")]
    return changes + [_change(f"payments[{place}]", "", words(one)) for place, one in enumerate(payments, 1)]


def _file_words(file: Mapping[str, Any]) -> str:
    if file.get("destroy"):
        return "DESTROYED"
    return ", ".join(f"{name} {file[name]}" for name in ("filename", "checksum") if name in file)


def _consequences(step: Step, row: Mapping[str, Any], old: State | None, new: State) -> None:
    """What follows from a row that the row itself does not say."""
    if not row.get("sent_at") and not (old and old.is_sent):
        step.mail_to = mail_address(new.debtor)
        step.notes.append(f"e-mailed to {step.mail_to}" if step.mail_to else "not e-mailed: the debtor has no address")
    if old and old.sent_at and row.get("sent_at") and dt.datetime.fromisoformat(row["sent_at"]) != old.sent_at:
        step.notes.append("sent_at stays as it is: the invoice was sent already")
    if old:
        step.lists = [name for name in _LISTS if name in row and (name == "payments" or _has(old, name))]
        step.lists += [f"{name} destroyed" for name in _FILES if row.get(name, {}).get("destroy")]
        if "payments" not in row:
            step.payment = _booked(old, new) or None
    if old:
        was = old.values.get("currency_code", step.currency)
        step.effects.append((was, -_amount(old, "amount_open"), -_amount(old, "amount_total")))
    step.effects.append((step.currency, _amount(new, "amount_open"), _amount(new, "amount_total")))


def _has(old: State, name: str) -> bool:
    return bool(old.labels) if name == "labels" else bool(old.lines)


def _booked(old: State, new: State) -> Decimal:
    """The payment Payt books by itself: what was paid beyond what was paid before."""
    paid = _amount(new, "amount_total") - _amount(new, "amount_open")
    return paid - (_amount(old, "amount_total") - _amount(old, "amount_open"))


def _amount(state: State | None, name: str) -> Decimal:
    return Decimal(state.values.get(name, "0.00")) if state else _ZERO


def mail_address(debtor: Debtor | None) -> str:
    """Where Payt would mail an invoice."""
    return (debtor.invoice_email_address or debtor.primary_email_address or "") if debtor else ""


def _named(debtor: Debtor | None) -> str:
    return f"{clean(debtor.debtor_number, 60)} {clean(debtor.name, 60)}" if debtor else ""


def warnings_of(rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], known: Known) -> list[Warned]:
    """What is odd about a batch; nothing of it is refused for that."""
    posted = [row for row, step in zip(rows, steps, strict=True) if step.action != "refused"]
    found = foreign(posted, known.bank_account, known.hosts)
    refused = [step.number for step in steps if step.action == "refused"]
    if refused:
        found.append(Warned(f"Refused and kept out of what is posted: {_some(refused)}."))
    recoined = [step.number for step in steps if len({currency for currency, _, _ in step.effects}) > 1]
    if recoined:
        found.append(Warned(f"The currency changes: {_some(recoined)}."))
    mailed = [step.number for step in steps if step.mail_to]
    if mailed:
        found.append(Warned(f"Payt e-mails {count(len(mailed), 'invoice')} to debtors: sent_at is missing.", True))
    destroyed = [step.number for step in steps if any("destroyed" in name for name in step.lists)]
    if destroyed:
        found.append(Warned(f"Files are destroyed: {_some(destroyed)}.", True))
    above = [r["invoice_number"] for r in rows if abs(Decimal(r["amount_open"])) > abs(Decimal(r["amount_total"]))]
    early = [r["invoice_number"] for r in rows if r["due_date"] < r["invoice_date"]]
    twice = [n for n, times in Counter(r["invoice_number"] for r in rows).items() if times > 1]
    apart = [r["invoice_number"] for r in rows if "payments" in r and _unpaid(r) != Decimal(r["amount_open"])]
    for numbers, what in (
        (above, "More is open than the total"),
        (early, "Due before the invoice date"),
        (twice, "The number comes twice in this batch; the later row wins"),
        (apart, "Payments do not add up to what is no longer open"),
    ):
        if numbers:
            found.append(Warned(f"{what}: {_some(numbers)}."))
    return sorted(found, key=lambda warned: not warned.danger)


def _unpaid(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["amount_total"]) - sum((Decimal(payment["amount"]) for payment in row["payments"]), _ZERO)


def _some(numbers: Sequence[str]) -> str:
    return some(clean(number, 40) for number in numbers)


def preview_of(
    rows: Sequence[Mapping[str, Any]], steps: Sequence[Step], known: Known, administration_id: str
) -> dict[str, Any]:
    """What a person is shown: mails first, then figures, then every row."""
    counts = Counter(step.action for step in steps)
    return {
        "kind": "invoices",
        "title": f"{count(len(steps), 'invoice')} into {clean(known.sender, 60)}",
        "from": clean(known.sender, WHOLE),
        "administration_id": administration_id,
        "mails": [{"invoice": step.number, "to": step.mail_to} for step in steps if step.mail_to],
        "counts": {kind: counts[kind] for kind in ("created", "updated", "unchanged", "refused") if counts[kind]},
        "money": _money(steps),
        "payments": [
            {"invoice": step.number, "amount": money(step.payment, step.currency)} for step in steps if step.payment
        ],
        "lists": _lists(steps),
        "rows": [step.as_json() for step in steps],
        "warnings": [warned.as_json() for warned in warnings_of(rows, steps, known)],
    }


def _money(steps: Sequence[Step]) -> list[dict[str, str]]:
    totals: dict[str, list[Decimal]] = {}
    for step in steps:
        for currency, opened, totalled in step.effects if step.action in {"created", "updated"} else ():
            sums = totals.setdefault(currency, [_ZERO, _ZERO])
            sums[0] += opened
            sums[1] += totalled
    return [
        {"currency": name, "text": f"open {opened:+,.2f}, total {totalled:+,.2f}"}
        for name, (opened, totalled) in sorted(totals.items())
    ]


def _lists(steps: Sequence[Step]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for step in steps:
        for name in step.lists:
            words = f"Files destroyed ({name.split()[0]})" if "destroyed" in name else f"{name} replaced as a whole"
            found.setdefault(words, []).append(step.number)
    return found
