"""Sending a message, and marking messages as read."""

from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.api.sandbox import Mail
from payt_sandbox.data.names import USERS
from payt_sandbox.wire.forms import SentFile
from payt_sandbox.wire.problems import invalid, not_found
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import mailable, whole
from payt_sandbox.writes.shared import (
    Outcome,
    listed_records,
    read_body,
    shown,
)

# How an addressee is named: parameter, kind of record, the fields in which the value may stand.
_ADDRESSEES: Final = (
    ("debtor_number", "debtors", ("debtor_number",)),
    ("debtor_identifier", "debtors", ("debtor_identifier",)),
    ("invoice_number", "invoices", ("invoice_number",)),
    ("invoice_identifier", "invoices", ("invoice_identifier",)),
    ("credit_case_number", "credit_cases", ("credit_case_number",)),
)
_OWN_ADDRESSES: Final = (
    "reminder_email_address",
    "primary_email_address",
    "debtor_provided_email_address",
    "invoice_email_address",
)
_REFERENCE: Final = {"invoices": "invoice_id", "credit_cases": "credit_case_id"}


def send(call: Call) -> Response:
    """Mails a message; sent twice it is mailed twice."""
    read_body(call)
    book = call.book()
    given = [(name, kind, fields) for name, kind, fields in _ADDRESSEES if call.params.get(name)]
    if len(given) != 1:
        raise invalid("exactly one of " + ", ".join(name for name, _, _ in _ADDRESSEES) + " is required")
    message = _message(call)
    name, kind, fields = given[0]
    row = _lookup(book, kind, fields, str(call.params[name]))
    debtor = row if kind == "debtors" else book.tables["debtors"].rows.get(row.get("debtor_id", -1), {})
    to = message.get("email") or own_address(debtor)
    if to is None:
        raise invalid("The debtor has no email address")
    attachments = tuple(item.filename for item in message.get("attachments") or () if isinstance(item, SentFile))
    call.sandbox.mails.append(
        Mail(
            "message",
            str(to),
            message.get("cc_email"),
            message.get("bcc_email"),
            message["subject"],
            message["body"],
            row.get("invoice_number"),
            attachments,
        )
    )
    world = call.sandbox.world
    references = {"debtor_id": debtor.get("id"), _REFERENCE.get(kind, "debtor_id"): row["id"]}
    key = world.add(
        book.administration_id,
        "messages",
        sender_type="creditor",
        subject=message["subject"],
        content=message["body"],
        sent_at=world.now(),
        **references,
    )
    return shown(call, book, "messages", int(key), 200)


def own_address(debtor: Row) -> str | None:
    """Where mail for a debtor goes when nothing else is said; None when it has no address."""
    return next((debtor[field] for field in _OWN_ADDRESSES if field in debtor), None)


def _message(call: Call) -> dict[str, Any]:
    message = call.params.get("message")
    if not isinstance(message, dict):
        raise invalid("message is missing")
    for name in ("subject", "body"):
        if not isinstance(message.get(name), str) or not message[name].strip():
            raise invalid(f"message[{name}] is missing")
    for name in ("email", "cc_email", "bcc_email"):
        addresses = str(message.get(name) or "").split(",")
        if message.get(name) and not all(mailable(address) for address in addresses):
            raise invalid(f"message[{name}] is invalid")
    if message.get("email") and "," in str(message["email"]):
        raise invalid("message[email] is invalid")
    attachments = message.get("attachments")
    if attachments and not (isinstance(attachments, list) and all(isinstance(item, SentFile) for item in attachments)):
        raise invalid("message[attachments] is invalid")
    return message


def _lookup(book: Book, kind: str, fields: tuple[str, ...], value: str) -> Row:
    table = book.tables[kind]
    for field in fields:
        ids = table.indexes[field].get(value)
        if ids:
            return table.rows[ids[0]]
    raise not_found(kind.removesuffix("s").replace("_", " ").capitalize())


def mark_read(call: Call) -> Response:
    """Marks messages as read or unread; errors are keyed by kind of failure."""
    read_body(call)
    book, outcome, world = call.book(), Outcome(), call.sandbox.world
    for record in listed_records(call, "messages", ("id", "read")):
        key = str(record["id"])
        row = book.tables["messages"].rows.get(whole(key) or 0)
        if row is None:
            outcome.errors.setdefault("not_found", []).append(key)
            continue
        read = record["read"] is True or str(record["read"]).lower() == "true"
        changes = {"read_at": row.get("read_at", world.now()), "read_by_user": row.get("read_by_user", USERS[0])}
        world.change_message(book.administration_id, row["id"], **(changes if read else dict.fromkeys(changes)))
        outcome.count += 1
    return outcome.answer(200)
