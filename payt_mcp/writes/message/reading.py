"""The facts a message is held against, taken from the debtor's file and read beside it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from payt_mcp.books.debtor import DebtorFile
from payt_mcp.books.scope import Scope
from payt_mcp.books.zones import time_zone
from payt_mcp.payt.models import Debtor, Invoice, Message
from payt_mcp.policy.contact import against
from payt_mcp.receivables.addresses import CONTACT_FIELDS, OnFile, addresses_of, addresses_of_contact, complaints
from payt_mcp.receivables.aging import balance
from payt_mcp.receivables.attention import of_case, of_invoice
from payt_mcp.receivables.messages import EARLIEST, LATELY, bounce_reason, message_moment
from payt_mcp.receivables.objections import objection_in, speaks_against
from payt_mcp.receivables.records import case_entry
from payt_mcp.words.text import NAME_LENGTH, clean
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import OwedItem
from payt_mcp.writes.message.filling import FilledLetter
from payt_mcp.writes.message.knowing import File, known_of
from payt_mcp.writes.message.proposed import SentByUs
from payt_mcp.writes.message.target import Target
from payt_mcp.writes.own import own_hosts

_OBJECTION_LENGTH = 80


async def facts_of(
    scope: Scope,
    target: Target,
    letter: FilledLetter,
    sent: Sequence[SentByUs] = (),
    told: Collection[str] = (),
    files: Sequence[File] = (),
) -> Facts:
    """All that warnings and preview rest on: the file that the target was found with, the debtor's contacts, and what
    is known of all that the text says. `sent` are the letters that went out by the ledger, which the timeline may not
    show yet; of the messages that are `told` a person knows. `files` are the attached ones.
    """
    file, administration, now = target.file, scope.administration, scope.now()
    debtor, subject, body = file.debtor, letter.subject, letter.body
    on_file = await _on_file(scope, debtor)
    contacts = [entry.source.removeprefix("contact ") for entry in on_file]
    same = [m for m in file.messages if is_same(m, subject, body)]
    of_case_ = of_case(case_entry(target.case)) if target.case else []
    return Facts(
        sender=clean(administration.name, NAME_LENGTH) or administration.id,
        currency=administration.currency_code or "",
        bank_account=administration.bank_account_number or "",
        own_hosts=own_hosts(administration, (debtor.public_url, debtor.deeplink_url)),
        debtor=debtor.name or "",
        debtor_number=clean(debtor.debtor_number, NAME_LENGTH) or debtor.id,
        attention=list(dict.fromkeys([*file.attention(scope.today).reasons, *of_case_])),
        on_file=on_file,
        unusable=complaints(debtor),
        items=_items(scope, file, now),
        known=await known_of(scope, target, f"{subject}\n{body}", letter.typed, files=files, contacts=contacts),
        holder=administration.bank_account_name or "",
        invoice_id=target.invoice.id if target.invoice else "",
        settled=_settled(file, target.invoice),
        case_attention=of_case_,
        recent=_recent(scope, file, sent, told),
        bounced=_bounced(scope, file),
        same_text=[(m.id, _day(scope, message_moment(m))) for m in same],
        own_addresses=[administration.email_address] if administration.email_address else [],
        unseen=file.unseen,
        against=list(_against(scope, file)),
        objections=_objections(*(label.name or "" for label in debtor.labels), debtor.remark or ""),
    )


def _objections(*texts: str) -> list[str]:
    """Those that speak against a reminder; of a long one the part that does."""
    found = ((text, objection_in(text)) for text in texts if speaks_against([text]))
    return [text if len(text) <= _OBJECTION_LENGTH else clause for text, clause in found]


def _against(scope: Scope, file: DebtorFile) -> Iterator[tuple[str, str]]:
    """The rules that speak against a letter at this moment."""
    now = scope.account.now().astimezone(time_zone(scope.administration))
    ours = [message_moment(one) for one in file.messages if one.sender_type == "creditor" and one.sent_at]
    moments = [moment for moment in (*ours, *file.reminded.values()) if moment > EARLIEST]
    return against(
        scope.account.rules,
        number=file.debtor.debtor_number or "",
        language=file.debtor.language_code or "",
        overdue=balance(file.open_items, scope.today).overdue,
        written=_day(scope, max(moments)) if moments else None,
        moment=now,
    )


def _recent(
    scope: Scope, file: DebtorFile, sent: Sequence[SentByUs], told: Collection[str]
) -> list[tuple[dt.date, str]]:
    """The days and subjects of what we wrote to the debtor within a week, newest first, in this very second too."""
    ours = [one for one in file.messages if one.sender_type == "creditor"]
    listed = {one.id for one in file.messages}
    wrote = [SentByUs(message_moment(one), one.id, one.subject or "") for one in ours]
    wrote += [one for one in sent if one.message_id not in listed]
    lately = [one for one in wrote if is_recent(one.moment, scope.now()) and one.message_id not in told]
    lately.sort(key=lambda one: (one.moment, one.message_id), reverse=True)
    return [(_day(scope, one.moment), one.subject) for one in lately]


def _bounced(scope: Scope, file: DebtorFile) -> str:
    """When mail to the debtor came back last, and why; "" where none did lately, or that cannot be read."""
    mails = file.bounced or []
    return f"{scope.day(mails[0].created_at) or 'an unknown day'}{bounce_reason(mails[0])}" if mails else ""


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
    """Within a week of now, or later: clocks are not the same to the second."""
    return now - LATELY < moment


async def _on_file(scope: Scope, debtor: Debtor) -> list[OnFile]:
    """The addresses of the debtor and of its contacts."""
    found = list(addresses_of(debtor))
    if not debtor.debtor_number or "," in debtor.debtor_number:
        return found
    fields = ("id", "firstname", "lastname", "updated_at", *CONTACT_FIELDS)
    contacts = await scope.account.payt.contacts(scope.id, fields=fields, debtor_numbers=[debtor.debtor_number])
    for contact in contacts.records:
        stamp = contact.updated_at
        changed = scope.day(stamp) if stamp and is_recent(stamp, scope.now()) else None
        found += addresses_of_contact(contact, changed or "")
    return found


def _items(scope: Scope, file: DebtorFile, now: dt.datetime) -> list[OwedItem]:
    today = scope.today
    of_cases = {case.id: [label.name or "" for label in case.labels] for case in file.cases}
    return [
        OwedItem(
            item.id,
            item.number,
            item.currency,
            item.open_amount,
            item.total_amount,
            item.is_overdue(today),
            of_invoice(file.books, item),
            item.due_date,
            item.step,
            _day(scope, item.step_at) if item.step_at and is_recent(item.step_at, now) else None,
            _objections(*item.labels, *of_cases.get(item.case_id, ())),
        )
        for item in file.open_items
    ]


def _settled(file: DebtorFile, invoice: Invoice | None) -> str:
    """The number of the invoice a message is about, where nothing is open on it."""
    return (invoice.invoice_number or invoice.id) if invoice and invoice.id not in file.books.invoices else ""


def _day(scope: Scope, moment: dt.datetime) -> dt.date:
    return dt.date.fromisoformat(scope.day(moment) or "")
