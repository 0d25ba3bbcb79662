"""Messages to debtors: proposed, checked again, sent once, looked for."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from payt_mcp.books.colleagues import colleagues_on
from payt_mcp.books.messages import timeline
from payt_mcp.books.zones import time_zone
from payt_mcp.errors import BadValueError, InputError, UnknownRecordError
from payt_mcp.payt import writes
from payt_mcp.payt.together import both
from payt_mcp.payt.wire import Command, File
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import Preview, Words, situation
from payt_mcp.proposals.states import Status
from payt_mcp.receivables.addresses import (
    Recipient,
    complaints,
    default_address,
    distinct,
    parse_many,
    parse_one,
    source_of,
)
from payt_mcp.receivables.messages import message_moment
from payt_mcp.words.said import say
from payt_mcp.words.sentences import template
from payt_mcp.words.text import NAME_LENGTH, clean
from payt_mcp.writes.files import load, read_attachments, readable
from payt_mcp.writes.kind import Kind, Place
from payt_mcp.writes.lately import came_on_file
from payt_mcp.writes.message.about import Material, about_warnings, ids_of
from payt_mcp.writes.message.basis import basis_of, what_changed
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.filling import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    fill_letter,
    language_warnings,
    refilled,
)
from payt_mcp.writes.message.letter import Attachment, Letter, sections_of, title_of
from payt_mcp.writes.message.placeholders import Filled
from payt_mcp.writes.message.proposed import ledger_lines, of_debtor, sent_by_us
from payt_mcp.writes.message.reading import facts_of, folded, is_same
from payt_mcp.writes.message.situation import situation_of
from payt_mcp.writes.message.sources import sources_of, sources_section
from payt_mcp.writes.message.target import Target, find_target, target_again
from payt_mcp.writes.message.warnings import warnings_of
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the assistant asks to have sent, as it said it: subject and body may hold placeholders, and `about` numbers
    of the invoices that they stand for.
    """

    subject: str
    body: str
    about: Sequence[str] = ()
    to_debtor: str = ""
    to_invoice: str = ""
    to_credit_case: str = ""
    email: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    attachments: Sequence[str] = ()


class Message(Kind):
    """What is asked for has `email` only where the assistant gave one: the debtor's own is looked up each time."""

    name = "message"
    records = "such addressee"
    once = True
    words = Words(
        step=say("send"),
        done=say("sent"),
        ended=template("Sent at {sending}; it is message {message} at Payt."),
        same=say("The same letter to this debtor"),
        unseen=say("not on the timeline yet"),
        all_clear=say(
            "No warnings: addresses, accounts, amounts, invoice numbers and links in it were compared with Payt."
        ),
        person_knows=False,
    )

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        wanted = Wish(**wish)
        subject, body = _subject(wanted.subject), _body(wanted.body)
        attachments = read_attachments(place.folder, wanted.attachments)
        target = await find_target(
            place, debtor=wanted.to_debtor, invoice=wanted.to_invoice, credit_case=wanted.to_credit_case
        )
        place.read["target"] = target
        if not wanted.email and default_address(target.debtor) is None:
            whose = clean(target.debtor.debtor_number, NAME_LENGTH) or target.debtor.id
            unusable = complaints(target.debtor)
            of_use = f" that can be used: {'; '.join(unusable)}" if unusable else ""
            raise InputError(
                f"Debtor {whose} has no e-mail address on file{of_use}. Ask the user for one and pass email."
            )
        return {
            "addressee": list(target.addressee),
            "debtor_id": target.debtor.id,
            "subject": subject,
            "body": body,
            "about": await ids_of(place, target, wanted.about),
            "email": parse_one("email", wanted.email) if wanted.email else "",
            "cc": parse_many("cc", wanted.cc),
            "bcc": parse_many("bcc", wanted.bcc),
            "attachments": [
                {"name": a.name, "path": a.path, "size": a.size, "type": a.content_type, "sha256": a.sha256}
                for a in attachments
            ],
        }

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        target = place.read.get("target") or await target_again(place, asked["addressee"], asked["debtor_id"])
        attachments = [_attachment(place, entry) for entry in asked["attachments"]]
        email, about = asked["email"] or _on_file(target), asked.get("about", ())
        filled = await fill_letter(
            place, target, subject=asked["subject"], body=asked["body"], about=about, email=email
        )
        content = _each_once(_without_about(asked) | {"subject": filled.subject, "body": filled.body, "email": email})
        others, zone = await place.proposals(), time_zone(place.administration)
        number = target.debtor.debtor_number or ""
        around = of_debtor(others, target.debtor.id, number)
        sent = sent_by_us(around)
        told = {one.message_id for one in around if f"proposal {one.id}" in place.told and one.message_id}
        files = [(one.name, readable(place.folder, one)) for one in attachments]
        facts, colleagues = await both(
            partial(facts_of, place, target, filled, sent, told, files), partial(colleagues_on, place, target.file)
        )
        facts = replace(facts, lately=came_on_file(others, zone))
        lines = list(ledger_lines(around, number, zone, place.told))
        letter = _letter(content, target, facts, attachments, filled.filled)
        sources = sources_of(letter, facts, [note.content or "" for note in colleagues.notes])
        return Outlook(
            # laid out as the timeline is read, so that two variants of one text are never under way together
            touches=(target.debtor.id, folded(letter.subject), folded(letter.body)),
            title=title_of(letter, facts),
            about=say("{debtor} ({debtor_number})", debtor=clean(facts.debtor, 60), debtor_number=facts.debtor_number),
            sections=[
                *sections_of(letter, facts),
                *sources_section(sources, facts.known.bounds, len(letter.filled)),
                *situation(situation_of(place, target.file, colleagues, lines)),
            ],
            warnings=[
                *warnings_of(letter, facts, sources, set(about)),
                *about_warnings(filled.material, place.actual_today),
                *language_warnings(filled),
            ],
            same=[key for key, _ in facts.same_text],
            content=content,
            basis={
                **basis_of(facts, letter.text, (target.invoice.invoice_number or "") if target.invoice else ""),
                "filled": filled.basis,
            },
            amount=_concerned(target, filled.material, place.actual_today),
            changed=lambda basis: [
                *refilled(basis.get("filled", {}), filled.basis),
                *what_changed(basis, facts),
            ],
        )

    def command(self, place: Place, content: Content, preview: Preview) -> Command:  # noqa: ARG002 - Kind
        return writes.message(
            place.id,
            (content["addressee"][0], content["addressee"][1]),
            subject=content["subject"],
            body=content["body"],
            email=content["email"],
            cc=",".join(content["cc"]),
            bcc=",".join(content["bcc"]),
            attachments=[
                File("message[attachments][]", a["name"], a["type"], load(place.folder, a["path"], a["sha256"]))
                for a in content["attachments"]
            ],
        )

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:  # noqa: ARG002 - Kind
        return Done(Status.SENT, {}, writes.message_id(answer))

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        """Whether a message of this text stands on the timeline that did not before, and is no other proposal's."""
        content = attempt.content
        messages = await timeline(place, content["debtor_id"])
        same = (one for one in messages if is_same(one, content["subject"], content["body"]))
        found = attempt.ours((one.id, message_moment(one)) for one in same)
        return Done(Status.SENT, {"found": say("on the timeline")}, found) if found else None


KIND = Message()


def _on_file(target: Target) -> str:
    """The address of a letter that names none. Raises UnknownRecordError: there is none any more."""
    known = default_address(target.debtor)
    if known is None:
        raise UnknownRecordError("the debtor has no e-mail address on file any more")
    return known.email


def _concerned(target: Target, material: Material, today: dt.date) -> Decimal:
    """What is open on the invoices it is about or names. One that is about none in particular is about all that the
    debtor is late with, what may not be reminded of among it.
    """
    about = [*material.about, *material.named.values()]
    if not (material.said or target.invoice or target.case):
        about += [item for item in target.file.open_items if item.is_overdue(today)]
    each = {item.id: item for item in about if item.is_owed}
    return sum((item.book_open or item.owed or Decimal(0) for item in each.values()), Decimal("0.00"))


def _each_once(content: dict[str, Any]) -> dict[str, Any]:
    """A mailbox gets one letter, however often and in whatever letters it is named."""
    to = [content["email"]]
    cc = distinct(content["cc"], to)
    return {**content, "cc": cc, "bcc": distinct(content["bcc"], [*to, *cc])}


def _without_about(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to Payt: which invoices were meant is kept with what was asked for."""
    return {name: value for name, value in asked.items() if name != "about"}


def _letter(
    content: Content, target: Target, facts: Facts, attachments: Sequence[Attachment], filled: Sequence[Filled]
) -> Letter:
    addressed = {"to": [content["email"]], "cc": content["cc"], "bcc": content["bcc"]}
    return Letter(
        about=target.about,
        subject=content["subject"],
        body=content["body"],
        recipients=[
            Recipient(field, email, source_of(email, facts.on_file))
            for field, emails in addressed.items()
            for email in emails
        ],
        attachments=attachments,
        filled=filled,
    )


def _attachment(place: Place, entry: Mapping[str, Any]) -> Attachment:
    load(place.folder, entry["path"], entry["sha256"])
    return Attachment(entry["name"], entry["path"], entry["size"], entry["type"], entry["sha256"])


def _subject(text: str) -> str:
    if "\n" in text or "\r" in text or len(text) > LONGEST_SUBJECT:
        raise BadValueError("subject", text, f"one line of at most {LONGEST_SUBJECT} characters")
    return _readable("subject", text.strip())


def _body(text: str) -> str:
    if len(text) > LONGEST_BODY:
        raise BadValueError("body", f"{len(text)} characters", f"at most {LONGEST_BODY}")
    return _readable("body", text.replace("\r\n", "\n").strip())


def _readable(argument: str, text: str) -> str:
    """Text that reads for everyone as it is shown: no control, invisible or direction-changing characters."""
    for sign in text:
        if sign not in "\n\t\u200d\u200c" and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
            name = unicodedata.name(sign, hex(ord(sign)))
            raise BadValueError(argument, text, f"text without invisible or control characters (it holds {name})")
    return text
