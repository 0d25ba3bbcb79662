"""Creating and changing invoices in bulk: each record stands or falls alone."""

from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.sandbox import Mail
from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import (
    money,
    parse_amount,
    parse_date,
    parse_stamp,
    share,
    stamp,
)
from payt_sandbox.writes.shared import (
    Outcome,
    one_of,
    read_body,
    records,
)

REQUIRED: Final = (
    "currency_code",
    "invoice_number",
    "invoice_date",
    "due_date",
    "book_amount_total",
    "book_amount_open",
    "amount_open",
    "amount_total",
)
_METHODS: Final = ("bank_transfer", "direct_debit", "cash", "none", "unknown")
_COST_TYPES: Final = ("principal", "administration_costs", "interest_costs", "debt_collection_costs")
_TRANSACTIONS: Final = ("credit", "payment", "reversal", "revaluation", "settlement", "write_off", "")
_TEXTS: Final = [
    "currency_code",
    "invoice_number",
    "invoice_identifier",
    "order_number",
    "peppol_identifier",
    "description",
    "category",
    "payment_method",
]

# Amounts are called one thing when written and another when read.
_AMOUNTS: Final = {
    "amount_total": "total_amount",
    "amount_open": "open_amount",
    "book_amount_total": "book_total_amount",
    "book_amount_open": "book_open_amount",
}


@dataclass
class _Draft:
    """One record on its way in: the invoice it changes (None: a new one), and what came up."""

    record: dict[str, Any]
    old: Row | None
    fields: Row = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def upsert(call: Call) -> Response:
    """Creates or changes invoices by number; what is not sent and comes without `sent_at` is mailed."""
    return _bulk(call, REQUIRED, 201, create=True)


def update(call: Call) -> Response:
    """Changes existing invoices by number; mails nothing."""
    return _bulk(call, ("invoice_number",), 200, create=False)


def _bulk(call: Call, required: tuple[str, ...], status: int, *, create: bool) -> Response:
    read_body(call)
    book, outcome = call.book(), Outcome()
    given = records(call, "invoices", required)
    for record in given:
        _check(record)
    index = book.tables["invoices"].indexes["invoice_number"]
    for record in given:
        number = str(record["invoice_number"])
        ids = index.get(number)
        if not ids and not create:
            outcome.errors.setdefault("not_found", []).append(number)
            continue
        draft = _Draft(record, book.tables["invoices"].rows[ids[0]] if ids else None)
        _fill(call, book, draft)
        if draft.errors:
            outcome.errors.setdefault(number, []).extend(draft.errors)
            continue
        _store(call, book, draft, create)
        outcome.count += 1
        if draft.warnings:
            outcome.warnings.setdefault(number, []).extend(draft.warnings)
    return outcome.answer(status)


def _check(record: dict[str, Any]) -> None:
    """What the contract promises of the form of a record; 422 otherwise."""
    one_of(record, "payment_method", _METHODS)
    for name, required in (
        ("payments", ("amount", "origin_identifier")),
        ("invoice_lines", ("description", "vat_rate_code")),
    ):
        items = record.get(name)
        if items is None:
            continue
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise invalid(f"invoices[][{name}] is invalid")
        for item in items:
            one_of(item, "cost_type", _COST_TYPES)
            one_of(item, "transaction_type", _TRANSACTIONS)
            for key in required:
                if item.get(key) is None:
                    raise invalid(f"invoices[][{name}][][{key}] is missing")
    for name in ("document", "ubl_document"):
        if record.get(name) is not None and not isinstance(record[name], dict):
            raise invalid(f"invoices[][{name}] is invalid")
    if record.get("labels") is not None and not isinstance(record["labels"], list):
        raise invalid("invoices[][labels] is invalid")


def _fill(call: Call, book: Book, draft: _Draft) -> None:
    """Reads a record into stored fields, and notes every error in it."""
    record, fields = draft.record, draft.fields
    fields.update({name: str(record[name]) for name in _TEXTS if record.get(name) is not None})
    _values(draft)
    _debtor(book, draft)
    _identifier(book, draft)
    _sent(draft)
    _documents(call, draft)
    if record.get("labels") is not None:
        fields["labels"] = tuple(str(label) for label in record["labels"])
    if record.get("invoice_lines") is not None:
        fields["invoice_lines"] = _lines(book, draft)
    if record.get("payments") is not None:
        _payments_given(draft)


def _values(draft: _Draft) -> None:
    """Reads dates, amounts and what else has a form of its own."""
    record, fields, errors = draft.record, draft.fields, draft.errors
    for name in ("invoice_date", "due_date"):
        if record.get(name) is not None:
            try:
                fields[name] = parse_date(record[name])
            except ValueError:
                errors.append(f"{_human(name)} is not a valid date")
    for name, stored in _AMOUNTS.items():
        if record.get(name) is not None:
            try:
                fields[stored] = parse_amount(record[name])
            except ValueError:
                errors.append(f"{_human(name)} is not a number")
    if not str(record["invoice_number"]).strip():
        errors.append("Invoice number can't be blank")
    if len(fields.get("currency_code", "EUR")) != len("EUR"):
        errors.append("Currency code is invalid")


def _human(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _debtor(book: Book, draft: _Draft) -> None:
    table = book.tables["debtors"]
    asked = [name for name in ("debtor_number", "debtor_identifier") if draft.record.get(name) is not None]
    if not asked:
        if draft.old is None:
            draft.errors.append("Debtor can't be blank")
        return
    found = [table.indexes[name].get(str(draft.record[name])) for name in asked]
    if not all(found) or len({ids[0] for ids in found}) > 1:
        draft.errors.append("Debtor not found")
        return
    row = table.rows[found[0][0]]
    draft.fields["debtor_id"] = row["id"]
    draft.fields["debtor_number"] = row["debtor_number"]
    contact = draft.record.get("contact_identifier")
    if contact is not None and not book.tables["contacts"].indexes["contact_identifier"].get(str(contact)):
        draft.errors.append("Contact not found")


def _identifier(book: Book, draft: _Draft) -> None:
    identifier = draft.fields.get("invoice_identifier")
    taken = book.tables["invoices"].indexes["invoice_identifier"].get(identifier) if identifier else []
    if taken and (draft.old is None or taken[0] != draft.old["id"]):
        draft.errors.append("Invoice identifier has already been taken")


def _sent(draft: _Draft) -> None:
    given = draft.record.get("sent_at")
    if given is None:
        return
    try:
        moment = stamp(parse_stamp(str(given)))
    except (ValueError, OverflowError):
        draft.errors.append("Sent at is not a valid timestamp")
        return
    sent = draft.old.get("sent_at") if draft.old else None
    if sent is None:
        draft.fields["sent_at"] = moment
    elif sent != moment:
        draft.warnings.append("Sent at can only be changed while the invoice is not sent yet")


def _documents(call: Call, draft: _Draft) -> None:
    for name in ("document", "ubl_document"):
        given = draft.record.get(name)
        if given is None:
            continue
        checksum = given.get("checksum")
        if given.get("destroy") in (True, "true", "1"):
            attached = (draft.old or {}).get(name)
            if checksum is None or attached == checksum:
                draft.fields[name] = False
            continue
        upload = call.sandbox.uploads.get(str(checksum))
        if upload is None or upload.content is None:
            draft.errors.append(f"{_human(name)} checksum is unknown, upload the file first")
        else:
            draft.fields[name] = str(checksum)


def _lines(book: Book, draft: _Draft) -> tuple[dict[str, Any], ...]:
    rates = book.tables["vat_rates"]
    lines = []
    for position, item in enumerate(draft.record["invoice_lines"], 1):
        known = rates.indexes["code"].get(str(item["vat_rate_code"]))
        if not known:
            draft.errors.append("Vat rate code is unknown")
            continue
        try:
            lines.append(_line(item, position, rates.rows[known[0]]["rate"]))
        except (TypeError, ValueError):
            draft.errors.append("Invoice lines have an amount that is missing or not a number")
    return tuple(lines)


def _line(item: dict[str, Any], position: int, rate: int) -> dict[str, Any]:
    """A line with its missing amounts worked out; `rate` is in hundredths of a percent."""
    without, including = item.get("total_excl_tax_amount"), item.get("total_incl_tax_amount")
    if without is None and including is None:
        raise ValueError("an invoice line needs an amount")
    excl = parse_amount(without) if without is not None else share(parse_amount(including), 10000, 10000 + rate)
    incl = parse_amount(including) if including is not None else excl + share(excl, rate, 10000)
    return {
        "description": str(item["description"]),
        "product_unit": str(item.get("product_unit", "piece")),
        "vat_percentage": f"{rate // 100}.{rate % 100 // 10}",
        "vat_rate_code": str(item["vat_rate_code"]),
        "product_quantity": str(item.get("product_quantity", "1.0")),
        "line_order": int(item.get("line_order", position)),
        "product_price": str(item.get("product_price", money(excl))),
        "total_excl_tax_amount": money(excl),
        "total_incl_tax_amount": money(incl),
        "vat_amount": money(incl - excl),
    }


def _payments_given(draft: _Draft) -> None:
    origins = [str(item["origin_identifier"]) for item in draft.record["payments"]]
    if len(set(origins)) != len(origins):
        draft.errors.append("Payments origin identifier has already been taken")
    for item in draft.record["payments"]:
        try:
            parse_amount(item["amount"])
            if item.get("payment_date") is not None:
                parse_date(item["payment_date"])
        except ValueError:
            draft.errors.append("Payments have an amount or a date that is not valid")


def _store(call: Call, book: Book, draft: _Draft, mails: bool) -> None:
    world, fields, old = call.sandbox.world, draft.fields, draft.old
    merged = {**(old or {}), **fields}
    if mails and "sent_at" not in merged:
        _mail(call, book, draft, merged)
    if "open_amount" in fields:
        paid_on = (old or {}).get("payment_date", world.now()[:10])
        fields["payment_date"] = paid_on if fields["open_amount"] == 0 else None
    if old is None:
        fields.setdefault("document", False)
        missing = dict.fromkeys(("sent_at", "invoice_identifier"))
        invoice_id = int(world.add_invoice(book.administration_id, **{**missing, **fields}))
    else:
        invoice_id = old["id"]
        world.change_invoice(book.administration_id, invoice_id, **fields)
    if draft.record.get("payments") is not None:
        _replace_payments(call, book, invoice_id, draft.record["payments"])
    elif old is not None and "open_amount" in fields:
        _book_difference(call, book, old, book.tables["invoices"].rows[invoice_id])


def _mail(call: Call, book: Book, draft: _Draft, invoice: Row) -> None:
    """Mails a new or not yet sent invoice to its debtor, which is what sets `sent_at`."""
    debtor = book.tables["debtors"].rows.get(invoice.get("debtor_id", -1), {})
    to = debtor.get("invoice_email_address") or debtor.get("primary_email_address")
    if to is None:
        draft.warnings.append("The invoice was not sent, the debtor has no email address")
        return
    number = invoice["invoice_number"]
    cc, bcc = debtor.get("invoice_cc_email_address"), debtor.get("invoice_bcc_email_address")
    mail = Mail("invoice", to, cc, bcc, f"Invoice {number}", f"Please find invoice {number} attached.", number)
    call.sandbox.mails.append(mail)
    draft.fields["sent_at"] = call.sandbox.world.now()


def _replace_payments(call: Call, book: Book, invoice_id: int, given: list[dict[str, Any]]) -> None:
    world, table = call.sandbox.world, book.tables["payments"]
    invoice = book.tables["invoices"].rows[invoice_id]
    for key in list(table.indexes["invoice_id"].get(invoice_id)):
        world.delete_payment(book.administration_id, key)
    for item in given:
        amount = parse_amount(item["amount"])
        booked = item.get("book_amount")
        in_book = parse_amount(booked) if booked is not None else _in_book(invoice, amount)
        world.add_payment(
            book.administration_id,
            invoice_id=invoice_id,
            origin_identifier=str(item["origin_identifier"]),
            total_amount=amount,
            total_book_amount=in_book,
            payment_date=item.get("payment_date") or world.now()[:10],
            cost_type=item.get("cost_type", "principal"),
            transaction_type=item.get("transaction_type") or "payment",
            description=item.get("description"),
            payment_method=item.get("payment_method"),
            reversal_code=item.get("reversal_code"),
        )


def _in_book(invoice: Row, amount: int) -> int:
    if "book_total_amount" not in invoice or not invoice["total_amount"]:
        return amount
    return share(invoice["book_total_amount"], amount, invoice["total_amount"])


def _book_difference(call: Call, book: Book, old: Row, new: Row) -> None:
    """A payment for what the open amount changed beyond the change of the total."""
    paid = (new["total_amount"] - new["open_amount"]) - (old["total_amount"] - old["open_amount"])
    if paid == 0:
        return
    world = call.sandbox.world
    world.add_payment(
        book.administration_id,
        invoice_id=new["id"],
        total_amount=paid,
        total_book_amount=_in_book(new, paid),
        payment_date=world.now()[:10],
        cost_type="principal",
        transaction_type="payment",
        description="Difference in open amount",
    )
