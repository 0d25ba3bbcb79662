"""Which invoices a letter is about, and what else of Payt its placeholders need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from payt_mcp.books.find import find_invoice
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import BadValueError, InputError, UnknownRecordError
from payt_mcp.payt.models import Contact
from payt_mcp.proposals.preview import Warned
from payt_mcp.receivables.entries import INVOICE_FIELDS, OpenItem, open_item
from payt_mcp.receivables.overdue_parts import overdue_parts
from payt_mcp.receivables.selection import ordered
from payt_mcp.words.said import say, some
from payt_mcp.words.text import code
from payt_mcp.writes.message.placeholders import Placeholder
from payt_mcp.writes.message.target import Target

_BUT = "-"
"""In front of an invoice that the letter is not about, when it is about all the others."""
_MOST_OTHERS = 20
"""How many invoices that are not open may be named: each is asked of Payt."""

_NAMES = ("id", "firstname", "infix", "lastname", "default_email_address", "reminder_email_address")


@dataclass(frozen=True)
class Material:
    """What is read for the placeholders of one letter, beside the debtor's file.

    `about` are the invoices it is about, oldest due first, and `said` is whether they were named as such; `named` are
    those that placeholders name, by the number as it stands there. `link` is the page of the one invoice it is about.
    """

    about: Sequence[OpenItem]
    said: bool
    named: dict[str, OpenItem] = field(default_factory=dict)
    contacts: Sequence[Contact] = ()
    link: str = ""


async def ids_of(scope: Scope, target: Target, numbers: Iterable[str]) -> list[str]:
    """The ids of the invoices that `about` means, each once: those it names or, where each has a minus in front, all
    the letter would be about without them. Raises InputError where one is not the debtor's.
    """
    named = list(dict.fromkeys(number.strip() for number in numbers))
    if "" in named:
        raise BadValueError("about", "", "numbers of invoices")
    without = [number for number in named if number.startswith(_BUT) and not _own(target, number)]
    if without and len(without) == len(named):
        return await _all_but(scope, target, [number.removeprefix(_BUT).strip() for number in without])
    if without:
        raise InputError(
            f"about names invoices and, with a minus in front, some to leave out ({some(map(code, without))}): name "
            "either those that the letter is about, or those of the overdue ones that it is not about."
        )
    others = [number for number in named if not _own(target, number)]
    if len(others) > _MOST_OTHERS:
        raise InputError(
            f"{len(others)} of the invoices in about are no open ones of this debtor ({some(map(code, others))}); at "
            f"most {_MOST_OTHERS} may be. Name the open ones, as search_invoices lists them."
        )
    found = [await _of_debtor(scope, target, number, "about") for number in named]
    return list(dict.fromkeys(item.id for item in found))


async def _all_but(scope: Scope, target: Target, numbers: Sequence[str]) -> list[str]:
    """The ids of what the letter is about where nothing is named, without these. Raises InputError where one is no open
    invoice of the debtor: nothing would be left out, and whoever asked thinks so.
    """
    unknown = [number for number in numbers if not _own(target, number)]
    if unknown:
        raise InputError(
            f"{some(map(code, unknown))} (about, with a minus in front) is no open invoice of this debtor, so that "
            "leaving it out changes nothing. search_invoices lists those that are open."
        )
    every = await _about(scope, target, ())
    left = [item.id for item in every if item.number not in numbers and item.identifier not in numbers]
    if not left:
        raise InputError("Without those in about nothing is left that the letter could be about.")
    return left


async def material_of(
    scope: Scope, target: Target, ids: Sequence[str], placeholders: Collection[Placeholder]
) -> Material:
    """Raises InputError where an invoice is not the debtor's; UpstreamError."""
    names = {one.name for one in placeholders}
    about = await _about(scope, target, ids)
    keys = dict.fromkeys(one.key for one in placeholders if one.part)
    return Material(
        about,
        bool(ids),
        {key: await _of_debtor(scope, target, key, say("the text")) for key in keys},
        await _contacts(scope, target) if "contact" in names else (),
        await _link(scope, about) if "payment_link" in names and len(about) == 1 else "",
    )


async def _about(scope: Scope, target: Target, ids: Sequence[str]) -> list[OpenItem]:
    """Those that are named; else the invoice or the case the letter goes with; else what may be reminded of."""
    books = target.file.books
    if ids:
        known = {key: item for key in ids if (item := books.invoices.get(key))}
        return ordered(
            [*known.values(), *await _paid(scope, target, [key for key in ids if key not in known])], "due_date"
        )
    if target.invoice:
        return [books.invoices.get(target.invoice.id) or open_item(target.invoice, books.currency)]
    if target.case:
        return [item for item in target.file.open_items if item.case_id == target.case.id]
    return ordered(overdue_parts(books, target.debtor.id, scope.actual_today).others.items, "due_date")


async def _paid(scope: Scope, target: Target, ids: Sequence[str]) -> list[OpenItem]:
    """Invoices that are not open any more. One that is gone, or another debtor's by now, is none."""
    found = []
    for chunk in chunks(ids):
        listed = await scope.account.payt.invoices(scope.id, fields=INVOICE_FIELDS, ids=chunk)
        found += [open_item(one, target.file.books.currency) for one in listed.records]
    if {item.id for item in found if item.debtor_id == target.debtor.id} != set(ids):
        raise UnknownRecordError("An invoice that the letter is about is no longer this debtor's at Payt.")
    return found


async def _of_debtor(scope: Scope, target: Target, number: str, where: str) -> OpenItem:
    """The debtor's invoice of this number. Raises InputError."""
    own = _own(target, number)
    if len(own) == 1:
        return own[0]
    invoice = await find_invoice(scope, number, fields=INVOICE_FIELDS)
    if invoice.debtor_id != target.debtor.id:
        whose = (
            say("debtor {debtor_number}", debtor_number=code(invoice.debtor_number))
            if invoice.debtor_number
            else say("another debtor")
        )
        raise InputError(
            f"Invoice {code(number)} ({where}) belongs to {whose}, and the letter goes to debtor "
            f"{code(target.debtor.debtor_number) or target.debtor.id}. Name invoices of this debtor only."
        )
    return open_item(invoice, target.file.books.currency)


def _own(target: Target, number: str) -> list[OpenItem]:
    return [item for item in target.file.open_items if number in (item.number, item.identifier)]


async def _contacts(scope: Scope, target: Target) -> list[Contact]:
    number = target.debtor.debtor_number
    if not number or "," in number:
        return []
    return (await scope.account.payt.contacts(scope.id, fields=_NAMES, debtor_numbers=[number])).records


async def _link(scope: Scope, about: Sequence[OpenItem]) -> str:
    listed = await scope.account.payt.invoices(scope.id, fields=("id", "public_url"), ids=[about[0].id])
    return next((one.public_url or "" for one in listed.records), "")


def about_warnings(material: Material, today: dt.date) -> list[Warned]:
    """Invoices that were named and are no matter for a reminder; pauses, plans and bailiffs are said elsewhere."""
    if not material.said:
        return []
    settled = [item for item in material.about if item.owed == 0]
    early = [item for item in material.about if item.is_owed and not item.is_overdue(today)]
    found = (
        [Warned(say("Nothing is open on {settled}, which the letter is about.", settled=_called(settled)), True)]
        if settled
        else []
    )
    return found + (
        [Warned(say("Not due yet: {early}, which the letter is about.", early=_called(early)))] if early else []
    )


def _called(items: Sequence[OpenItem]) -> str:
    if len(items) > 1:
        return say("invoices {numbers}", numbers=numbers_of(items))
    return say("invoice {numbers}", numbers=numbers_of(items))


def numbers_of(items: Iterable[OpenItem]) -> str:
    return some(code(item.number) or item.id for item in items)
