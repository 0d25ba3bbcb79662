"""What Payt says that a message to a debtor depends on, and which debtor, address and thread are meant."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from payt_mcp.books.by_id import books_of, cases_by_id, read_debtor
from payt_mcp.books.debtor import bounced_mails
from payt_mcp.books.find import find_case, find_debtor, find_invoice
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import InputError, MissingError, UnknownRecordError
from payt_mcp.payt.models import Contact, CreditCase, Debtor, Invoice, Message
from payt_mcp.receivables.addresses import OnFile, parse_one
from payt_mcp.receivables.messages import bounce_reason, message_moment
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.receivables.phases import case_phase, words
from payt_mcp.words.text import NAME_LENGTH, clean
from payt_mcp.writes.message import scanning
from payt_mcp.writes.message.figures import OwedItem
from payt_mcp.writes.message.letter import Facts
from payt_mcp.writes.own import own_hosts

_SOURCES = {
    "reminder_email_address": "the debtor's address for reminders",
    "primary_email_address": "the debtor's primary address",
    "debtor_provided_email_address": "given by the debtor",
    "invoice_email_address": "the debtor's address for invoices",
}
_COPY_SOURCES = {
    "reminder_cc_email_address": "the debtor's cc for reminders",
    "reminder_bcc_email_address": "the debtor's bcc for reminders",
    "invoice_cc_email_address": "the debtor's cc for invoices",
    "invoice_bcc_email_address": "the debtor's bcc for invoices",
}
_CONTACT_FIELDS = (
    "default_email_address", "invoice_email_address", "invoice_cc_email_address", "invoice_bcc_email_address",
    "reminder_email_address", "reminder_cc_email_address", "reminder_bcc_email_address",
)  # fmt: skip
_TIMELINE_FIELDS = ("id", "sender_type", "subject", "content", "sent_at", "received_at", "updated_at")
_RECENT = dt.timedelta(days=7)
Addressee = Literal["debtor", "invoice", "credit_case"]


@dataclass(frozen=True)
class Target:
    """Whom a message is for: the parameter Payt takes and its value, in words (none for the debtor itself), and the
    debtor behind it.
    """

    kind: Addressee
    addressee: tuple[str, str]
    about: str
    debtor: Debtor
    invoice: Invoice | None = None
    case: CreditCase | None = None


async def find_target(scope: Scope, *, debtor: str, invoice: str, credit_case: str) -> Target:
    """The one that is meant. Raises InputError where not exactly one is named, or it is not found."""
    if sum(map(bool, (debtor, invoice, credit_case))) != 1:
        raise InputError("Pass exactly one of to_debtor, to_invoice and to_credit_case. Nothing was sent.")
    if invoice:
        return await _of_invoice(scope, await find_invoice(scope, invoice))
    if credit_case:
        return await _of_case(scope, await find_case(scope, credit_case))
    return await target_of_debtor(scope, (await find_debtor(scope, debtor)).id)


async def target_again(scope: Scope, addressee: Sequence[str], debtor_id: str) -> Target:
    """The same target as before, read afresh. Raises UnknownRecordError where it is gone or another's now."""
    kind, value = addressee
    try:
        if kind.startswith("invoice"):
            target = await _of_invoice(scope, await find_invoice(scope, value))
        elif kind == "credit_case_number":
            target = await _of_case(scope, await find_case(scope, value))
        else:
            target = await target_of_debtor(scope, debtor_id)
    except MissingError:
        raise UnknownRecordError("Whom the message is for no longer exists at Payt.") from None
    if target.debtor.id != debtor_id:
        raise UnknownRecordError("What the message is about belongs to another debtor now.")
    return target


async def target_of_debtor(scope: Scope, debtor_id: str) -> Target:
    debtor = await read_debtor(scope, debtor_id)
    if debtor.debtor_number:
        return Target("debtor", ("debtor_number", debtor.debtor_number), "", debtor)
    if debtor.debtor_identifier:
        return Target("debtor", ("debtor_identifier", debtor.debtor_identifier), "", debtor)
    raise UnknownRecordError("This debtor has neither number nor identifier, so Payt takes no message for it.")


async def _of_invoice(scope: Scope, invoice: Invoice) -> Target:
    if not invoice.debtor_id:
        raise UnknownRecordError("Payt names no debtor for this invoice, so a message about it has no addressee.")
    named = ("invoice_number", invoice.invoice_number) if invoice.invoice_number else None
    named = named or (("invoice_identifier", invoice.invoice_identifier) if invoice.invoice_identifier else None)
    if named is None:
        raise UnknownRecordError("This invoice has neither number nor identifier, so Payt takes no message about it.")
    debtor = await read_debtor(scope, invoice.debtor_id)
    return Target(
        "invoice", (named[0], str(named[1])), f"invoice {clean(named[1], NAME_LENGTH)}", debtor, invoice=invoice
    )


async def _of_case(scope: Scope, case: CreditCase) -> Target:
    if not case.debtor_id or not case.credit_case_number:
        raise UnknownRecordError("Payt names no debtor or no number for this credit case.")
    debtor = await read_debtor(scope, case.debtor_id)
    number = case.credit_case_number
    return Target(
        "credit_case", ("credit_case_number", number), f"credit case {clean(number, NAME_LENGTH)}", debtor, case=case
    )


async def facts_of(scope: Scope, target: Target, subject: str, body: str) -> Facts:
    """All that warnings and preview rest on, read now."""
    debtor, administration = target.debtor, scope.administration
    books = await books_of(scope, debtor.id)
    now = scope.account.now()
    messages = await timeline(scope, debtor.id)
    cases = [target.case] if target.case else await cases_by_id(scope, (i.case_id for i in books.invoices.values()))
    text = f"{subject}\n{body}"
    foreign, unknown = await _numbers_in(scope, text, books, target, cases)
    same = [m for m in messages if is_same(m, subject, body)]
    recent = [m for m in messages if is_recent(message_moment(m), now) and m.sender_type == "creditor"]
    return Facts(
        sender=clean(administration.name, NAME_LENGTH) or administration.id,
        currency=administration.currency_code or "",
        bank_account=administration.bank_account_number or "",
        own_hosts=own_hosts(administration, (debtor.public_url, debtor.deeplink_url)),
        debtor=debtor.name or "",
        debtor_number=clean(debtor.debtor_number, NAME_LENGTH) or debtor.id,
        attention=[*books.debtor_attention(books.debtors[debtor.id]), *_case_attention(cases)],
        on_file=await _on_file(scope, debtor),
        items=_items(scope, books, now),
        invoice_id=target.invoice.id if target.invoice else "",
        settled=_settled(books, target.invoice),
        case=_case_words(target.case),
        case_amounts=[amount for case in cases for amount in _case_amounts(case)],
        other_amounts=[a for a in (target.invoice.total_amount,) if a is not None] if target.invoice else [],
        foreign_invoices=foreign,
        unknown_invoices=unknown,
        recent=[(_day(scope, message_moment(m)), m.subject or "") for m in recent],
        bounced=await _bounced(scope, debtor),
        same_text=[(m.id, _day(scope, message_moment(m))) for m in same],
        own_addresses=[administration.email_address] if administration.email_address else [],
    )


async def _bounced(scope: Scope, debtor: Debtor) -> str:
    """When mail to the debtor came back last, and why; "" where none did lately, or that cannot be read."""
    mails = await bounced_mails(scope, debtor.id) or []
    return f"{scope.day(mails[0].created_at) or 'an unknown day'}{bounce_reason(mails[0])}" if mails else ""


async def timeline(scope: Scope, debtor_id: str) -> list[Message]:
    """Every message with a debtor, newest first, with its text."""
    listed = await scope.account.payt.messages(scope.id, fields=_TIMELINE_FIELDS, debtor_ids=[debtor_id])
    return sorted(listed.records, key=message_moment, reverse=True)


def is_same(message: Message, subject: str, body: str) -> bool:
    """Whether a message of the timeline is one of ours with this text; white space may be laid out anew."""
    return (
        message.sender_type == "creditor"
        and folded(message.subject) == folded(subject)
        and folded(message.content) == folded(body)
    )


def folded(text: str | None) -> str:
    """A text as it is compared with another: white space laid out anew and accents in one spelling, which Payt or a
    writer may change, and nothing else.
    """
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def is_recent(moment: dt.datetime, now: dt.datetime) -> bool:
    return now - _RECENT < moment <= now


def default_address(debtor: Debtor) -> OnFile | None:
    """Where a message to this debtor goes when nobody says otherwise; an address that cannot be used is passed over."""
    return next(iter(_addresses(debtor, _SOURCES)), None)


def _addresses(debtor: Debtor, sources: dict[str, str]) -> Iterable[OnFile]:
    for name, source in sources.items():
        for part in (getattr(debtor, name) or "").split(","):
            try:
                yield OnFile(parse_one(name, part), source)
            except InputError:
                continue


async def _on_file(scope: Scope, debtor: Debtor) -> list[OnFile]:
    found = [*_addresses(debtor, _SOURCES | _COPY_SOURCES)]
    if not debtor.debtor_number or "," in debtor.debtor_number:
        return found
    contacts = await scope.account.payt.contacts(
        scope.id, fields=("id", "firstname", "lastname", *_CONTACT_FIELDS), debtor_numbers=[debtor.debtor_number]
    )
    for contact in contacts.records:
        found += _contact_addresses(contact)
    return found


def _contact_addresses(contact: Contact) -> Iterable[OnFile]:
    name = clean(" ".join(filter(None, (contact.firstname, contact.lastname))), NAME_LENGTH) or contact.id
    for field in _CONTACT_FIELDS:
        address = getattr(contact, field)
        if address:
            try:
                yield OnFile(parse_one(field, address), f"contact {name}")
            except InputError:
                continue


def _items(scope: Scope, books: OpenItems, now: dt.datetime) -> list[OwedItem]:
    today = scope.today
    return [
        OwedItem(
            item.id,
            item.number,
            item.currency,
            item.open_amount,
            item.total_amount,
            item.is_overdue(today),
            books.attention(item),
            item.due_date,
            item.step,
            _day(scope, item.step_at) if item.step_at and is_recent(item.step_at, now) else None,
        )
        for item in books.invoices.values()
    ]


def _settled(books: OpenItems, invoice: Invoice | None) -> str:
    """The number of the invoice a message is about, where nothing is open on it."""
    return (invoice.invoice_number or invoice.id) if invoice and invoice.id not in books.invoices else ""


def _case_attention(cases: Sequence[CreditCase]) -> list[str]:
    return ["with_bailiff"] if any(case_phase(case) == "bailiff" for case in cases) else []


def _case_words(case: CreditCase | None) -> str:
    if case is None:
        return ""
    return words(case_phase(case)) + (", paused" if case.paused_at else "")


def _case_amounts(case: CreditCase) -> list[Decimal]:
    parts = (
        case.total_amount, case.open_amount, case.interest_costs, case.debt_collection_costs,
        case.open_interest_and_collection_costs,
    )  # fmt: skip
    known = [part for part in parts if part is not None]
    if case.open_amount is not None and case.open_interest_and_collection_costs is not None:
        known.append(case.open_amount + case.open_interest_and_collection_costs)
    return known


async def _numbers_in(
    scope: Scope, text: str, books: OpenItems, target: Target, cases: Sequence[CreditCase]
) -> tuple[dict[str, str], list[str]]:
    """Invoice numbers in the text that are another debtor's (and whose), and those that are nobody's."""
    own = {item.number for item in books.invoices.values()} | {item.identifier for item in books.invoices.values()}
    own |= {number for case in cases for number in (case.case_number, case.credit_case_number) if number}
    asked = [word for word in scanning.tokens(text) if word not in own and "," not in word]
    found: dict[str, Invoice] = {}
    for chunk in chunks(asked):
        listed = await scope.account.payt.invoices(
            scope.id, fields=("id", "invoice_number", "debtor_id", "debtor_number"), invoice_numbers=chunk
        )
        found |= {invoice.invoice_number or "": invoice for invoice in listed.records}
    theirs = {n: i.debtor_number or "another" for n, i in found.items() if i.debtor_id != target.debtor.id}
    known = own | found.keys() | {target.debtor.debtor_number or ""}
    named = scanning.named_invoices(text)
    return theirs, [name for name in named if name not in known and not scanning.numbers_among(name, known)]


def _day(scope: Scope, moment: dt.datetime) -> dt.date:
    return dt.date.fromisoformat(scope.day(moment) or "")
