"""Creating and changing invoices in bulk: each record stands or falls alone."""

from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.sandbox import Mail
from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.writes.invoice_fields import InvoiceDraft, fill
from payt_sandbox.writes.invoice_payments import book_difference, replace_payments
from payt_sandbox.writes.shared import Outcome, check_choice, listed_records, read_body

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


def upsert(call: Call) -> Response:
    """Creates or changes invoices by number; what is not sent and comes without `sent_at` is mailed."""
    return _bulk(call, REQUIRED, 201, create=True)


def update(call: Call) -> Response:
    """Changes existing invoices by number; mails nothing."""
    return _bulk(call, ("invoice_number",), 200, create=False)


def _bulk(call: Call, required: tuple[str, ...], status: int, *, create: bool) -> Response:
    read_body(call)
    book, outcome = call.book(), Outcome()
    given = listed_records(call, "invoices", required)
    for record in given:
        _check(record)
    index = book.tables["invoices"].indexes["invoice_number"]
    for record in given:
        number = str(record["invoice_number"])
        ids = index.get(number)
        if not ids and not create:
            outcome.errors.setdefault("not_found", []).append(number)
            continue
        draft = InvoiceDraft(record, old=book.tables["invoices"].rows[ids[0]] if ids else None)
        fill(call, book, draft)
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
    check_choice(record, "payment_method", _METHODS)
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
            check_choice(item, "cost_type", _COST_TYPES)
            check_choice(item, "transaction_type", _TRANSACTIONS)
            for key in required:
                if item.get(key) is None:
                    raise invalid(f"invoices[][{name}][][{key}] is missing")
    for name in ("document", "ubl_document"):
        if record.get(name) is not None and not isinstance(record[name], dict):
            raise invalid(f"invoices[][{name}] is invalid")
    if record.get("labels") is not None and not isinstance(record["labels"], list):
        raise invalid("invoices[][labels] is invalid")


def _store(call: Call, book: Book, draft: InvoiceDraft, mails: bool) -> None:
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
        replace_payments(call, book, invoice_id, draft.record["payments"])
    elif old is not None and "open_amount" in fields:
        book_difference(call, book, old, book.tables["invoices"].rows[invoice_id])


def _mail(call: Call, book: Book, draft: InvoiceDraft, invoice: Row) -> None:
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
