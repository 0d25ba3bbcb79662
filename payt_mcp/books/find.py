"""Which record is meant by what a person calls it. Asks Payt; never picks among several."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import anyio

from payt_mcp.books.account import Account
from payt_mcp.books.open_books import Progress
from payt_mcp.books.zones import caveats, time_zone
from payt_mcp.errors import AmbiguousError, MissingError, UnknownRecordError, UpstreamError
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Administration, CreditCase, Debtor, Invoice, PaymentPlan
from payt_mcp.payt.resources import DebtorFilters, InvoiceFilters
from payt_mcp.payt.wire import Fields
from payt_mcp.receivables import matching
from payt_mcp.receivables.open_items import DEBTOR_FIELDS, INVOICE_FIELDS, DebtorEntry, OpenItems, debtor_entry
from payt_mcp.words.text import NAME_LENGTH, clean, code

IDS_A_REQUEST = 100
"""Ids in one filter: a longer address may be refused on its way to Payt."""

_Kind = Literal["invoice_number", "invoice_identifier", ""]
_KINDS: tuple[_Kind, ...] = ("invoice_number", "invoice_identifier", "")
_MOST_CANDIDATES = 8
_MOST_ROWS = 50
_PATIENCE = 5.0


@dataclass(frozen=True)
class Scope:
    """Who asks and for which administration; `progress` reports on a long reading."""

    account: Account
    administration: Administration
    progress: Progress | None = None

    @property
    def id(self) -> str:
        return self.administration.id

    @property
    def today(self) -> dt.date:
        return self.account.today(self.administration)

    @property
    def caveats(self) -> list[str]:
        """Notes for every answer that depends on `today`."""
        return caveats(self.administration)

    def day(self, moment: dt.datetime | None) -> str | None:
        """The date of a moment where the administration is."""
        if moment is None:
            return None
        with suppress(OverflowError):  # the last hours of the year 9999
            moment = moment.astimezone(time_zone(self.administration))
        return moment.date().isoformat()

    def begins(self, date: dt.date) -> dt.datetime:
        """The first moment of a date where the administration is."""
        return dt.datetime.combine(date, dt.time(), time_zone(self.administration))


def administration_name(scope: Scope) -> str:
    """The administration as a person knows it, and its id: `Noorderlicht Techniek B.V. (4711)`."""
    name = clean(scope.administration.name, NAME_LENGTH)
    return f"{name} ({scope.id})" if name else f"administration {scope.id}"


@asynccontextmanager
async def optional() -> AsyncIterator[None]:
    """What is read in here only adds to an answer: where Payt refuses it, or takes long, the answer goes without."""
    with suppress(UpstreamError), anyio.move_on_after(_PATIENCE):
        yield


async def find_debtor(scope: Scope, value: str) -> DebtorEntry:
    """The debtor with this number, identifier or id, else the one this name unmistakably means.

    Raises:
        UnknownRecordError: nobody; debtors of a similar name are listed.
        AmbiguousError: several; they are listed.
    """
    books = scope.account.books(scope.administration)
    if not books.is_loaded:
        debtor = await _debtor_by_key(scope, value)
        if debtor is not None:
            return debtor_entry(debtor)
    debtors = (await books.fresh(scope.progress)).debtors.values()
    _refuse_shared(value, debtors)
    found = matching.by_key(value, debtors) or matching.by_label(value, debtors)
    return found or _debtor_by_name(scope, value, debtors)


async def read_debtor(scope: Scope, debtor_id: str) -> Debtor:
    """A debtor with every field there is."""
    return await scope.account.payt.debtor(scope.id, debtor_id, fields=every(Debtor))


async def books_of(scope: Scope, debtor_id: str) -> OpenItems:
    """The books of one debtor alone, read from Payt now; a debtor that is gone has no name. Raises UpstreamError."""
    payt = scope.account.payt
    books = OpenItems(scope.administration.currency_code or "")
    with suppress(MissingError):
        books.put_debtor(await payt.debtor(scope.id, debtor_id, fields=DEBTOR_FIELDS))
    for invoice in await open_invoices_of(scope, debtor_id):
        books.put_invoice(invoice)
    return books


async def open_invoices_of(scope: Scope, debtor_id: str, also: Fields = ()) -> list[Invoice]:
    """The unpaid invoices of one debtor: what the books keep of them, and `also` these fields. Raises UpstreamError."""
    payt, fields = scope.account.payt, (*INVOICE_FIELDS, *also)
    return (await payt.invoices(scope.id, fields=fields, paid=False, debtor_ids=[debtor_id])).records


async def debtors_by_id(scope: Scope, ids: Iterable[str]) -> dict[str, DebtorEntry]:
    """The debtors with these ids: from the books where they have been read, else from Payt."""
    wanted = {key for key in ids if key}
    books = scope.account.books(scope.administration)
    if books.is_loaded:
        known = (await books.fresh(scope.progress)).debtors
        found = {key: known[key] for key in wanted if key in known}
    else:
        found = {}
    for chunk in chunks(sorted(wanted - found.keys())):
        listed = await scope.account.payt.debtors(scope.id, fields=DEBTOR_FIELDS, ids=chunk)
        found |= {debtor.id: debtor_entry(debtor) for debtor in listed.records}
    return found


async def invoice_numbers(scope: Scope, ids: Iterable[str]) -> dict[str, str]:
    """The numbers of the invoices with these ids, paid ones included; from the books where they have been read."""
    wanted = {key for key in ids if key}
    books = scope.account.books(scope.administration)
    known = (await books.fresh(scope.progress)).invoices if wanted and books.is_loaded else {}
    found = {key: code(known[key].number) for key in wanted if key in known}
    for chunk in chunks(sorted(wanted - found.keys())):
        listed = await scope.account.payt.invoices(scope.id, fields=("id", "invoice_number"), ids=chunk)
        found |= {invoice.id: code(invoice.invoice_number) for invoice in listed.records}
    return {key: number for key, number in found.items() if number}


async def find_invoice(scope: Scope, value: str, *, fields: Fields | None = None) -> Invoice:
    """The invoice with this number, else identifier, else id; paid ones included.

    Raises:
        UnknownRecordError: there is none.
        AmbiguousError: several carry that number.
    """
    for kind in _KINDS:
        found = await _invoices_by(scope, kind, value, fields or every(Invoice))
        if len(found) > 1:
            named = [f"{clean(i.invoice_number, 40)} of debtor {code(i.debtor_number)}, id {i.id}" for i in found]
            raise AmbiguousError(f"Invoice {value!r}", named[:_MOST_CANDIDATES], "Pass the id of the one meant.")
        if found:
            return found[0]
    raise UnknownRecordError(
        f"There is no invoice with the number, identifier or id {value[:60]!r} in {administration_name(scope)}. "
        "search_invoices finds invoices by text, debtor or amount (status=all for paid ones too)."
    )


async def find_case(scope: Scope, value: str) -> CreditCase:
    """The credit case with this number (either form) or id, with every field. Raises UnknownRecordError."""
    numbers = scope.account.case_numbers(scope.administration)
    try:
        case_id = await numbers.case_id(value)
    except UnknownRecordError:
        labelled = numbers.labelled(value)  # as it completes: with the name of the debtor
        if labelled is None:
            raise
        case_id = labelled
    try:
        return await scope.account.payt.credit_case(scope.id, case_id, fields=every(CreditCase))
    except MissingError:
        raise UnknownRecordError(f"Credit case {value[:40]!r} has been deleted.") from None


async def cases_by_id(scope: Scope, ids: Iterable[str]) -> list[CreditCase]:
    """The credit cases with these ids that still exist."""
    found: list[CreditCase] = []
    for chunk in chunks(sorted({key for key in ids if key})):
        found += (await scope.account.payt.credit_cases(scope.id, ids=chunk)).records
    return found


async def plans_by_id(scope: Scope, ids: Iterable[str]) -> list[PaymentPlan]:
    """The payment plans with these ids that still exist."""
    found: list[PaymentPlan] = []
    for chunk in chunks(sorted({key for key in ids if key})):
        found += (await scope.account.payt.payment_plans(scope.id, ids=chunk)).records
    return found


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + IDS_A_REQUEST] for start in range(0, len(ids), IDS_A_REQUEST))


async def _debtor_by_key(scope: Scope, value: str) -> Debtor | None:
    if "," in value:
        return None  # a list filter would look for something else; the books find it
    filters: tuple[DebtorFilters, ...] = (
        {"debtor_numbers": [value]},
        {"debtor_identifiers": [value]},
        {"ids": [value]},
    )
    for one in filters:
        found = (await scope.account.payt.debtors(scope.id, fields=DEBTOR_FIELDS, **one)).records
        if len(found) > 1:
            return None  # the books name them
        if found and ("ids" not in one or found[0].id == value):  # a server may read the id "12-A" as 12
            return found[0]
    return None


def _refuse_shared(value: str, debtors: Iterable[DebtorEntry]) -> None:
    """Payt promises nowhere that a number or identifier has one debtor only. Raises AmbiguousError."""
    for key in ("number", "identifier"):
        same = [debtor for debtor in debtors if getattr(debtor, key) == value]
        if len(same) > 1:
            named = [f"id {debtor.id} ({clean(debtor.name, 60)})" for debtor in same[:_MOST_CANDIDATES]]
            raise AmbiguousError(f"Debtor {key} {value[:60]!r}", named, "Pass the id of the one meant.")
        if same:
            return


def _debtor_by_name(scope: Scope, value: str, debtors: Iterable[DebtorEntry]) -> DebtorEntry:
    debtors = list(debtors)
    candidates = matching.by_name(value, debtors)
    meant = matching.unmistakable(value, candidates)
    if meant is not None:
        return meant
    if len(candidates) > 1:
        listed = [_candidate(debtor) for debtor in candidates[:_MOST_CANDIDATES]]
        more = len(candidates) - len(listed)
        how = "Pass the debtor number of the one meant" + (f" ({more} more match)." if more > 0 else ".")
        raise AmbiguousError(f"Debtor {value[:60]!r}", listed, how)
    similar = "; ".join(_candidate(debtor) for debtor in candidates or matching.resembling(value, debtors))
    hint = f"Similar: {similar}." if similar else "find_debtors searches by a part of the name."
    raise UnknownRecordError(
        f"There is no debtor with the number, identifier, id or name {value[:60]!r} in {administration_name(scope)}. "
        f"{hint}"
    )


def _candidate(debtor: DebtorEntry) -> str:
    return f"{code(debtor.number) or debtor.id} ({clean(debtor.name, 60)})"


async def _invoices_by(scope: Scope, kind: _Kind, value: str, fields: Fields) -> list[Invoice]:
    if "," in value:  # a list filter would look for two invoices; the path takes the number whole
        try:
            return [await scope.account.payt.invoice(scope.id, value, key_type=kind, fields=fields)]
        except MissingError:
            return []
    filters: dict[_Kind, InvoiceFilters] = {
        "invoice_number": {"invoice_numbers": [value]},
        "invoice_identifier": {"invoice_identifiers": [value]},
        "": {"ids": [value]},
    }
    found = (await scope.account.payt.invoices(scope.id, fields=fields, most=_MOST_ROWS, **filters[kind])).records
    # A server may read the id "12-A" as 12, and that would be the invoice of somebody else.
    return found if kind else [invoice for invoice in found if invoice.id == value]
