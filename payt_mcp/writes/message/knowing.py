"""What is known of what a letter says, read: the debtor's own, and where else its numbers stand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from payt_mcp.books.debtor import DebtorFile
from payt_mcp.books.late import letters_owe_costs
from payt_mcp.books.scope import Scope, chunks, optional
from payt_mcp.payt.fields import selection
from payt_mcp.payt.models import CreditCase, Invoice, PaymentPlan
from payt_mcp.receivables.addresses import domain
from payt_mcp.receivables.entries import OpenItem
from payt_mcp.receivables.messages import message_moment
from payt_mcp.receivables.phases import invoice_step
from payt_mcp.scanning.figures import Figures, figures_in
from payt_mcp.scanning.surcharges import speaks_of_any
from payt_mcp.words.folding import searchable
from payt_mcp.words.plainly import unaccented
from payt_mcp.words.said import say, term
from payt_mcp.words.text import clean
from payt_mcp.writes.message.known import Entry, Foreign, Known
from payt_mcp.writes.message.lawful import Lawful, lawful_of
from payt_mcp.writes.message.others import Own, Place, foreign_in, foreign_of_file, own_of
from payt_mcp.writes.message.pages import host_of, page_of, pages_in
from payt_mcp.writes.message.target import Target

_MOST_NUMBERS = 300
_MOST_COMPANIES = 3
_MOST_PAGES = 1_000
_MOST_IN_PARTS = 20
_PATIENCE = 3.0
_PATIENCE_ELSEWHERE = 1.0
_FIELDS = (
    "id", "invoice_number", "invoice_identifier", "debtor_id", "debtor_number", "currency_code", "total_amount",
    "open_amount", "invoice_date", "due_date", "payment_date", "order_number", "purchase_order_number",
)  # fmt: skip
_REMINDS = re.compile(r"herinner|reminder|mahnung|erinnerung|relance|rappel|aanmaning")
File = tuple[str, str]
"""The name of an attached file, and what can be read in it."""


async def known_of(
    scope: Scope, target: Target, text: str, typed: str, *, files: Sequence[File] = (), contacts: Iterable[str] = ()
) -> Known:
    """`typed` is the text with blanks for what this server filled in. Raises UpstreamError."""
    file = target.file
    names = _own_names(scope, file, target)
    open_entries = [_entry_of(scope, item) for item in file.open_items]
    own_numbers = {entry.number for entry in open_entries} | names.keys()
    figures = figures_in(text, own_numbers)
    by_hand = figures if typed == text else figures_in(typed, own_numbers)
    own = own_of(scope.administration, file.debtor, contacts)
    asked = _asked(by_hand, [figures_in(numbers_of_name(name), own_numbers) for name, _ in files])
    looked, bounds = await _looked_up(scope, asked)
    mine = [invoice for invoice in looked if invoice.debtor_id == file.debtor.id]
    paid = [_entry_of_paid(scope, one) for one in mine if one.id not in file.books.invoices]
    names |= _orders_of(figures, file.open_items, mine)
    entries = await _in_parts(scope, [*open_entries, *paid, *_of_target(scope, target)], figures)
    cases = [target.case] if target.case else file.cases
    others, foreign, bound = await _foreign(scope, by_hand, looked, own, files)
    pages = await _pages(scope, file, text)
    return Known(
        today=scope.today,
        entries=tuple({entry.id: entry for entry in entries}.values()),
        lawful=_lawful(scope, file, entries) if speaks_of_any(text) else None,
        has_costs=any(case.debt_collection_costs for case in cases),
        names=names,
        amounts=[*_of_cases(cases), *_of_plans(file.plans)],
        days=_days(file.plans),
        written_on=_written_on(scope, file),
        foreign=tuple(one for one in foreign if one.said not in names),
        files=tuple(others),
        reminded=sum(
            1
            for one in file.messages
            if one.sender_type == "creditor" and _REMINDS.search(unaccented(one.subject or ""))
        ),
        is_summoned=bool(file.cases or target.case),
        pages=pages,
        page_hosts=frozenset(filter(None, (host_of(file.debtor.public_url),))),
        inner_hosts=frozenset(
            filter(None, (host_of(file.debtor.deeplink_url), domain(file.debtor.internal_note_email_address or "")))
        ),
        internal=[(say("the remark in the debtor's file"), file.debtor.remark)] if file.debtor.remark else [],
        figures=figures,
        bounds=tuple(filter(None, (bounds, bound))),
    )


def _lawful(scope: Scope, file: DebtorFile, entries: Sequence[Entry]) -> Lawful | None:
    costs_from = letters_owe_costs(scope, file.messages)
    return lawful_of(scope.today, scope.administration.country_code, file.debtor, entries, costs_from)


def _asked(figures: Figures, of_files: Sequence[Figures]) -> list[str]:
    """The numbers that are looked up: each once, the letter's first."""
    found = dict.fromkeys(one.written for part in (figures, *of_files) for one in part.others if "," not in one.written)
    return list(found)


def _entry_of(scope: Scope, item: OpenItem) -> Entry:
    return Entry(
        item.id, item.number, item.currency, item.open_amount or Decimal(0), item.total_amount, item.invoice_date,
        item.due_date, None, item.is_overdue(scope.today), item.step,
    )  # fmt: skip


def _entry_of_paid(scope: Scope, invoice: Invoice) -> Entry:
    due = invoice.due_date
    opened = invoice.open_amount or Decimal(0)
    is_overdue = opened > 0 and due is not None and due < scope.today
    return Entry(
        invoice.id, invoice.invoice_number or "", invoice.currency_code or "", opened, invoice.total_amount,
        invoice.invoice_date, due, invoice.payment_date, is_overdue, invoice_step(invoice)[0],
    )  # fmt: skip


def _of_target(scope: Scope, target: Target) -> list[Entry]:
    """The invoice that the letter goes with, where nothing is open on it."""
    invoice = target.invoice
    return [_entry_of_paid(scope, invoice)] if invoice and invoice.id not in target.file.books.invoices else []


async def _looked_up(scope: Scope, asked: Sequence[str]) -> tuple[list[Invoice], str]:
    """The invoices of these numbers, whose ever, and what was left out, in words."""
    found: list[Invoice] = []
    for chunk in chunks(asked[:_MOST_NUMBERS]):
        found += (await scope.account.payt.invoices(scope.id, fields=_FIELDS, invoice_numbers=chunk)).records
    more = len(asked) > _MOST_NUMBERS
    return found, say("{done} of {all} numbers were looked up", done=_MOST_NUMBERS, all=len(asked)) if more else ""


def _own_names(scope: Scope, file: DebtorFile, target: Target) -> dict[str, str]:
    """Numbers of the debtor and of ours that are no invoice's, with what each is."""
    debtor, ours = file.debtor, scope.administration
    cases = [*file.cases, *([target.case] if target.case else [])]
    found = [(number, say("credit case")) for case in cases for number in (case.case_number, case.credit_case_number)]
    found += [
        (item.identifier, say("invoice {number}", number=item.number))
        for item in file.open_items
        if item.identifier != item.number
    ]
    found += [
        (debtor.debtor_number, say("debtor number")), (debtor.debtor_identifier, say("debtor identifier")),
        (debtor.coc_number, say("the debtor's")), (debtor.vat_number, say("the debtor's")),
        (debtor.call_phone_number, say("the debtor's")),
        (ours.vat_number, "ours"), (ours.commercial_registration_number, "ours"), (ours.bank_account_bic, "ours"),
        (ours.postal_code, "ours"), (ours.id, "ours"),
    ]  # fmt: skip
    return {number: what for number, what in found if number}


def _orders_of(figures: Figures, items: Iterable[OpenItem], paid: Iterable[Invoice]) -> dict[str, str]:
    """Numbers in the text that are references of the debtor's own invoices."""
    wanted = {f" {searchable(one.written)} ": one.written for one in figures.others}
    found = {
        wanted[key]: say("reference of invoice {number}", number=clean(item.number, 40))
        for item in items
        for text in (f" {item.text} ",)
        for key in wanted
        if key in text
    }
    written = set(wanted.values())
    for invoice in paid:
        for number in {invoice.order_number, invoice.purchase_order_number} & written:
            found[str(number)] = say(
                "reference of invoice {invoice_number}", invoice_number=clean(invoice.invoice_number, 40)
            )
    return found


async def _in_parts(scope: Scope, entries: list[Entry], figures: Figures) -> list[Entry]:
    """The invoices that the text names with what they consist of, where it names amounts that are none of theirs."""
    written = {one.written for one in (*figures.own, *figures.others)}
    named = [entry for entry in entries if entry.number in written][:_MOST_IN_PARTS]
    known = {abs(value) for entry in named for value in (entry.open_amount, entry.total_amount or Decimal(0))}
    if not named or all(abs(one.value) in known for one in figures.amounts):
        return entries
    parts: dict[str, Mapping[Decimal, str]] = {}
    async with optional():
        fields = ("id", "administration_costs_total", "administration_costs_open", selection(Invoice, "invoice_lines"))
        listed = await scope.account.payt.invoices(scope.id, fields=fields, ids=[entry.id for entry in named])
        parts = {invoice.id: _parts_of(invoice) for invoice in listed.records}
    return [_with_parts(entry, parts.get(entry.id, {})) for entry in entries]


def _with_parts(entry: Entry, parts: Mapping[Decimal, str]) -> Entry:
    return replace(entry, parts=parts) if parts else entry


def _parts_of(invoice: Invoice) -> dict[Decimal, str]:
    lines = invoice.invoice_lines
    net = [line.total_excl_tax_amount for line in lines if line.total_excl_tax_amount is not None]
    vat = [line.vat_amount for line in lines if line.vat_amount is not None]
    found = {
        abs(one): say("a line") for line in lines for one in (line.total_incl_tax_amount, line.product_price) if one
    }
    found |= {abs(one): say("a line without VAT") for one in net} | {abs(one): say("VAT of a line") for one in vat}
    found |= {sum(net, Decimal(0)): say("without VAT"), sum(vat, Decimal(0)): say("VAT")} if lines else {}
    costs = (invoice.administration_costs_total, invoice.administration_costs_open)
    return found | {one: say("administration costs") for one in costs if one}


def _of_cases(cases: Iterable[CreditCase]) -> Iterator[tuple[str, Decimal, str]]:
    for case in cases:
        name, currency = (
            say(
                "credit case {credit_case_number}",
                credit_case_number=clean(case.credit_case_number or case.case_number, 40),
            ),
            case.currency_code or "",
        )
        amounts = {
            "total": case.total_amount, "open": case.open_amount, "interest": case.interest_costs,
            "costs": case.debt_collection_costs, "open interest and costs": case.open_interest_and_collection_costs,
        }  # fmt: skip
        known = {what: amount for what, amount in amounts.items() if amount is not None}
        if "open" in known and "open interest and costs" in known:
            known[say("open with interest and costs")] = known["open"] + known[say("open interest and costs")]
        if "interest" in known and "costs" in known:
            known[say("interest and costs")] = known["interest"] + known["costs"]
        yield from (
            (currency, amount, say("{what} of {name}", what=term(what), name=name)) for what, amount in known.items()
        )


def _of_plans(plans: Iterable[PaymentPlan]) -> Iterator[tuple[str, Decimal, str]]:
    for plan in plans:
        amounts = [amount for term in plan.payment_terms for amount in (term.total_amount, term.amount_due) if amount]
        whole = sum((term.total_amount or Decimal(0) for term in plan.payment_terms), Decimal(0))
        yield from (("", amount, say("a term of the payment plan")) for amount in amounts)
        yield "", whole, say("the payment plan")


def _days(plans: Iterable[PaymentPlan]) -> dict[dt.date, str]:
    return {
        date: say("a term of the payment plan")
        for plan in plans
        for term in plan.payment_terms
        for date in (term.due_date, term.payment_date)
        if date
    }


def _written_on(scope: Scope, file: DebtorFile) -> dict[dt.date, str]:
    """Days of messages, and of reminders where both are on one."""
    found: dict[dt.date, str] = {}
    for message in file.messages:
        is_ours = message.sender_type == "creditor"
        _add(found, scope, message_moment(message), say("a message of ours") if is_ours else say("a message to us"))
    for item in file.open_items:
        for moment in (item.step_at, file.reminded.get(item.id)):
            _add(found, scope, moment, say("a reminder of invoice {number}", number=clean(item.number, 40)))
    return found


def _add(days: dict[dt.date, str], scope: Scope, moment: dt.datetime | None, what: str) -> None:
    if moment is not None and (day := scope.day(moment)):
        days[dt.date.fromisoformat(day)] = what


async def _foreign(
    scope: Scope, figures: Figures, looked: Sequence[Invoice], own: Own, files: Sequence[File]
) -> tuple[list[Foreign], list[Foreign], str]:
    """What the attached files and the text say of others, and what could not be looked through, in words."""
    places, bound = await _places(scope)
    theirs = {
        one.invoice_number or "": one.debtor_number or say("another debtor")
        for one in looked
        if one.debtor_id != own.debtor_id
    }
    mine = {one.invoice_number for one in looked if one.debtor_id == own.debtor_id}
    written = {one.written for one in figures.others} - mine
    found = [one for place in places for one in foreign_in(figures, place, own) if one.said not in mine]
    known = {one.said for one in found}
    found += [Foreign(number, "invoice", clean(who, 40)) for number, who in theirs.items() if number in written - known]
    enclosed: list[Foreign] = []
    for name, text in files:
        of_file = figures_in(f"{numbers_of_name(name)}\n{text}", ())
        hits = [one for place in places for one in foreign_of_file(name.replace("_", " "), text, of_file, place, own)]
        words = {one.written for one in of_file.others}
        hits += [Foreign(number, "invoice", clean(who, 40)) for number, who in theirs.items() if number in words]
        enclosed += [
            Foreign(say("{name}: {said}", name=name, said=one.said), one.kind, one.whose, one.company)
            for one in hits
            if one.said not in mine
        ]
    return _each_once(enclosed), _each_once(found), bound


def numbers_of_name(name: str) -> str:
    """The name of a file as a text: what its parts are joined with may as well be a part of a number."""
    stem = name.rpartition(".")[0] or name
    return f"{stem}\n{stem.replace('_', ' ')}\n{re.sub(r'[-_.]', ' ', stem)}"


def _each_once(found: Iterable[Foreign]) -> list[Foreign]:
    return list({one.said: one for one in reversed(list(found))}.values())[::-1]


async def _places(scope: Scope) -> tuple[list[Place], str]:
    """The books at hand: the letter's first, then those of our other companies."""
    found, missing = [], 0
    held = await scope.account.books(scope.administration).at_hand(_PATIENCE)
    if held is not None:
        found.append(Place(held))
    elsewhere = [one for one in await scope.account.administrations() if one.id != scope.id and one.status == "active"]
    for other in elsewhere[:_MOST_COMPANIES]:
        items = await scope.account.books(other).at_hand(_PATIENCE_ELSEWHERE)
        if items is None:
            missing += 1
        else:
            found.append(Place(items, clean(other.name, 60) or other.id))
    missing += len(elsewhere[_MOST_COMPANIES:])
    said = [] if held is not None else [say("other debtors are still being read, and were not looked through")]
    said += (
        [
            say(
                "{done} of our {all} other companies were looked through",
                done=len(elsewhere) - missing,
                all=len(elsewhere),
            )
        ]
        if missing
        else []
    )
    return found, "; ".join(said)


async def _pages(scope: Scope, file: DebtorFile, text: str) -> frozenset[str]:
    """The addresses of the debtor's own pages, where the text leads to a page of that kind at all."""
    debtor = file.debtor
    host = host_of(debtor.public_url)
    own = {page_of(url) for url in (debtor.public_url, debtor.deeplink_url) if url}
    if not host or host not in text.lower() or not any(page not in own for page in pages_in(text, host)):
        return frozenset(own)
    async with optional():
        payt = scope.account.payt
        invoices = await payt.invoices(
            scope.id, fields=("id", "public_url", "document_url"), debtor_ids=[debtor.id], most=_MOST_PAGES
        )
        own |= {page_of(url) for one in invoices.records for url in (one.public_url, one.document_url) if url}
        ids = [case.id for case in file.cases]
        cases = (await payt.credit_cases(scope.id, fields=("id", "public_url"), ids=ids)).records if ids else []
        own |= {page_of(one.public_url) for one in cases if one.public_url}
        own |= {page_of(plan.public_url) for plan in file.plans if plan.public_url}
    return frozenset(own)
