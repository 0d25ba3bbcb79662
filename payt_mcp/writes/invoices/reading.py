"""What Payt has of the invoices of a batch and of what they name: read once, before the steps are worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import ForbiddenError, MissingError
from payt_mcp.payt import wire
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Contact, Debtor, Invoice, Payment
from payt_mcp.receivables.addresses import CONTACT_FIELDS
from payt_mcp.writes.invoices.steps import Known
from payt_mcp.writes.texts import Own


async def known_of(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> Known:
    """All that the steps rest on, read now. Raises UpstreamError."""
    payt, identifiers = scope.account.payt, _given(rows, "invoice_identifier")
    invoices = await _invoices(scope, rows)
    owners = {i.invoice_identifier: i.invoice_number or i.id for i in invoices.values() if i.invoice_identifier}
    for chunk in chunks([key for key in identifiers if key not in owners and "," not in key]):
        fields = ("id", "invoice_number", "invoice_identifier")
        listed = await payt.invoices(scope.id, fields=fields, invoice_identifiers=chunk)
        owners |= {i.invoice_identifier or "": i.invoice_number or i.id for i in listed.records}
    for key in (key for key in identifiers if key not in owners and "," in key):
        with suppress(MissingError):
            owner = await payt.invoice(scope.id, key, key_type="invoice_identifier", fields=every(Invoice))
            owners[key] = owner.invoice_number or owner.id
    debtors = await _debtors(scope, rows, invoices.values())
    contacts: list[Contact] = []
    for chunk in chunks([key for key in _given(rows, "contact_identifier") if "," not in key]):
        shown = ("id", "contact_identifier", *CONTACT_FIELDS)
        found = await payt.contacts(scope.id, fields=shown, contact_identifiers=chunk)
        contacts += found.records
    return Known(
        sender=scope.administration.name or scope.id,
        currency=scope.administration.currency_code or "",
        invoices=invoices,
        debtors={debtor.debtor_number: debtor for debtor in debtors if debtor.debtor_number},
        debtors_by_identifier={debtor.debtor_identifier: debtor for debtor in debtors if debtor.debtor_identifier},
        debtors_by_id={debtor.id: debtor for debtor in debtors},
        owners_of_identifiers=owners,
        contacts={contact.contact_identifier or "": contact for contact in contacts},
        vat_rates=await _vat_rates(scope, rows),
        payments=await _payments(scope, rows, invoices),
        own=Own.of(scope.administration, debtors),
    )


async def _invoices(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> dict[str, Invoice]:
    payt, numbers = scope.account.payt, _given(rows, "invoice_number")
    found: dict[str, Invoice] = {}
    for chunk in chunks([number for number in numbers if "," not in number]):
        listed = await payt.invoices(scope.id, fields=every(Invoice), invoice_numbers=chunk)
        found |= {invoice.invoice_number or "": invoice for invoice in listed.records}
    for number in numbers:
        if "," in number:  # a list filter would look for two invoices; the path takes the number whole
            try:
                found[number] = await payt.invoice(scope.id, number, key_type="invoice_number", fields=every(Invoice))
            except MissingError:
                continue
    return found


async def _debtors(scope: Scope, rows: Sequence[Mapping[str, Any]], invoices: Iterable[Invoice]) -> list[Debtor]:
    payt, found = scope.account.payt, dict[str, Debtor]()
    ids = list(dict.fromkeys(invoice.debtor_id for invoice in invoices if invoice.debtor_id))
    for chunk in chunks(ids):
        listed = await payt.debtors(scope.id, fields=every(Debtor), ids=chunk)
        found |= {debtor.id: debtor for debtor in listed.records}
    for chunk in chunks([number for number in _given(rows, "debtor_number") if "," not in number]):
        listed = await payt.debtors(scope.id, fields=every(Debtor), debtor_numbers=chunk)
        found |= {debtor.id: debtor for debtor in listed.records}
    for chunk in chunks([key for key in _given(rows, "debtor_identifier") if "," not in key]):
        listed = await payt.debtors(scope.id, fields=every(Debtor), debtor_identifiers=chunk)
        found |= {debtor.id: debtor for debtor in listed.records}
    return [*found.values(), *await _debtors_one_by_one(scope, rows)]


async def _debtors_one_by_one(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> list[Debtor]:
    """Debtors with a comma in their key: a list filter would look for two; the path takes the key whole."""
    found: list[Debtor] = []
    kinds: tuple[Literal["debtor_number", "debtor_identifier"], ...] = ("debtor_number", "debtor_identifier")
    for kind in kinds:
        for key in _given(rows, kind):
            if "," in key:
                with suppress(MissingError):
                    debtor = await scope.account.payt.debtor(scope.id, key, key_type=kind, fields=every(Debtor))
                    found.append(debtor)
    return found


async def _payments(
    scope: Scope, rows: Sequence[Mapping[str, Any]], invoices: Mapping[str, Invoice]
) -> dict[str, list[Payment]]:
    """The payments that would be replaced, by invoice number; without those that this token or Payt's list filter
    (a comma in the number) does not let us see.
    """
    wanted = dict.fromkeys(row["invoice_number"] for row in rows if "payments" in row)
    numbers = {invoices[number].id: number for number in wanted if number in invoices and "," not in number}
    found: dict[str, list[Payment]] = {number: [] for number in numbers.values()}
    try:
        for chunk in chunks(list(found)):
            listed = await scope.account.payt.payments(scope.id, fields=every(Payment), invoice_numbers=chunk)
            for payment in listed.records:
                found[numbers[payment.invoice_id or ""]].append(payment)
    except (ForbiddenError, KeyError):  # KeyError: an answer to another question than was asked
        return {}
    return found


async def _vat_rates(scope: Scope, rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    if not any(row.get("invoice_lines") for row in rows):
        return frozenset()
    codes: set[str] = set()
    async for page in scope.account.payt.client.pages(wire.listing("vat_rates", scope.id), "VAT rates"):
        codes |= {str(row.get("code")) for row in page.rows}
    return frozenset(codes)


def _given(rows: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    return list(dict.fromkeys(str(row[name]) for row in rows if row.get(name)))
