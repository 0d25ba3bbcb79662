"""E-mail addresses: one that can be shown and sent to as it reads, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payt_mcp.errors import BadValueError
from payt_mcp.receivables.mailboxes import mailbox, one_form, parse, readable, split
from payt_mcp.words.lookalikes import latin
from payt_mcp.words.said import day_of, joined, say, term
from payt_mcp.words.text import NAME_LENGTH, clean

if TYPE_CHECKING:
    from payt_mcp.payt.models import Contact, Debtor

MOST_COPIES = 10
SHARED_HOSTS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.nl", "live.com", "live.nl", "msn.com",
    "yahoo.com", "icloud.com", "me.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me", "protonmail.com",
    "orange.fr", "telenet.be", "skynet.be", "ziggo.nl", "kpnmail.nl", "planet.nl", "hetnet.nl", "home.nl",
    "xs4all.nl", "upcmail.nl", "casema.nl", "chello.nl", "quicknet.nl", "telfort.nl",
})  # fmt: skip
"""Where anybody may have an address, so that one there says nothing of another there."""

_LOOKS_LIKE = str.maketrans({
    "0": "o", "1": "l", "i": "l", "5": "s", "-": "", "\u0131": "l", "ł": "l", "ø": "o", "đ": "d", "ß": "b",
})  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where Payt keeps an address of a debtor: what it is for, short and in a sentence; whether what goes there is a
    copy; and the field of a contact that its debtors take over, "" where there is none.
    """

    use: str
    source: str
    is_copy: bool = False
    of_contact: str = ""

    @property
    def named(self) -> str:
        """`the address for reminders, cc`."""
        if self.use == "primary":
            return say("the primary address")
        if self.use.startswith("given"):
            return say("the address given by the debtor")
        return say("the address for {use}", use=term(self.use))


PLACES = {
    "reminder_email_address": Place(
        "reminders", say("the debtor's address for reminders"), of_contact="reminder_email_address"
    ),
    "primary_email_address": Place("primary", say("the debtor's primary address"), of_contact="default_email_address"),
    "debtor_provided_email_address": Place("given by the debtor", say("given by the debtor")),
    "invoice_email_address": Place(
        "invoices", say("the debtor's address for invoices"), of_contact="invoice_email_address"
    ),
    **{
        f"{field}_{copy}_email_address": Place(
            f"{use}, {copy}",
            say("the debtor's {copy} for {use}", copy=copy, use=term(use)),
            True,
            f"{field}_{copy}_email_address",
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


@dataclass(frozen=True)
class Written:
    """What stands on file as an address of a debtor: `text` as it is there, the address in it ("" where there is none
    that can be used), and why not.
    """

    place: Place
    text: str
    email: str = ""
    why_not: str = ""

    @property
    def complaint(self) -> str:
        """`the address for reminders cannot be used: ap@@x.example (it ...)`."""
        text = clean(self.text, 80)
        return say(
            "{place} cannot be used: {text} ({why_not})", place=self.place.named, text=text, why_not=self.why_not
        )


def parse_one(argument: str, text: str) -> str:
    """One address; a name and white space around it are left out.

    Raises:
        BadValueError: several addresses, line breaks in one, invisible characters, a domain that can be none.
    """
    parts = split(text)
    if len(parts) > 1:
        raise BadValueError(argument, text, f"one plain e-mail address, and it has {len(parts)} parts")
    try:
        return parse(parts[0] if parts else text)
    except ValueError as why:
        raise BadValueError(argument, text, str(why)) from None


def parse_many(argument: str, values: Sequence[str]) -> list[str]:
    """Several addresses, given as a list or in one text; each mailbox once. Raises BadValueError."""
    parts = [part for value in values for part in split(value)]
    found = distinct(parse_one(argument, part) for part in parts)
    if len(found) > MOST_COPIES:
        raise BadValueError(argument, f"{len(found)} addresses", f"at most {MOST_COPIES}")
    return found


def distinct(emails: Iterable[str], but: Iterable[str] = ()) -> list[str]:
    """Each mailbox once, as it is written first; without those of `but`."""
    seen = {mailbox(email) for email in but}
    kept = []
    for email in emails:
        if mailbox(email) not in seen:
            seen.add(mailbox(email))
            kept.append(email)
    return kept


def source_of(email: str, on_file: Iterable[OnFile]) -> str:
    """Where an address stands on file; "" where it does not."""
    asked = mailbox(email)
    return joined(dict.fromkeys(known.source for known in on_file if mailbox(known.email) == asked))


def written(debtor: Debtor) -> Iterator[Written]:
    """Every address of a debtor as it is on file, those for copies last."""
    for field, place in PLACES.items():
        for part in split(getattr(debtor, field) or ""):
            try:
                yield Written(place, part, parse(part))
            except ValueError as why:
                yield Written(place, part, why_not=str(why))


def addresses_of(debtor: Debtor) -> Iterator[OnFile]:
    """Every address of a debtor that can be used, those for copies last."""
    return (OnFile(one.email, one.place.source) for one in written(debtor) if one.email)


def complaints(debtor: Debtor) -> list[str]:
    """What is on file as an address of a debtor and cannot be used."""
    return [one.complaint for one in written(debtor) if not one.email]


def default_address(debtor: Debtor) -> OnFile | None:
    """Where a message to this debtor goes when nobody says otherwise; an address that cannot be used is passed over."""
    copies = {place.source for place in PLACES.values() if place.is_copy}
    return next((known for known in addresses_of(debtor) if known.source not in copies), None)


def addresses_of_contact(contact: Contact, changed: str = "") -> Iterator[OnFile]:
    """Every address of a contact that can be used; `changed` is the day on which the contact changed, if lately."""
    lately = say(", changed {day}", day=day_of(changed)) if changed else ""
    name = clean(" ".join(filter(None, (contact.firstname, contact.lastname))), NAME_LENGTH) or contact.id
    for field in CONTACT_FIELDS:
        for part in split(getattr(contact, field) or ""):
            with suppress(ValueError):
                yield OnFile(parse(part), say("contact {name}{lately}", name=name, lately=lately))


def domain(email: str) -> str:
    return one_form(email.strip().rpartition("@")[2])


def is_below(host: str, others: Iterable[str]) -> bool:
    """Whether a host is one of others, or belongs to one."""
    return any(f".{one_form(host)}".endswith(f".{one_form(other)}") for other in others if other)


def resembled(host: str, known: Iterable[str]) -> str:
    """The known domain that another one can be mistaken for; "" where there is none."""
    for other in known:
        if (
            other
            and one_form(other) != one_form(host)
            and _is_like(readable(one_form(host)), readable(one_form(other)))
        ):
            return other
    return ""


def _is_like(host: str, other: str) -> bool:
    return _folded(host) == _folded(other) or _apart(host, other) == 1


def _folded(host: str) -> str:
    """Letters of other scripts, and those with accents, are read as the Latin ones they look like."""
    return latin(host).lower().translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w")


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
