"""One invoice of a bulk write on its way in: read into stored fields, every error in it noted."""

from dataclasses import dataclass
from typing import Final

from payt_sandbox.api.calls import Call
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import parse_amount, parse_date, parse_stamp, stamp
from payt_sandbox.writes.drafts import Draft, spoken
from payt_sandbox.writes.invoice_lines import invoice_lines
from payt_sandbox.writes.invoice_payments import check_payments

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
class InvoiceDraft(Draft):
    """One record on its way in; `old` is the invoice it changes (None: a new one)."""

    old: Row | None = None


def fill(call: Call, book: Book, draft: InvoiceDraft) -> None:
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
        fields["invoice_lines"] = invoice_lines(book, draft)
    if record.get("payments") is not None:
        check_payments(draft)


def _values(draft: InvoiceDraft) -> None:
    """Reads dates, amounts and what else has a form of its own."""
    record, fields, errors = draft.record, draft.fields, draft.errors
    for name in ("invoice_date", "due_date"):
        if record.get(name) is not None:
            try:
                fields[name] = parse_date(record[name])
            except ValueError:
                errors.append(f"{spoken(name)} is not a valid date")
    for name, stored in _AMOUNTS.items():
        if record.get(name) is not None:
            try:
                fields[stored] = parse_amount(record[name])
            except ValueError:
                errors.append(f"{spoken(name)} is not a number")
    if not str(record["invoice_number"]).strip():
        errors.append("Invoice number can't be blank")
    if len(fields.get("currency_code", "EUR")) != len("EUR"):
        errors.append("Currency code is invalid")


def _debtor(book: Book, draft: InvoiceDraft) -> None:
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


def _identifier(book: Book, draft: InvoiceDraft) -> None:
    identifier = draft.fields.get("invoice_identifier")
    taken = book.tables["invoices"].indexes["invoice_identifier"].get(identifier) if identifier else []
    if taken and (draft.old is None or taken[0] != draft.old["id"]):
        draft.errors.append("Invoice identifier has already been taken")


def _sent(draft: InvoiceDraft) -> None:
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


def _documents(call: Call, draft: InvoiceDraft) -> None:
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
            draft.errors.append(f"{spoken(name)} checksum is unknown, upload the file first")
        else:
            draft.fields[name] = str(checksum)
