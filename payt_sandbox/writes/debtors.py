"""Creating and changing debtors in bulk."""

from typing import Final

from starlette.responses import Response

from payt_sandbox.api.calls import Call
from payt_sandbox.wire.problems import invalid
from payt_sandbox.world.book import Book
from payt_sandbox.world.tables import Row
from payt_sandbox.writes.contacts import TAKEN_OVER, take_over
from payt_sandbox.writes.drafts import Draft
from payt_sandbox.writes.shared import Outcome, listed_records, read_body

_REQUIRED: Final = ("debtor_number", "name", "debtor_identifier")
# The second line is written, and never answered.
_TEXTS: Final = (
    *("coc_number", "language_code", "peppol_identifier", "relation_manager", "remark", "vat_number"),
    *("bank_account_name", "bank_account_number", "category", "oin_number"),
)
_LANGUAGES: Final = frozenset(["da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "sv"])


def upsert(call: Call) -> Response:
    """Upserts debtors by identifier or number; errors and warnings are keyed by debtor number."""
    read_body(call)
    book, outcome = call.book(), Outcome()
    drafts = [_draft(record) for record in listed_records(call, "debtors", _REQUIRED)]
    for draft in drafts:
        contact = _contact(draft, book)
        known = _known(draft, book)
        outcome.add(draft.fields["debtor_number"], draft.errors, draft.warnings)
        if not draft.errors:
            _apply(call, book, draft, known, contact)
    return outcome.answer(201)


def _draft(record: dict[str, object]) -> Draft:
    draft = Draft(record)
    draft.take_texts((*_REQUIRED, *_TEXTS, "country_code", "contact_identifier"))
    draft.take_flags(("is_company", "peppol_enabled"))
    labels = record.get("labels")
    if labels is not None:
        if not isinstance(labels, list) or not all(isinstance(item, str) for item in labels):
            raise invalid("labels is invalid")
        draft.fields["labels"] = labels
    blank = [name for name in _REQUIRED if not draft.fields[name].strip()]
    draft.errors += [f"{name.replace('_', ' ').capitalize()} can't be blank" for name in blank]
    draft.check_country("country_code")
    if draft.fields.get("language_code") and draft.fields["language_code"] not in _LANGUAGES:
        del draft.fields["language_code"]
        draft.warnings.append("Language code is not supported and was not changed")
    return draft


def _contact(draft: Draft, book: Book) -> Row | None:
    identifier = draft.fields.pop("contact_identifier", None)
    if identifier is None:
        return None
    ids = book.tables["contacts"].indexes["contact_identifier"].get(identifier)
    if not ids:
        draft.errors.append("Contact not found")
        return None
    return book.tables["contacts"].rows[ids[0]]


def _known(draft: Draft, book: Book) -> Row | None:
    """The debtor that a record changes: the one with its identifier, else the one with its number."""
    table = book.tables["debtors"]
    same = table.indexes["debtor_identifier"].get(draft.fields["debtor_identifier"])
    other = table.indexes["debtor_number"].get(draft.fields["debtor_number"])
    if same and other and same[0] != other[0]:
        draft.errors.append("Debtor number has already been taken")
    known = same or other
    return table.rows[known[0]] if known else None


def _apply(call: Call, book: Book, draft: Draft, known: Row | None, contact: Row | None) -> None:
    world, fields = call.sandbox.world, draft.fields
    country = fields.pop("country_code", None)
    if country is not None:
        old = (known or {}).get("postal_address") or (None,) * 6
        fields["postal_address"] = (*old[:-1], country)
    if known is None:
        debtor_id = int(world.add_debtor(book.administration_id, **fields))
    else:
        debtor_id = known["id"]
        world.change_debtor(book.administration_id, debtor_id, **fields)
        _renumber(call, book, known, fields["debtor_number"])
    if contact is not None:
        fresh = book.tables["contacts"].rows[contact["id"]]
        numbers = sorted({*fresh.get("debtor_numbers", ()), fields["debtor_number"]})
        world.change_contact(book.administration_id, contact["id"], debtor_numbers=numbers)
        take_over(call, book, {name: contact[name] for name in TAKEN_OVER if name in contact}, debtor_id)


def _renumber(call: Call, book: Book, known: Row, number: str) -> None:
    """Invoices and contacts follow a debtor that gets another number."""
    world, old = call.sandbox.world, known.get("debtor_number")
    if old in (None, number):
        return
    for key in list(book.tables["invoices"].indexes["debtor_id"].get(known["id"])):
        world.change_invoice(book.administration_id, key, debtor_number=number)
    contacts = book.tables["contacts"]
    for key in list(contacts.indexes["debtor_numbers"].get(old)):
        numbers = [number if item == old else item for item in contacts.rows[key]["debtor_numbers"]]
        world.change_contact(book.administration_id, key, debtor_numbers=numbers)
