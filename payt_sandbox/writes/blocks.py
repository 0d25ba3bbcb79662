"""Blocking invoices, so that their follow-up stops, and resuming them."""

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.writes.shared import Outcome, listed_texts, read_form


def block(call: Call) -> Response:
    """Blocks invoices; one that is blocked already or paid is counted, with a warning."""
    read_form(call)
    book = call.book()
    found, outcome = _named(call, book)
    for row in found:
        number = row.get("invoice_number", str(row["id"]))
        if row.get("blocked_by_api"):
            outcome.warnings[number] = ["Invoice is already blocked"]
        else:
            changes = {"blocked_by_api": True, "paused_at": row.get("paused_at", call.sandbox.world.now())}
            call.sandbox.world.change_invoice(book.administration_id, row["id"], **changes)
            if not row.get("open_amount"):
                outcome.warnings[number] = ["Invoice is already paid"]
        outcome.count += 1
    return outcome.answer(200)


def resume(call: Call) -> Response:
    """Resumes invoices that were blocked through the API; others are refused one by one."""
    read_form(call)
    book = call.book()
    found, outcome = _named(call, book)
    for row in found:
        if unblock(call, book, row):
            outcome.count += 1
        else:
            outcome.errors.setdefault("not_blocked", []).append(row.get("invoice_number", str(row["id"])))
    return outcome.answer(200)


def unblock(call: Call, book: Book, row: Row) -> bool:
    """Resumes an invoice if it was blocked through the API; a pause that a user set stays."""
    if not row.get("blocked_by_api"):
        return False
    kept = row["paused_at"] if row.get("paused_by_user") else None
    call.sandbox.world.change_invoice(book.administration_id, row["id"], blocked_by_api=None, paused_at=kept)
    return True


def _named(call: Call, book: Book) -> tuple[list[Row], Outcome]:
    """The invoices a call names by number or identifier; the unknown ones are errors of the outcome."""
    table, outcome = book.tables["invoices"], Outcome()
    found: dict[int, Row] = {}
    asked = False
    for name, field_name in (("invoice_numbers", "invoice_number"), ("invoice_identifiers", "invoice_identifier")):
        for value in listed_texts(call, name):
            asked = True
            ids = table.indexes[field_name].get(value)
            if ids:
                found[ids[0]] = table.rows[ids[0]]
            else:
                outcome.errors.setdefault("not_found", []).append(value)
    if not asked:
        raise invalid("invoice_numbers or invoice_identifiers is missing")
    return list(found.values()), outcome
