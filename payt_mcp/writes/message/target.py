"""What Payt says that a message to a debtor depends on, and which debtor, address and thread are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from payt_mcp.books.debtor import DebtorFile, open_file
from payt_mcp.books.find import find_case, find_debtor, find_invoice
from payt_mcp.books.scope import Scope
from payt_mcp.errors import InputError, MissingError, UnknownRecordError
from payt_mcp.payt.models import CreditCase, Debtor, Invoice
from payt_mcp.words.said import say
from payt_mcp.words.text import NAME_LENGTH, clean

Addressee = Literal["debtor", "invoice", "credit_case"]


@dataclass(frozen=True)
class Target:
    """Whom a message is for: the parameter Payt takes and its value, in words (none for the debtor itself), and the
    file of the debtor behind it.
    """

    kind: Addressee
    addressee: tuple[str, str]
    about: str
    file: DebtorFile
    invoice: Invoice | None = None
    case: CreditCase | None = None

    @property
    def debtor(self) -> Debtor:
        return self.file.debtor


async def find_target(scope: Scope, *, debtor: str, invoice: str, credit_case: str) -> Target:
    """The one that is meant. Raises InputError where not exactly one is named, or it is not found."""
    if sum(map(bool, (debtor, invoice, credit_case))) != 1:
        raise InputError("Pass exactly one of to_debtor, to_invoice and to_credit_case.")
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
    file = await open_file(scope, debtor_id, all_messages=True)
    if file.debtor.debtor_number:
        return Target("debtor", ("debtor_number", file.debtor.debtor_number), "", file)
    if file.debtor.debtor_identifier:
        return Target("debtor", ("debtor_identifier", file.debtor.debtor_identifier), "", file)
    raise UnknownRecordError("This debtor has neither number nor identifier, so Payt takes no message for it.")


async def _of_invoice(scope: Scope, invoice: Invoice) -> Target:
    if not invoice.debtor_id:
        raise UnknownRecordError("Payt names no debtor for this invoice, so a message about it has no addressee.")
    named = ("invoice_number", invoice.invoice_number) if invoice.invoice_number else None
    named = named or (("invoice_identifier", invoice.invoice_identifier) if invoice.invoice_identifier else None)
    if named is None:
        raise UnknownRecordError("This invoice has neither number nor identifier, so Payt takes no message about it.")
    file = await open_file(scope, invoice.debtor_id, all_messages=True)
    about = say("invoice {number}", number=clean(named[1], NAME_LENGTH))
    return Target("invoice", (named[0], str(named[1])), about, file, invoice=invoice)


async def _of_case(scope: Scope, case: CreditCase) -> Target:
    if not case.debtor_id or not case.credit_case_number:
        raise UnknownRecordError("Payt names no debtor or no number for this credit case.")
    file, number = await open_file(scope, case.debtor_id, cases=[case.id], all_messages=True), case.credit_case_number
    about = say("credit case {credit_case_number}", credit_case_number=clean(number, NAME_LENGTH))
    return Target("credit_case", ("credit_case_number", number), about, file, case=case)
