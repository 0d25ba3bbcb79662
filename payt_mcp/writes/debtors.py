"""Upserts of debtors: by identifier, else by number, so that one record can take another one over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import BadValueError, InputError, MissingError
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Contact, Debtor
from payt_mcp.proposals.preview import Change, Row, Warned
from payt_mcp.words.text import code, some
from payt_mcp.writes.batch import (
    MOST_RECORDS,
    Step,
    Upsert,
    change,
    differences,
)
from payt_mcp.writes.bulk import UNSEEN
from payt_mcp.writes.checks import (
    Check,
    RowShape,
    filled,
    list_of,
    records,
    text,
    yes,
)
from payt_mcp.writes.contacts import (
    contact_fields,
    debtor_name,
    debtors_by_number,
    mail_of,
    read_contacts,
    taken_over,
)

REQUIRED = ("debtor_number", "name", "debtor_identifier")
_SEEN = (
    "coc_number", "language_code", "peppol_identifier", "relation_manager", "remark", "vat_number",
)  # fmt: skip
_BANK = ("bank_account_name", "bank_account_number")
_TEXTS = (*_SEEN, *_BANK, "category", "oin_number", "country_code")
_OF_CONTACTS = ("mail", "phone", "street", "city", "postal")
FIELDS: Mapping[str, Check] = {
    **dict.fromkeys(REQUIRED, filled),
    **dict.fromkeys(_TEXTS, text),
    "contact_identifier": filled, "is_company": yes, "peppol_enabled": yes, "labels": list_of(text),
}  # fmt: skip
_EMPTIED: Mapping[str, Any] = {**dict.fromkeys(_TEXTS), "labels": []}
_ROW = RowShape(FIELDS, REQUIRED, frozenset(REQUIRED), _EMPTIED)


@dataclass(frozen=True)
class _Known:
    by_identifier: Mapping[str, Debtor]
    by_number: Mapping[str, Debtor]
    contacts: Mapping[str, Contact]


class Debtors(Upsert):
    name = "debtors"
    records = "such debtors"
    unseen = frozenset({*_BANK, "category", "oin_number", "is_company"})

    def parse(self, given: Any) -> list[dict[str, Any]]:
        rows = []
        for place, row in enumerate(records("debtors", given, MOST_RECORDS)):
            _refuse_addresses(f"debtors[{place}]", row)
            rows.append(_ROW.read(f"debtors[{place}]", row))
        identifiers = [row["debtor_identifier"] for row in rows]
        for identifier in identifiers:
            if identifiers.count(identifier) > 1:
                raise BadValueError("debtor_identifier", identifier, "each record once")
        return rows

    def key(self, row: Mapping[str, Any]) -> str:
        return str(row["debtor_number"])

    async def steps(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> list[Step]:
        known = _Known(
            await _by_identifier(scope, [row["debtor_identifier"] for row in rows]),
            await debtors_by_number(scope, [row["debtor_number"] for row in rows]),
            await read_contacts(scope, [row["contact_identifier"] for row in rows if "contact_identifier" in row]),
        )
        return [self._step(row, known) for row in rows]

    def _step(self, row: Mapping[str, Any], known: _Known) -> Step:
        same, other = known.by_identifier.get(row["debtor_identifier"]), known.by_number.get(row["debtor_number"])
        if same and other and same.id != other.id:
            return Row.refused(self.key(row), f"its number is that of debtor {debtor_name(other)}"), []
        if row.get("contact_identifier", "") not in {"", *known.contacts}:
            return Row.refused(self.key(row), "its contact is not known to Payt"), []
        debtor, contact = same or other, known.contacts.get(row.get("contact_identifier", ""))
        changes, warnings = _own_changes(row, debtor), _taken(row, debtor) + _bank(row, debtor)
        if contact:
            more, found = _from_contact(debtor, contact)
            changes += more
            warnings += found
        action = "created" if debtor is None else "updated" if changes else "unchanged"
        return Row(self.key(row), action, debtor_name(debtor) if debtor else "", tuple(changes)), warnings


KIND = Debtors()


def _refuse_addresses(where: str, row: Any) -> None:
    """The field that looks most like an address is the remark, and must not be suggested for one."""
    for name in row if isinstance(row, dict) else ():
        if name not in FIELDS and any(part in str(name).lower() for part in _OF_CONTACTS):
            raise InputError(
                f"{where} has no field {str(name)[:40]!r}: addresses and phone numbers of a debtor are those of its "
                "contact, and upsert_contacts changes them."
            )


def _own_changes(row: Mapping[str, Any], debtor: Debtor | None) -> list[Change]:
    names = [name for name in (*REQUIRED, *_SEEN, "peppol_enabled") if name in row]
    pairs = [(name, getattr(debtor, name) if debtor else None, row[name]) for name in names]
    if "country_code" in row:
        address = debtor.postal_address if debtor else None
        pairs.append(("country_code", address.country_code if address else None, row["country_code"]))
    if "labels" in row:
        old = [label.name or "" for label in debtor.labels] if debtor else []
        pairs.append(("labels", sorted(old), sorted(row["labels"])))
    unseen = [change(name, "", f"{row[name]} {UNSEEN}") for name in sorted(Debtors.unseen) if name in row]
    return differences(pairs) + unseen


def _taken(row: Mapping[str, Any], debtor: Debtor | None) -> list[Warned]:
    """A record that another one becomes, or whose invoices move to another number."""
    if debtor is None:
        return []
    found = []
    if debtor.debtor_identifier and debtor.debtor_identifier != row["debtor_identifier"]:
        new, old = code(row["debtor_identifier"]), code(debtor.debtor_identifier)
        said = f"This takes over debtor {debtor_name(debtor)}: its identifier {old} becomes {new}, its invoices stay."
        found.append(Warned(said, True, True))
    if debtor.debtor_number != row["debtor_number"]:
        new = code(row["debtor_number"])
        found.append(
            Warned(f"Debtor {debtor_name(debtor)} becomes {new}; its invoices and contacts follow.", True, True)
        )
    return found


def _bank(row: Mapping[str, Any], debtor: Debtor | None) -> list[Warned]:
    """Bank data that is written: Payt never shows what it replaces."""
    given = [name.replace("_", " ") for name in _BANK if name in row]
    if not given:
        return []
    whose = f"debtor {debtor_name(debtor)}" if debtor else f"new debtor {code(row['debtor_number'])}"
    account = code(row.get("bank_account_number") or row.get("bank_account_name") or "nothing")
    said = f"Bank data of {whose} is set ({' and '.join(given)}: {account}); Payt does not show what it was."
    return [Warned(said, danger=debtor is not None, person_only=debtor is not None)]


def _from_contact(debtor: Debtor | None, contact: Contact) -> tuple[list[Change], list[Warned]]:
    """A debtor that gets a contact takes over its addresses."""
    name = code(contact.contact_identifier)
    mail = some(mail_of(contact)) or "no address"
    if debtor is None:
        return [change("contact", "", name)], [Warned(f"Mail to the new debtor goes to contact {name}: {mail}.")]
    changes, warnings = taken_over(debtor, contact_fields(contact))
    if debtor.debtor_number not in contact.debtor_numbers:
        changes.insert(0, change("contact", "", name))
        said = f"Debtor {debtor_name(debtor)} gets contact {name}, and mail to it goes there: {mail}."
        warnings.insert(0, Warned(said, True, True))
    return changes, warnings


async def _by_identifier(scope: Scope, identifiers: Sequence[str]) -> dict[str, Debtor]:
    payt, found = scope.account.payt, dict[str, Debtor]()
    for chunk in chunks([key for key in identifiers if "," not in key]):
        listed = await payt.debtors(scope.id, fields=every(Debtor), debtor_identifiers=chunk)
        found |= {debtor.debtor_identifier or "": debtor for debtor in listed.records}
    for key in (key for key in identifiers if "," in key):
        with suppress(MissingError):
            found[key] = await payt.debtor(scope.id, key, key_type="debtor_identifier", fields=every(Debtor))
    return found
