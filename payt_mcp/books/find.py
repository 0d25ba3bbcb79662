"""Which record is meant by what a person calls it. Asks Payt; never picks among several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from payt_mcp.books.scope import Scope, administration_name
from payt_mcp.errors import AmbiguousError, MissingError, UnknownRecordError
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import CreditCase, Debtor, Invoice
from payt_mcp.payt.resources import DebtorFilters, InvoiceFilters
from payt_mcp.payt.wire import Fields
from payt_mcp.receivables import matching
from payt_mcp.receivables.entries import DEBTOR_FIELDS, DebtorEntry, debtor_entry
from payt_mcp.words.text import code, outside

_Kind = Literal["invoice_number", "invoice_identifier", ""]
_KINDS: tuple[_Kind, ...] = ("invoice_number", "invoice_identifier", "")
_MOST_CANDIDATES = 8
_MOST_ROWS = 50


async def find_debtor(scope: Scope, value: str) -> DebtorEntry:
    """The debtor with this number, identifier or id, else the one this name unmistakably means.

    Raises:
        UnknownRecordError: nobody; debtors of a similar name are listed.
        AmbiguousError: several; they are listed.
    """
    return (await find_debtor_read(scope, value, DEBTOR_FIELDS))[0]


async def find_debtor_read(scope: Scope, value: str, fields: Fields) -> tuple[DebtorEntry, Debtor | None]:
    """The same, and its record with these fields where Payt had to be asked for it. Raises as `find_debtor` does.

    Books that are not fresh are not brought up to date for the one debtor who is called by its number.
    """
    books = scope.account.books(scope.administration)
    if not books.is_loaded or (books.fresh_now is None and matching.by_key(value, books.held.debtors.values())):
        debtor = await _debtor_by_key(scope, value, fields)
        if debtor is not None:
            return debtor_entry(debtor), debtor
    debtors = (await books.fresh(scope.progress)).debtors.values()
    _refuse_shared(value, debtors)
    found = matching.by_key(value, debtors) or matching.by_label(value, debtors)
    return found or _debtor_by_name(scope, value, debtors), None


async def find_invoice(scope: Scope, value: str, *, fields: Fields | None = None) -> Invoice:
    """The invoice with this number, else identifier, else id; paid ones included.

    Raises:
        UnknownRecordError: there is none.
        AmbiguousError: several carry that number.
    """
    look = scope.look()
    for kind in _KINDS:
        found = await _invoices_by(scope, kind, value, fields or every(Invoice))
        if fields is None:
            look.take("invoices", found)
        if len(found) > 1:
            named = [f"{code(i.invoice_number, 40)} of debtor {code(i.debtor_number)}, id {i.id}" for i in found]
            raise AmbiguousError(f"Invoice {value[:60]!r}", named[:_MOST_CANDIDATES], "Pass the id of the one meant.")
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
    look = scope.look()
    try:
        found = await scope.account.payt.credit_case(scope.id, case_id, fields=every(CreditCase))
    except MissingError:
        raise UnknownRecordError(f"Credit case {value[:40]!r} has been deleted.") from None
    look.take("credit_cases", [found])
    return found


async def _debtor_by_key(scope: Scope, value: str, fields: Fields) -> Debtor | None:
    if "," in value:
        return None  # a list filter would look for something else; the books find it
    filters: tuple[DebtorFilters, ...] = (
        {"debtor_numbers": [value]},
        {"debtor_identifiers": [value]},
        {"ids": [value]},
    )
    for one in filters:
        found = (await scope.account.payt.debtors(scope.id, fields=fields, **one)).records
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
            named = [f"id {debtor.id} ({outside(debtor.name, 60)})" for debtor in same[:_MOST_CANDIDATES]]
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
    return f"{code(debtor.number) or debtor.id} ({outside(debtor.name, 60)})"


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
