"""Upserts of contacts. The debtors of a contact take over its addresses, so a change of one redirects their mail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal

from payt_mcp.books.by_id import read_by_id
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import InputError, MissingError
from payt_mcp.payt import resources
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Contact, Debtor
from payt_mcp.proposals.preview import Change, Row
from payt_mcp.receivables.addresses import CONTACT_FIELDS as MAIL
from payt_mcp.words.said import count, say, some
from payt_mcp.words.text import NAME_LENGTH, clean, code
from payt_mcp.writes.batch import (
    MOST_RECORDS,
    Step,
    Upsert,
    address,
    addresses,
    change,
    differences,
)
from payt_mcp.writes.bulk import UNSEEN
from payt_mcp.writes.checks import (
    Check,
    RowShape,
    date,
    filled,
    one_of,
    records,
    text,
)
from payt_mcp.writes.dangers import Found, of_change

_PHONES = ("call_phone_number", "sms_phone_number")
_PARTS = ("street_1", "street_2", "postal_code", "city", "region", "country_code")
_NAMES = ("firstname", "middlename", "infix", "lastname", "prefix")
_TEXTS = (*_NAMES, *_PHONES, *(f"postal_address_{part}" for part in _PARTS))
FIELDS: Mapping[str, Check] = {
    "contact_identifier": filled, "id": filled, "birth_date": date, "gender": one_of("female", "male", "male_female"),
    **dict.fromkeys(_TEXTS, text),
    **{name: addresses if "cc_" in name else address for name in MAIL},
}  # fmt: skip
_KEYS = ("contact_identifier", "id")
_ALIASES = {
    "email": "default_email_address", "email_address": "default_email_address", "phone": "call_phone_number",
    "phone_number": "call_phone_number", "name": "lastname",
}  # fmt: skip
_ROW = RowShape(FIELDS, (), frozenset(_KEYS), dict.fromkeys((*_TEXTS, *MAIL)), _ALIASES)


class Contacts(Upsert):
    name = "contacts"
    records = "such contacts"
    unseen = frozenset({"birth_date"})

    def parse(self, given: Any) -> list[dict[str, Any]]:
        rows = []
        for place, row in enumerate(records("contacts", given, MOST_RECORDS)):
            parsed = _ROW.read(f"contacts[{place}]", row)
            if not any(name in parsed for name in _KEYS):
                raise InputError(f"contacts[{place}] needs contact_identifier or id.")
            rows.append(parsed)
        return rows

    def key(self, row: Mapping[str, Any]) -> str:
        return str(row.get("contact_identifier") or row["id"])

    async def steps(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> list[Step]:
        known = await read_contacts(scope, [row["contact_identifier"] for row in rows if "contact_identifier" in row])
        by_id = await _by_id(scope, [row["id"] for row in rows if "id" in row])
        numbers = {n for found in (known, by_id) for contact in found.values() for n in contact.debtor_numbers}
        debtors = await debtors_by_number(scope, sorted(numbers))
        return [self._step(row, known.get(row.get("contact_identifier", "")), by_id, debtors) for row in rows]

    async def debtors(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> Iterable[Debtor]:  # noqa: ARG002 - Upsert
        return ()

    def _step(
        self,
        row: Mapping[str, Any],
        same: Contact | None,
        by_id: Mapping[str, Contact],
        debtors: Mapping[str, Debtor],
    ) -> Step:
        contact = by_id.get(row["id"]) if "id" in row else same
        if "id" in row and contact is None:
            return Row.refused(self.key(row), say("there is no contact with this id")), []
        if same is not None and contact is not None and same.id != contact.id:
            return Row.refused(self.key(row), say("its identifier is another contact's"), _name(contact)), []
        changes, dangers = _own_changes(row, contact)
        followers = [debtors[number] for number in contact.debtor_numbers if number in debtors] if contact else []
        for debtor in followers:
            more, found = taken_over(debtor, row)
            changes += more
            dangers += found
        notes = (
            [
                say(
                    "{debtors} follow: {followers}",
                    debtors=count(len(followers), "debtor"),
                    followers=some(map(_number, followers)),
                )
            ]
            if followers
            else []
        )
        action = "created" if contact is None else "updated" if changes else "unchanged"
        return Row(self.key(row), action, _name(contact), tuple(changes), tuple(notes), bool(notes)), dangers


KIND = Contacts()


def taken_over(debtor: Debtor, contact: Mapping[str, Any]) -> tuple[list[Change], list[Found]]:
    """What a debtor gets from the fields of its contact, under the debtor's name."""
    address = debtor.postal_address
    pairs = [(theirs, getattr(debtor, theirs), contact[name]) for name, theirs in MAIL.items() if name in contact]
    pairs += [(name, getattr(debtor, name), contact[name]) for name in _PHONES if name in contact]
    pairs += [
        (f"postal_address_{part}", getattr(address, part) if address else None, contact[f"postal_address_{part}"])
        for part in _PARTS
        if f"postal_address_{part}" in contact
    ]
    changes = differences(pairs)
    whose = say("debtor {debtor}", debtor=debtor_name(debtor))
    found = [one for changed in changes for one in of_change(whose, changed.field, changed)]
    return [
        replace(changed, field=say("debtor {debtor} {field}", debtor=_number(debtor), field=changed.field))
        for changed in changes
    ], found


def contact_fields(contact: Contact) -> dict[str, Any]:
    """What a contact has that its debtors take over."""
    names = (*MAIL, *_PHONES, *(f"postal_address_{part}" for part in _PARTS))
    return {name: getattr(contact, name) for name in names if getattr(contact, name)}


def mail_of(contact: Contact) -> list[str]:
    """Where mail to a contact goes."""
    return list(dict.fromkeys(value for name in MAIL if (value := getattr(contact, name))))


async def read_contacts(scope: Scope, identifiers: Sequence[str]) -> dict[str, Contact]:
    """Contacts by identifier."""
    found: dict[str, Contact] = {}
    for chunk in chunks(list(dict.fromkeys(identifiers))):
        listed = await scope.account.payt.contacts(scope.id, fields=every(Contact), contact_identifiers=chunk)
        found |= {contact.contact_identifier or "": contact for contact in listed.records}
    return found


async def debtors_by_number(scope: Scope, numbers: Sequence[str]) -> dict[str, Debtor]:
    """Debtors by number, with every field."""
    read = scope.account.payt.debtors
    return await _debtors_by(
        "debtor_number", numbers, scope, lambda part: read(scope.id, fields=every(Debtor), debtor_numbers=part)
    )


async def debtors_by_identifier(scope: Scope, identifiers: Sequence[str]) -> dict[str, Debtor]:
    """Debtors by identifier, with every field."""
    read = scope.account.payt.debtors
    return await _debtors_by(
        "debtor_identifier",
        identifiers,
        scope,
        lambda part: read(scope.id, fields=every(Debtor), debtor_identifiers=part),
    )


async def _debtors_by(
    key_type: Literal["debtor_number", "debtor_identifier"],
    keys: Sequence[str],
    scope: Scope,
    read: Callable[[Sequence[str]], Awaitable[resources.Found[Debtor]]],
) -> dict[str, Debtor]:
    """A key with a comma, which no list can name, takes a way of its own."""
    payt, found = scope.account.payt, dict[str, Debtor]()
    for part in chunks([key for key in keys if "," not in key]):
        found |= {getattr(debtor, key_type) or "": debtor for debtor in (await read(part)).records}
    for key in (key for key in keys if "," in key):
        with suppress(MissingError):
            found[key] = await payt.debtor(scope.id, key, key_type=key_type, fields=every(Debtor))
    return found


def debtor_name(debtor: Debtor) -> str:
    return say("{debtor} ({name})", debtor=_number(debtor), name=clean(debtor.name, NAME_LENGTH))


async def _by_id(scope: Scope, ids: Sequence[str]) -> dict[str, Contact]:
    return await read_by_id(ids, lambda part: scope.account.payt.contacts(scope.id, fields=every(Contact), ids=part))


def _own_changes(row: Mapping[str, Any], contact: Contact | None) -> tuple[list[Change], list[Found]]:
    names = [name for name in FIELDS if name in row and name not in {"id", *Contacts.unseen}]  # in one order always
    pairs = [(name, getattr(contact, name) if contact else None, row[name]) for name in names]
    changes = differences(pairs)
    whose = (
        say("contact {contact}", contact=_name(contact))
        if contact
        else say("new contact {identifier}", identifier=code(row.get("contact_identifier")))
    )
    found = [one for changed in changes for one in of_change(whose, changed.field, changed, is_new=contact is None)]
    changes += [
        change(name, "", say("{value} {unseen}", value=row[name], unseen=UNSEEN))
        for name in Contacts.unseen
        if name in row
    ]
    return changes, found


def _name(contact: Contact | None) -> str:
    if contact is None:
        return ""
    names = " ".join(filter(None, (contact.prefix, contact.firstname, contact.infix, contact.lastname)))
    return clean(names, NAME_LENGTH) or code(contact.contact_identifier or contact.id)


def _number(debtor: Debtor) -> str:
    return code(debtor.debtor_number or debtor.id)
