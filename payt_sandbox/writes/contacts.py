"""Creating and changing contacts in bulk; their debtors follow."""

from typing import Any, Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.world.values import parse_date, whole
from payt_sandbox.writes.drafts import Draft
from payt_sandbox.writes.shared import (
    Outcome,
    check_choice,
    listed_records,
    read_body,
)

_PARTS: Final = ("street_1", "street_2", "postal_code", "city", "region", "country_code")
_ADDRESS: Final = tuple(f"postal_address_{part}" for part in _PARTS)
_PHONES: Final = ("call_phone_number", "sms_phone_number")
_MAIL: Final = (
    "default_email_address",
    *(f"{use}_{copy}email_address" for use in ("invoice", "reminder") for copy in ("", "cc_", "bcc_")),
)
_NAMES: Final = ("firstname", "gender", "infix", "lastname", "middlename", "prefix")
# What a debtor has from its contact.
TAKEN_OVER: Final = (*_PHONES, *_MAIL, *_ADDRESS)


def upsert(call: Call) -> Response:
    """Upserts contacts by identifier or id; errors and warnings are keyed by whichever was given."""
    read_body(call)
    book, outcome = call.book(), Outcome()
    drafts = [_draft(record) for record in listed_records(call, "contacts", ())]
    for draft in drafts:
        given = draft.record
        known = _known(draft, book)
        outcome.add(str(given.get("contact_identifier") or given.get("id") or ""), draft.errors, draft.warnings)
        if not draft.errors:
            _apply(call, book, draft, known)
    return Response(b"", 201) if call.sandbox.options.contacts_answer == "empty" else outcome.answer(201)


def _draft(record: dict[str, Any]) -> Draft:
    check_choice(record, "gender", ("female", "male", "male_female"))
    draft = Draft(record)
    draft.take_texts(("contact_identifier", "birth_date", *_NAMES, *TAKEN_OVER))
    draft.check_addresses(_MAIL)
    draft.check_phones(_PHONES)
    draft.check_country("postal_address_country_code")
    try:
        parse_date(draft.fields.get("birth_date") or "2000-01-01")
    except ValueError:
        draft.errors.append("Birth date is invalid")
    return draft


def _known(draft: Draft, book: Book) -> Row | None:
    """The contact that a record changes: the one with its id, else the one with its identifier."""
    table, identifier = book.tables["contacts"], draft.fields.get("contact_identifier")
    same = table.indexes["contact_identifier"].get(identifier)
    given = draft.record.get("id")
    if given is None:
        if not identifier:
            draft.errors.append("Contact identifier can't be blank")
        return table.rows[same[0]] if same else None
    row = table.rows.get(whole(str(given)) or 0)
    if row is None:
        draft.errors.append("Contact not found")
    elif same and same[0] != row["id"]:
        draft.errors.append("Contact identifier has already been taken")
    return row


def _apply(call: Call, book: Book, draft: Draft, known: Row | None) -> None:
    world = call.sandbox.world
    if known is None:
        world.add_contact(book.administration_id, **draft.fields)
        return
    world.change_contact(book.administration_id, known["id"], **draft.fields)
    for number in known.get("debtor_numbers", ()):
        for debtor_id in list(book.tables["debtors"].indexes["debtor_number"].get(number)):
            take_over(call, book, draft.fields, debtor_id)


def take_over(call: Call, book: Book, contact: Row, debtor_id: int) -> None:
    """Gives a debtor the addresses and phone numbers of its contact; what is null there goes here too."""
    fields: dict[str, Any] = {name: contact[name] for name in (*_PHONES, *_MAIL) if name in contact}
    if "default_email_address" in fields:
        fields["primary_email_address"] = fields.pop("default_email_address")
    if any(name in contact for name in _ADDRESS):
        old = book.tables["debtors"].rows[debtor_id].get("postal_address") or (None,) * len(_ADDRESS)
        parts = zip(_ADDRESS, old, strict=True)
        fields["postal_address"] = tuple(contact.get(name, before) for name, before in parts)
    if fields:
        call.sandbox.world.change_debtor(book.administration_id, debtor_id, **fields)
