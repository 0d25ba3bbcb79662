"""Upserts of debtors: by identifier, else by number, so that one record can take another one over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from payt_mcp.books.scope import Scope
from payt_mcp.errors import BadValueError, InputError
from payt_mcp.payt.models import Contact, Debtor
from payt_mcp.proposals.preview import Change, Row
from payt_mcp.words.folding import normalized
from payt_mcp.words.said import say, some
from payt_mcp.words.text import code
from payt_mcp.writes.batch import (
    MOST_RECORDS,
    Step,
    Upsert,
    change,
    differences,
)
from payt_mcp.writes.bulk import CLEARED, UNSEEN
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
    debtors_by_identifier,
    debtors_by_number,
    mail_of,
    read_contacts,
    taken_over,
)
from payt_mcp.writes.dangers import CONTACT, DROPPED, NAME, NAMESAKE, Found, of_change

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


Names = Mapping[str, set[str]]
"""The numbers of the debtors of a name, by its words."""


@dataclass(frozen=True)
class _Known:
    by_identifier: Mapping[str, Debtor]
    by_number: Mapping[str, Debtor]
    contacts: Mapping[str, Contact]
    names: Names


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
        by_identifier = await debtors_by_identifier(scope, [row["debtor_identifier"] for row in rows])
        by_number = await debtors_by_number(scope, [row["debtor_number"] for row in rows])
        known = _Known(
            by_identifier,
            by_number,
            await read_contacts(scope, [row["contact_identifier"] for row in rows if "contact_identifier" in row]),
            await _names(scope, rows, [*by_identifier.values(), *by_number.values()]),
        )
        return [self._step(row, known) for row in rows]

    async def debtors(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> Iterable[Debtor]:
        return (await debtors_by_number(scope, [row["debtor_number"] for row in rows])).values()

    def _step(self, row: Mapping[str, Any], known: _Known) -> Step:
        same, other = known.by_identifier.get(row["debtor_identifier"]), known.by_number.get(row["debtor_number"])
        if same and other and same.id != other.id:
            return Row.refused(self.key(row), say("its number is that of debtor {other}", other=debtor_name(other))), []
        if row.get("contact_identifier", "") not in {"", *known.contacts}:
            return Row.refused(self.key(row), say("its contact is not known to Payt")), []
        debtor, contact = same or other, known.contacts.get(row.get("contact_identifier", ""))
        changes = _own_changes(row, debtor)
        dangers = _dangers(row, debtor, changes, known.names)
        if contact:
            more, found = _from_contact(debtor, row["debtor_number"], contact)
            changes += more
            dangers += found
        action = "created" if debtor is None else "updated" if changes else "unchanged"
        return Row(self.key(row), action, debtor_name(debtor) if debtor else "", tuple(changes)), dangers


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
    unseen = [
        change(name, "", say("{value} {unseen}", value=row[name] or CLEARED, unseen=UNSEEN))
        for name in sorted(Debtors.unseen)
        if name in row
    ]
    return differences(pairs) + unseen


def _dangers(row: Mapping[str, Any], debtor: Debtor | None, changes: Iterable[Change], names: Names) -> list[Found]:
    """What is dangerous about the debtor's own fields; a name that another debtor has is worse than a new one."""
    whose = (
        say("debtor {debtor}", debtor=debtor_name(debtor))
        if debtor
        else say("new debtor {number}", number=code(row["debtor_number"]))
    )
    found = [one for changed in changes for one in of_change(whose, changed.field, changed, is_new=debtor is None)]
    if debtor and "labels" in row and row["labels"]:
        gone = sorted({label.name or "" for label in debtor.labels} - set(row["labels"]))
        found += [Found(DROPPED, whose, label, "labels") for label in gone]
    others = sorted(names.get(normalized(row["name"]), set()) - {row["debtor_number"]})
    if not others:
        return found
    has_it = say("as {others} has it", others=some(others))
    return [
        replace(one, danger=NAMESAKE, said=say("{said}, {has_it}", said=one.said, has_it=has_it))
        if one.danger is NAME
        else one
        for one in found
    ]


def _from_contact(debtor: Debtor | None, number: str, contact: Contact) -> tuple[list[Change], list[Found]]:
    """A debtor that gets a contact takes over its addresses."""
    name = code(contact.contact_identifier)
    mail = some(mail_of(contact)) or say("no address")
    if debtor is None:
        return [change("contact", "", name)], [
            Found(
                CONTACT,
                say("new debtor {number}", number=code(number)),
                say("{name}: {mail}", name=name, mail=mail),
                is_new=True,
            )
        ]
    changes, found = taken_over(debtor, contact_fields(contact))
    if debtor.debtor_number not in contact.debtor_numbers:
        changes.insert(0, change("contact", "", name))
        found.append(
            Found(
                CONTACT, say("debtor {debtor}", debtor=debtor_name(debtor)), say("{name}: {mail}", name=name, mail=mail)
            )
        )
    return changes, found


async def _names(scope: Scope, rows: Sequence[Mapping[str, Any]], debtors: Sequence[Debtor]) -> Names:
    """Whose the names are; looked up only where a debtor that is there gets another one."""
    known = {name: debtor.name for debtor in debtors for name in (debtor.debtor_number, debtor.debtor_identifier)}
    asked = ((row["name"], known.get(row["debtor_identifier"]) or known.get(row["debtor_number"])) for row in rows)
    if all(name == was or was is None for name, was in asked):
        return {}
    found: dict[str, set[str]] = {}
    for entry in (await scope.account.books(scope.administration).fresh(scope.progress)).debtors.values():
        found.setdefault(normalized(entry.name), set()).add(entry.number)
    return found
