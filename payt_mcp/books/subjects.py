"""What records are about, in the names people use: the debtor, the invoice and the credit case behind an id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from payt_mcp.books.by_id import cases_by_id, debtors_by_id
from payt_mcp.books.find import find_case, find_debtor, find_invoice
from payt_mcp.books.invoices import invoices_as_items
from payt_mcp.books.scope import Scope
from payt_mcp.payt.models import CreditCase
from payt_mcp.receivables.entries import DebtorEntry, OpenItem
from payt_mcp.words import text as present


class About(Protocol):
    """A record that hangs on an invoice, a case or a debtor."""

    @property
    def debtor_id(self) -> str | None: ...
    @property
    def invoice_id(self) -> str | None: ...
    @property
    def credit_case_id(self) -> str | None: ...


@dataclass(frozen=True)
class NamedIds:
    """Ids of what a caller named; empty where nothing was named."""

    debtor_id: str = ""
    invoice_id: str = ""
    case_id: str = ""

    @property
    def is_everything(self) -> bool:
        return not (self.debtor_id or self.invoice_id or self.case_id)

    def fits(self, record: About) -> bool:
        pairs = (
            (self.debtor_id, record.debtor_id),
            (self.invoice_id, record.invoice_id),
            (self.case_id, record.credit_case_id),
        )
        return all(asked in {"", own} for asked, own in pairs)


async def asked_about(scope: Scope, *, debtor: str = "", invoice: str = "", credit_case: str = "") -> NamedIds:
    """What is meant. Raises UnknownRecordError, AmbiguousError."""
    return NamedIds(
        (await find_debtor(scope, debtor)).id if debtor else "",
        (await find_invoice(scope, invoice, fields=("id", "invoice_number"))).id if invoice else "",
        (await find_case(scope, credit_case)).id if credit_case else "",
    )


@dataclass(frozen=True)
class Subjects:
    """The debtors, invoices and cases of some records, by id."""

    debtors: dict[str, DebtorEntry]
    invoices: dict[str, OpenItem]
    cases: dict[str, CreditCase]

    def named(
        self, *, debtor_id: str | None = None, invoice_id: str | None = None, case_id: str | None = None
    ) -> dict[str, Any]:
        """The fields of a row that say what it is about; the debtor is the invoice's where the record has none."""
        invoice = self.invoices.get(invoice_id or "")
        case = self.cases.get(case_id or "")
        debtor = self.debtors.get(debtor_id or (invoice.debtor_id if invoice else ""))
        return {
            "invoice_number": present.code(invoice.number) if invoice else "",
            "case_number": present.code(case.case_number) if case else "",
            "debtor_number": present.code(debtor.number) if debtor else "",
            "debtor": present.outside(debtor.name, present.NAME_LENGTH) if debtor else "",
        }


async def subjects(
    scope: Scope,
    *,
    debtors: Iterable[str | None] = (),
    invoices: Iterable[str | None] = (),
    cases: Iterable[str | None] = (),
) -> Subjects:
    """What these ids stand for, read from Payt; what is gone is left out. The debtors of the invoices come along."""
    items = await invoices_as_items(scope, sorted({key for key in invoices if key}))
    wanted = {key for key in debtors if key} | {item.debtor_id for item in items.values()}
    known_cases = {case.id: case for case in await cases_by_id(scope, (key or "" for key in cases))}
    return Subjects(await debtors_by_id(scope, wanted), items, known_cases)
