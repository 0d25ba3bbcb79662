"""What the write endpoints share: the body, bulk answers, and the smaller bulk endpoints."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import Response

from payt_mcp.sandbox.calls import Call
from payt_mcp.sandbox.forms import parse_body
from payt_mcp.sandbox.problems import invalid, json_response
from payt_mcp.sandbox.tables import Row
from payt_mcp.sandbox.values import whole
from payt_mcp.sandbox.world import Book

MOST_RECORDS: Final = 500
MOST_NAMED: Final = 1000


@dataclass
class Outcome:
    """The result of a bulk write: how many records went well, and what was wrong with the others."""

    count: int = 0
    errors: dict[str, list[str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)

    def answer(self, status: int) -> Response:
        """The bulk answer of the contract with an HTTP status."""
        body = {"success": True, "count": self.count, "errors": self.errors, "warnings": self.warnings}
        return json_response(body, status)


def read_body(call: Call) -> None:
    """Adds the parameters of the body to those of the query."""
    call.params |= parse_body(call.request.headers.get("content-type", ""), call.content)


def records(call: Call, name: str, required: tuple[str, ...]) -> list[dict[str, Any]]:
    """The list of objects of a bulk write; 422, and nothing processed, when it or a required field is missing."""
    given = call.params.get(name)
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise invalid(f"{name} is missing or invalid")
    if len(given) > MOST_RECORDS:
        raise invalid(f"{name} may hold at most {MOST_RECORDS} records")
    for position, item in enumerate(given):
        for field_name in required:
            if item.get(field_name) is None:
                raise invalid(f"{name}[{position}][{field_name}] is missing")
    return given


def one_of(record: dict[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    """422 when a given value is not in the contract's list."""
    if record.get(name) is not None and record[name] not in allowed:
        raise invalid(f"{name} does not have a valid value")


def texts(call: Call, name: str) -> list[str]:
    """A list of texts from a form: a single plain value is a list of one."""
    given = call.params.get(name)
    if given is None:
        return []
    values = given if isinstance(given, list) else [given]
    if len(values) > MOST_NAMED:
        raise invalid(f"{name} may hold at most {MOST_NAMED} values")
    return [str(value) for value in values]


def block(call: Call) -> Response:
    """Blocks invoices: reminders stop until they are resumed."""
    read_body(call)
    book, now = call.book(), call.sandbox.world.now()
    found, outcome = _named(call, book)
    for row in found:
        changes = {"blocked_by_api": True, "paused_at": row.get("paused_at", now)}
        call.sandbox.world.change_invoice(book.administration_id, row["id"], **changes)
        outcome.count += 1
    return outcome.answer(200)


def resume(call: Call) -> Response:
    """Resumes invoices that were blocked through the API; others are refused one by one."""
    read_body(call)
    book = call.book()
    found, outcome = _named(call, book)
    for row in found:
        if not row.get("blocked_by_api"):
            outcome.errors.setdefault("not_blocked", []).append(row["invoice_number"])
            continue
        kept = row["paused_at"] if row.get("paused_by_user") else None
        call.sandbox.world.change_invoice(book.administration_id, row["id"], blocked_by_api=None, paused_at=kept)
        outcome.count += 1
    return outcome.answer(200)


def _named(call: Call, book: Book) -> tuple[list[Row], Outcome]:
    """The invoices a call names by number or identifier; the unknown ones are errors of the outcome."""
    table, outcome = book.tables["invoices"], Outcome()
    found: dict[int, Row] = {}
    asked = False
    for name, field_name in (("invoice_numbers", "invoice_number"), ("invoice_identifiers", "invoice_identifier")):
        for value in texts(call, name):
            asked = True
            ids = table.indexes[field_name].get(value)
            if ids:
                found[ids[0]] = table.rows[ids[0]]
            else:
                outcome.errors.setdefault("not_found", []).append(value)
    if not asked:
        raise invalid("invoice_numbers or invoice_identifiers is missing")
    return list(found.values()), outcome


_DEBTOR_TEXTS: Final = [
    "debtor_number",
    "name",
    "debtor_identifier",
    "coc_number",
    "language_code",
    "peppol_identifier",
    "relation_manager",
    "remark",
    "vat_number",
]
_CONTACT_TEXTS: Final = [
    "contact_identifier",
    "call_phone_number",
    "default_email_address",
    "firstname",
    "gender",
    "infix",
    "invoice_email_address",
    "invoice_cc_email_address",
    "invoice_bcc_email_address",
    "lastname",
    "middlename",
    "postal_address_street_1",
    "postal_address_street_2",
    "postal_address_postal_code",
    "postal_address_city",
    "postal_address_country_code",
    "postal_address_region",
    "prefix",
    "reminder_email_address",
    "reminder_cc_email_address",
    "reminder_bcc_email_address",
    "sms_phone_number",
]
_ADDRESS_PARTS: Final = ("street_1", "street_2", "postal_code", "city", "region", "country_code")


def _texts_of(record: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: None if record[name] is None else str(record[name]) for name in names if name in record}


def debtors(call: Call) -> Response:
    """Upserts debtors by identifier or number; errors are keyed by debtor number."""
    read_body(call)
    book, outcome = call.book(), Outcome()
    for record in records(call, "debtors", ("debtor_number", "name", "debtor_identifier")):
        problem = _debtor(call, book, record)
        if problem is None:
            outcome.count += 1
        else:
            outcome.errors.setdefault(str(record["debtor_number"]), []).append(problem)
    return outcome.answer(201)


def _debtor(call: Call, book: Book, record: dict[str, Any]) -> str | None:
    table, world = book.tables["debtors"], call.sandbox.world
    identifier, number = str(record["debtor_identifier"]), str(record["debtor_number"])
    same = table.indexes["debtor_identifier"].get(identifier)
    other = table.indexes["debtor_number"].get(number)
    if same and other and same[0] != other[0]:
        return "Debtor number has already been taken"
    if not str(record["name"]).strip():
        return "Name can't be blank"
    contact = None
    if record.get("contact_identifier") is not None:
        ids = book.tables["contacts"].indexes["contact_identifier"].get(str(record["contact_identifier"]))
        if not ids:
            return "Contact not found"
        contact = book.tables["contacts"].rows[ids[0]]
    fields = _texts_of(record, _DEBTOR_TEXTS)
    if "peppol_enabled" in record:
        fields["peppol_enabled"] = record["peppol_enabled"]
    if isinstance(record.get("labels"), list):
        fields["labels"] = record["labels"]
    known = same or other
    if record.get("country_code") is not None:
        old = table.rows[known[0]].get("postal_address") if known else None
        fields["postal_address"] = (*(old or (None,) * len(_ADDRESS_PARTS))[:-1], record["country_code"])
    if known:
        world.change_debtor(book.administration_id, known[0], **fields)
        debtor_id = known[0]
    else:
        debtor_id = int(world.add_debtor(book.administration_id, **fields))
    if contact is not None:
        numbers = {*contact.get("debtor_numbers", ()), number}
        world.change_contact(book.administration_id, contact["id"], debtor_numbers=sorted(numbers))
        _take_over(call, book, contact, debtor_id)
    return None


def _take_over(call: Call, book: Book, contact: Row, debtor_id: int) -> None:
    """A debtor has the addresses and phone numbers of its contact."""
    same = [name for name in _CONTACT_TEXTS if name.endswith(("_phone_number", "_email_address"))]
    fields: dict[str, Any] = {name: contact[name] for name in same if name in contact}
    if "default_email_address" in fields:
        fields["primary_email_address"] = fields.pop("default_email_address")
    if "postal_address_city" in contact:
        fields["postal_address"] = tuple(contact.get(f"postal_address_{part}") for part in _ADDRESS_PARTS)
    if fields:
        call.sandbox.world.change_debtor(book.administration_id, debtor_id, **fields)


def contacts(call: Call) -> Response:
    """Upserts contacts by identifier or id; errors are keyed by whichever was given."""
    read_body(call)
    book, outcome = call.book(), Outcome()
    given = records(call, "contacts", ())
    for record in given:
        one_of(record, "gender", ("female", "male", "male_female"))
    for record in given:
        key = str(record.get("contact_identifier") or record.get("id") or "")
        problem = _contact(call, book, record)
        if problem is None:
            outcome.count += 1
        else:
            outcome.errors.setdefault(key, []).append(problem)
    return outcome.answer(201)


def _contact(call: Call, book: Book, record: dict[str, Any]) -> str | None:
    table, world = book.tables["contacts"], call.sandbox.world
    fields = _texts_of(record, _CONTACT_TEXTS)
    if record.get("id") is not None:
        contact_id = whole(str(record["id"])) or 0
        if contact_id not in table.rows:
            return "Contact not found"
    elif record.get("contact_identifier") is None:
        return "Contact identifier can't be blank"
    else:
        known = table.indexes["contact_identifier"].get(str(record["contact_identifier"]))
        contact_id = known[0] if known else int(world.add_contact(book.administration_id, **fields))
    world.change_contact(book.administration_id, contact_id, **fields)
    row = table.rows[contact_id]
    for number in row.get("debtor_numbers", ()):
        for debtor_id in book.tables["debtors"].indexes["debtor_number"].get(number):
            _take_over(call, book, row, debtor_id)
    return None
