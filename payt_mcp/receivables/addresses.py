"""E-mail addresses: one that can be shown and sent to as it reads, or none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.words.text import NAME_LENGTH, clean

if TYPE_CHECKING:
    from payt_mcp.payt.models import Contact, Debtor

MOST_COPIES = 10
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}\Z")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\Z")
SHARED_HOSTS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.nl", "live.com", "live.nl", "msn.com",
    "yahoo.com", "icloud.com", "me.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com",
    "orange.fr", "telenet.be", "skynet.be", "ziggo.nl", "kpnmail.nl", "planet.nl", "hetnet.nl", "home.nl",
    "xs4all.nl", "upcmail.nl", "casema.nl", "chello.nl", "quicknet.nl", "telfort.nl",
})  # fmt: skip
"""Where anybody may have an address, so that one there says nothing of another there."""

_LOOKS_LIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "-": ""})


@dataclass(frozen=True)
class Place:
    """Where Payt keeps an address of a debtor: what it is for, short and in a sentence; whether what goes there is a
    copy; and the field of a contact that its debtors take over, "" where there is none.
    """

    use: str
    source: str
    is_copy: bool = False
    of_contact: str = ""


PLACES = {
    "reminder_email_address": Place(
        "reminders", "the debtor's address for reminders", of_contact="reminder_email_address"
    ),
    "primary_email_address": Place("primary", "the debtor's primary address", of_contact="default_email_address"),
    "debtor_provided_email_address": Place("given by the debtor", "given by the debtor"),
    "invoice_email_address": Place("invoices", "the debtor's address for invoices", of_contact="invoice_email_address"),
    **{
        f"{field}_{copy}_email_address": Place(
            f"{use}, {copy}", f"the debtor's {copy} for {use}", True, f"{field}_{copy}_email_address"
        )
        for field, use in (("reminder", "reminders"), ("invoice", "invoices"))
        for copy in ("cc", "bcc")
    },
}
"""The fields of a debtor that hold addresses, in the order a message would look for one."""

CONTACT_FIELDS = {
    PLACES[field].of_contact: field
    for field in sorted(PLACES, key=lambda field: (field != "primary_email_address", field.startswith("reminder")))
    if PLACES[field].of_contact
}
"""The fields of a contact that hold addresses, and what its debtors call them."""


@dataclass(frozen=True)
class OnFile:
    """An address Payt has for this debtor, and where it stands."""

    email: str
    source: str


@dataclass(frozen=True)
class Recipient:
    """An address the message goes to: `field` is to, cc or bcc; `source` where it comes from, "" if not on file."""

    field: str
    email: str
    source: str


def parse_one(argument: str, text: str) -> str:
    """One plain address, its host in lower case.

    Raises:
        BadValueError: several addresses, a display name, line breaks, invisible or look-alike characters.
    """
    address = text.strip(" ")
    local, at, host = address.rpartition("@")
    odd = sorted({unicodedata.name(sign, hex(ord(sign))) for sign in address if not "!" <= sign <= "~"})
    if odd:
        raise BadValueError(argument, text, f"it holds {odd[0]}; an address is plain ASCII without spaces")
    if not at or not _LOCAL.match(local) or not _HOST.match(host) or ".." in local:
        raise BadValueError(argument, text, "one plain e-mail address, such as ap@example.com")
    if host.lower().startswith("xn--") or ".xn--" in host.lower():
        raise BadValueError(argument, text, "its domain is written in other letters than it shows")
    return f"{local}@{host.lower()}"


def parse_many(argument: str, values: Sequence[str]) -> list[str]:
    """Several addresses, given as a list or separated by commas; each once. Raises BadValueError."""
    parts = [part for value in values for part in value.split(",")]
    found = dict.fromkeys(parse_one(argument, part) for part in parts if part.strip(" "))
    if len(found) > MOST_COPIES:
        raise BadValueError(argument, f"{len(found)} addresses", f"at most {MOST_COPIES}")
    return list(found)


def source_of(email: str, on_file: Iterable[OnFile]) -> str:
    """Where an address stands on file; "" where it does not."""
    return ", ".join(dict.fromkeys(known.source for known in on_file if known.email.lower() == email.lower()))


def addresses_of(debtor: Debtor) -> Iterator[OnFile]:
    """Every address of a debtor that can be used, those for copies last; one that cannot is passed over."""
    for field, place in PLACES.items():
        for part in (getattr(debtor, field) or "").split(","):
            yield from _usable(field, part, place.source)


def default_address(debtor: Debtor) -> OnFile | None:
    """Where a message to this debtor goes when nobody says otherwise; an address that cannot be used is passed over."""
    copies = {place.source for place in PLACES.values() if place.is_copy}
    return next((known for known in addresses_of(debtor) if known.source not in copies), None)


def addresses_of_contact(contact: Contact) -> Iterator[OnFile]:
    """Every address of a contact that can be used."""
    name = clean(" ".join(filter(None, (contact.firstname, contact.lastname))), NAME_LENGTH) or contact.id
    for field in CONTACT_FIELDS:
        yield from _usable(field, getattr(contact, field) or "", f"contact {name}")


def _usable(field: str, text: str, source: str) -> Iterator[OnFile]:
    with suppress(InputError):
        yield OnFile(parse_one(field, text), source)


def domain(email: str) -> str:
    return email.rpartition("@")[2].lower()


def is_below(host: str, others: Iterable[str]) -> bool:
    """Whether a host is one of others, or belongs to one."""
    return any(f".{host}".endswith(f".{other.lower()}") for other in others if other)


def resembled(host: str, known: Iterable[str]) -> str:
    """The known domain that another one can be mistaken for; "" where there is none."""
    for other in known:
        if other and other != host and (_folded(host) == _folded(other) or _apart(host, other) == 1):
            return other
    return ""


def _folded(host: str) -> str:
    return host.translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w")


def _apart(one: str, other: str) -> int:
    """0 for equal, 1 for one character changed, added, dropped, or two swapped; 2 for more."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 1:
        return 2
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, there = one[start:], other[start:]
    swapped = rest[:2] == there[:2][::-1] and rest[2:] == there[2:]
    return 1 if swapped or rest[1:] == there[1:] or rest[1:] == there or rest == there[1:] else 2
