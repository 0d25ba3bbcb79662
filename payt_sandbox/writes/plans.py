"""Making a payment plan, and approving, rejecting and ending one."""

from typing import Any

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.sandbox import Mail
from payt_sandbox.data.names import USERS
from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import mailable, parse_amount, parse_date
from payt_sandbox.writes.messages import own_address
from payt_sandbox.writes.shared import (
    listed_records,
    listed_texts,
    read_body,
    read_form,
    record_of_path,
    shown,
)


def create(call: Call) -> Response:
    """Makes an approved plan for invoices of one debtor, and mails it, with a copy if one is asked for."""
    read_body(call)
    book, world = call.book(), call.sandbox.world
    copy_to = call.params.get("cc_email_address")
    if copy_to and not mailable(str(copy_to)):
        raise invalid("cc_email_address is invalid")
    invoices = _planned(call, book)
    terms = _terms(call)
    debtor_id = invoices[0].get("debtor_id")
    plan_id = world.add_payment_plan(
        book.administration_id,
        [row["id"] for row in invoices],
        debtor_id=debtor_id,
        approved_at=world.now(),
        payment_terms=terms,
    )
    debtor = book.tables["debtors"].rows.get(debtor_id or 0, {})
    mail = Mail("payment_plan", own_address(debtor), str(copy_to) if copy_to else None, None, "Payment plan", "")
    call.sandbox.mails.append(mail)
    return shown(call, book, "payment_plans", int(plan_id), 201)


def _planned(call: Call, book: Book) -> list[Row]:
    """The invoices a plan is asked for; 422 when one cannot be in it, or when they are of several debtors."""
    table = book.tables["invoices"]
    found: dict[int, Row] = {}
    for name, field_name in (("invoice_numbers", "invoice_number"), ("invoice_identifiers", "invoice_identifier")):
        for value in listed_texts(call, name):
            ids = table.indexes[field_name].get(value)
            if not ids:
                raise invalid(f"{name}: {value} is unknown")
            found[ids[0]] = table.rows[ids[0]]
    for value in listed_texts(call, "credit_case_numbers"):
        cases = book.tables["credit_cases"].indexes["credit_case_number"].get(value)
        if not cases:
            raise invalid(f"credit_case_numbers: {value} is unknown")
        found |= {key: table.rows[key] for key in table.indexes["active_credit_case_id"].get(cases[0])}
    rows = list(found.values())
    if not rows:
        raise invalid("invoice_numbers, invoice_identifiers or credit_case_numbers is missing")
    if len({(row.get("debtor_id"), row["currency_code"]) for row in rows}) > 1:
        raise invalid("The invoices are of several debtors or in several currencies")
    if not all(row["open_amount"] > 0 and "active_payment_plan_id" not in row for row in rows):
        raise invalid("An invoice is paid, or in a payment plan already")
    return rows


def _terms(call: Call) -> tuple[tuple[Any, ...], ...]:
    terms = []
    for item in listed_records(call, "terms", ("amount", "due_date")):
        try:
            amount, due_date = parse_amount(item["amount"]), parse_date(item["due_date"])
        except ValueError:
            raise invalid("terms is invalid") from None
        if amount <= 0:
            raise invalid("terms[amount] must be greater than 0")
        terms.append((call.sandbox.world.take_id("payment_terms"), amount, amount, due_date, None))
    if not terms:
        raise invalid("terms is missing")
    return tuple(terms)


def approve(call: Call) -> Response:
    """Approves a proposed plan: it becomes active and is set on its invoices and their cases."""
    read_form(call)
    book, row = record_of_path(call, "payment_plans")
    _proposed(row)
    world = call.sandbox.world
    world.change_payment_plan(book.administration_id, row["id"], active=True, approved_at=world.now())
    world.tie_plan(book.administration_id, row["id"], row.get("invoice_ids", ()))
    return shown(call, book, "payment_plans", row["id"], 200)


def reject(call: Call) -> Response:
    """Rejects a proposed plan."""
    read_form(call)
    book, row = record_of_path(call, "payment_plans")
    _proposed(row)
    world = call.sandbox.world
    world.change_payment_plan(book.administration_id, row["id"], rejected_at=world.now(), rejected_by_user=USERS[0])
    return shown(call, book, "payment_plans", row["id"], 200)


def _proposed(row: Row) -> None:
    if row.get("active") or "rejected_at" in row or "deactivated_at" in row:
        raise invalid("The payment plan is not a proposed one")


def deactivate(call: Call) -> Response:
    """Ends an active plan and releases its invoices and their cases."""
    read_form(call)
    book, row = record_of_path(call, "payment_plans")
    if not row.get("active"):
        raise invalid("The payment plan is not active")
    world = call.sandbox.world
    world.change_payment_plan(book.administration_id, row["id"], active=False, deactivated_at=world.now())
    return shown(call, book, "payment_plans", row["id"], 200)
