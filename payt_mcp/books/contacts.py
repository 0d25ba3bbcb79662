"""Finding contacts. Payt filters them by debtor and identifier; by text they are looked through page by page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from payt_mcp.books.find import find_debtor
from payt_mcp.books.listings import Listing
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import UnknownRecordError
from payt_mcp.payt import wire
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Contact
from payt_mcp.payt.resources import ContactFilters, params
from payt_mcp.receivables.matching import alike, plain_key
from payt_mcp.words.folding import fits, normalized, searchable, wanted

MOST_SCANNED_A_CALL = 5_000
"""How many contacts one call looks through for a text; the next page goes on from there."""

_PHONES = ("call_phone_number", "sms_phone_number")
_ADDRESSES = (
    "default_email_address",
    *(f"{kind}_{copy}email_address" for kind in ("invoice", "reminder") for copy in ("", "cc_", "bcc_")),
    *(f"postal_address_{part}" for part in ("street_1", "street_2", "postal_code", "city", "region")),
)
_SEARCHED = ("contact_identifier", "prefix", "firstname", "middlename", "infix", "lastname", *_PHONES, *_ADDRESSES)
"""What a text is looked for in: an id, a moment or a code of a country has a part of nearly any number or word."""
_PHONE = re.compile(r"[\d\s()+./-]{6,40}")


@dataclass(frozen=True)
class ContactQuestion:
    """What is searched for; `query` is text in a name, address or phone number."""

    debtors: Sequence[str] = ()
    contacts: Sequence[str] = ()
    query: str = ""
    updated_after: datetime | None = None


@dataclass
class Chain:
    """Where a listing of contacts goes on at Payt; `debtors` are the numbers it was asked for. `names` are those that
    did not fit so far, by what they are compared with.
    """

    query: wire.Query
    text: str
    debtors: Sequence[str] = ()
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """The contacts of one page, by id; where a search for a text ended with nobody, `similar` are names like it."""

    contacts: dict[str, Contact]
    similar: Sequence[str] = ()


async def start_search(scope: Scope, question: ContactQuestion) -> Chain:
    """The beginning of a search. Raises InputError for a debtor that cannot be told."""
    filters: ContactFilters = {}
    numbers = [await _number(scope, value) for value in question.debtors]
    if numbers:
        filters["debtor_numbers"] = numbers
    if question.contacts:
        filters["contact_identifiers"] = question.contacts
    if question.updated_after:
        filters["updated_after"] = question.updated_after
    query = wire.listing("contacts", scope.id, fields=every(Contact), **params(filters))
    return Chain(query, question.query, numbers)


async def continue_search(scope: Scope, listing: Listing, offset: int, limit: int) -> Page:
    """The contacts of one page of a listing; the listing is read on until the page is full. Of what the first page
    finds, whoever has the identifier that was typed comes first.

    A place in the listing is only moved on once Payt's answer is there: after a failure the same call goes on.
    """
    names: dict[str, str] = {}
    asked = ""
    found: dict[str, Contact] = {}
    scanned = 0
    while listing.chain is not None and len(listing.ids) <= offset + limit and scanned < MOST_SCANNED_A_CALL:
        chain: Chain = listing.chain
        page = await scope.account.payt.client.page(chain.query, "contacts")
        contacts = [wire.read_entity(Contact, row, "contact") for row in page.rows]
        scanned += len(contacts)
        asked, fitting = chain.text, [contact for contact in contacts if _fits(contact, chain.text)]
        found |= {contact.id: contact for contact in fitting}
        if asked and not listing.ids:
            names = chain.names | {normalized(name): name for contact in contacts if (name := full_name(contact))}
        rest = replace(chain, query=chain.query.with_params(cursor=page.cursor), names=names) if page.cursor else None
        listing.chain = rest
        listing.add(contact.id for contact in fitting)
    if asked and not offset:
        typed = plain_key(asked)
        listing.ids = sorted(
            listing.ids, key=lambda key: key not in found or plain_key(found[key].contact_identifier or "") != typed
        )
    missing = [key for key in listing.ids[offset : offset + limit] if key not in found]
    for chunk in chunks(missing):
        read = await scope.account.payt.contacts(scope.id, fields=every(Contact), ids=chunk)
        found |= {contact.id: contact for contact in read.records}
    similar = alike(asked, names) if listing.chain is None and not listing.ids else ()
    return Page(found, [names[name] for name in similar])


def full_name(contact: Contact) -> str:
    return " ".join(filter(None, (contact.firstname, contact.infix, contact.lastname)))


async def _number(scope: Scope, value: str) -> str:
    """The number contacts are filtered by. An empty one would be no filter: the contacts of everybody."""
    debtor = await find_debtor(scope, value)
    if not debtor.number:
        raise UnknownRecordError(
            f"Debtor {value[:60]!r} has no debtor number, which contacts are filtered by. Pass query with a part of "
            "the contact's name or address."
        )
    return debtor.number


def _fits(contact: Contact, text: str) -> bool:
    if not text:
        return True
    values = filter(None, (getattr(contact, name) for name in _SEARCHED))
    return fits(wanted(text), searchable(full_name(contact), *values)) or _is_phone(contact, text)


def _is_phone(contact: Contact, text: str) -> bool:
    """Whether a text is the number of a contact's phone, with or without the prefix of a country or of a city."""
    if not _PHONE.fullmatch(text):
        return False
    dialled = _digits(text).lstrip("0")
    return len(dialled) >= 6 and any(dialled in _digits(getattr(contact, name) or "") for name in _PHONES)


def _digits(text: str) -> str:
    return "".join(sign for sign in text.replace("(0)", "") if sign.isdigit())
