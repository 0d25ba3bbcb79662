"""Invoices as Payt's upsert takes them: its own names, every field of the contract, each of the right form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.words.numbers import as_amount, as_id
from payt_mcp.writes.checks import (
    Check,
    RowShape,
    date,
    filled,
    list_of,
    one_of,
    prose,
    record,
    records,
    text,
    yes,
)

MOST_INVOICES = 500
REQUIRED = (
    "currency_code", "invoice_number", "invoice_date", "due_date", "book_amount_total", "book_amount_open",
    "amount_open", "amount_total",
)  # fmt: skip
"""What a new invoice needs, beside a debtor; one that is there takes what changes alone."""

_AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?\Z")
_METHODS = ("bank_transfer", "direct_debit", "cash", "none", "unknown")
_COSTS = ("principal", "administration_costs", "interest_costs", "debt_collection_costs")
_TRANSACTIONS = ("credit", "payment", "reversal", "revaluation", "settlement", "write_off", "")
_CHECKSUM_LENGTH = 88
_WRITTEN = {
    "total_amount": "amount_total",
    "open_amount": "amount_open",
    "book_total_amount": "book_amount_total",
    "book_open_amount": "book_amount_open",
}
"""Amounts as they are read, and as they are written."""


def parse_invoices(given: Any) -> list[dict[str, Any]]:
    """The rows of a call; a JSON text is decoded first.

    Raises:
        InputError: not a list of 1 to 500 objects, or a row that Payt could not take; the row and field are named.
    """
    return [_ROW.read(f"invoices[{place}]", row) for place, row in enumerate(records("invoices", given, MOST_INVOICES))]


def _filled_prose(where: str, value: Any) -> str:
    return filled(where, value, prose)


def _amount(where: str, value: Any) -> str:
    given = as_amount(value)
    if isinstance(given, float):
        raise BadValueError(where, value, 'a decimal string such as "121.00"')
    found = text(where, given)
    if not _AMOUNT.match(found):
        raise BadValueError(where, value, 'a decimal string without thousands separators, such as "121.00"')
    amount = Decimal(found)
    if amount != round(amount, 2):  # Payt keeps cents: what it makes of the rest, no plan could say
        raise BadValueError(where, value, "an amount with two decimals at most")
    return f"{amount:.2f}"


def _number(where: str, value: Any) -> str:
    """A quantity, a percentage or a price, which have up to four decimals."""
    found = text(where, repr(value) if isinstance(value, float) and not value.is_integer() else value)
    if not _AMOUNT.match(found):
        raise BadValueError(where, value, 'a decimal string, such as "21.0"')
    return found


def _moment(where: str, value: Any) -> str:
    try:
        moment = dt.datetime.fromisoformat(text(where, value))
    except ValueError:
        raise BadValueError(where, value, "a UTC timestamp such as 2026-11-21T09:30:00Z") from None
    utc = moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _whole(where: str, value: Any) -> int:
    given = as_id(value)
    if not isinstance(given, str) or not given.strip().removeprefix("-").isdecimal():
        raise BadValueError(where, value, "a whole number")
    return int(given)


def _object_of(fields: Mapping[str, Check], *required: str) -> Check:
    return lambda where, value: record(where, value, fields, required, _WRITTEN)


def _currency(where: str, value: Any) -> str:
    found = text(where, value).upper()
    if not re.fullmatch(r"[A-Z]{3}", found):
        raise BadValueError(where, value, "a currency code such as EUR")
    return found


def _checksum(where: str, value: Any) -> str:
    found = text(where, value)
    if len(found) != _CHECKSUM_LENGTH:
        raise BadValueError(where, value, "the base64 of a SHA3-512, 88 characters; or give filename instead")
    return found


def _file(where: str, value: Any) -> dict[str, Any]:
    row = record(where, value, {"checksum": _checksum, "filename": filled, "destroy": yes}, ())
    if not row.get("destroy") and not ("checksum" in row or "filename" in row):
        raise InputError(f"{where} needs a filename, a checksum, or destroy.")
    return row


_PAYMENT: Mapping[str, Check] = {
    "amount": _amount, "origin_identifier": filled, "cost_type": one_of(*_COSTS), "payment_date": date,
    "transaction_type": one_of(*_TRANSACTIONS), "book_amount": _amount, "description": prose,
    "payment_method": text, "reversal_code": text,
}  # fmt: skip
_LINE: Mapping[str, Check] = {
    "description": _filled_prose, "vat_rate_code": filled, "total_excl_tax_amount": _amount,
    "total_incl_tax_amount": _amount, "product_price": _number, "product_unit": text, "product_quantity": _number,
    "vat_percentage": _number, "vat_amount": _amount, "line_order": _whole,
}  # fmt: skip
_FIELDS: Mapping[str, Check] = {
    "currency_code": _currency, "invoice_number": filled, "invoice_date": date, "due_date": date,
    "book_amount_total": _amount, "book_amount_open": _amount, "amount_open": _amount, "amount_total": _amount,
    "invoice_identifier": text, "debtor_number": text, "debtor_identifier": text, "order_number": text,
    "peppol_identifier": text, "description": prose, "category": text, "contact_identifier": text,
    "payment_condition": text, "payment_method": one_of(*_METHODS), "sent_at": _moment, "labels": list_of(text),
    "payment_term": _whole, "document": _file, "ubl_document": _file,
    "payments": list_of(_object_of(_PAYMENT, "amount", "origin_identifier")),
    "invoice_lines": list_of(_object_of(_LINE, "description", "vat_rate_code")),
}  # fmt: skip
_EMPTIED: Mapping[str, Any] = {
    **dict.fromkeys(("order_number", "peppol_identifier", "description", "category", "payment_condition"), ""),
    "labels": [],
    "payments": [],
    "invoice_lines": [],
}
_ROW = RowShape(_FIELDS, ("invoice_number",), frozenset({"invoice_number"}), _EMPTIED, _WRITTEN)
