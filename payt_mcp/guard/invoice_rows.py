"""Invoices as Payt's upsert takes them: its own names, every field of the contract, each of the right form."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from payt_mcp.errors import BadValueError, InputError
from payt_mcp.present import is_dropped

MOST_INVOICES = 500
REQUIRED = (
    "currency_code", "invoice_number", "invoice_date", "due_date", "book_amount_total", "book_amount_open",
    "amount_open", "amount_total",
)  # fmt: skip
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,4})?\Z")
_METHODS = ("bank_transfer", "direct_debit", "cash", "none", "unknown")
_COSTS = ("principal", "administration_costs", "interest_costs", "debt_collection_costs")
_TRANSACTIONS = ("credit", "payment", "reversal", "revaluation", "settlement", "write_off", "")
_CHECKSUM_LENGTH = 88
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_WRITTEN = {
    "total_amount": "amount_total",
    "open_amount": "amount_open",
    "book_total_amount": "book_amount_total",
    "book_open_amount": "book_amount_open",
}
"""Amounts as they are read, and as they are written."""

Check = Callable[[str, Any], Any]


def parse_invoices(given: Any) -> list[dict[str, Any]]:
    """The rows of a call; a JSON text is decoded first.

    Raises:
        InputError: not a list of 1 to 500 objects, or a row that Payt could not take; the row and field are named.
    """
    rows = _decoded("invoices", given, list)
    if not 1 <= len(rows) <= MOST_INVOICES:
        raise BadValueError("invoices", f"{len(rows)} rows", f"1 to {MOST_INVOICES} in one call")
    return [_object(f"invoices[{place}]", row, _FIELDS, REQUIRED) for place, row in enumerate(rows)]


def _decoded(where: str, value: Any, kind: type[Any]) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise BadValueError(where, value, "JSON") from None
    if not isinstance(value, kind):
        raise BadValueError(where, value, "a list" if kind is list else "an object")
    return value


def _object(where: str, given: Any, fields: Mapping[str, Check], required: tuple[str, ...]) -> dict[str, Any]:
    row = {name: value for name, value in _decoded(where, given, dict).items() if value is not None}
    for name in row:
        if name not in fields:
            close = [_WRITTEN[name]] if name in _WRITTEN else get_close_matches(str(name), fields, n=1, cutoff=0.5)
            hint = f" Did you mean {close[0]}?" if close else f" It takes: {', '.join(fields)}."
            raise InputError(f"{where} has no field {str(name)[:40]!r}.{hint} Nothing was sent.")
    missing = [name for name in required if name not in row]
    if missing:
        raise InputError(f"{where} needs {' and '.join(missing)}. Nothing was sent.")
    return {name: fields[name](f"{where}.{name}", value) for name, value in row.items()}


def _text(where: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadValueError(where, value, "text")
    return _readable(where, value.strip(), "")


def _prose(where: str, value: Any) -> str:
    """A description, which may have several lines."""
    if not isinstance(value, str):
        return _text(where, value)
    return _readable(where, value.strip().replace("\r\n", "\n"), "\n\t")


def _readable(where: str, text: str, allowed: str) -> str:
    """Text that a person is shown exactly as it is posted.

    Raises:
        InputError: something in it breaks a line, cannot be seen, or turns the text around.
    """
    for sign in text:
        if (unicodedata.category(sign) in _UNSEEN or is_dropped(sign)) and sign not in allowed:
            raise InputError(
                f"{where} has a line break, or a control, invisible or direction-changing character "
                f"(U+{ord(sign):04X}) in it; leave that out. Nothing was sent."
            )
    return text


def _filled(where: str, value: Any, text_of: Check = _text) -> str:
    text: str = text_of(where, value)
    if not text:
        raise BadValueError(where, value, "not empty")
    return text


def _filled_prose(where: str, value: Any) -> str:
    return _filled(where, value, _prose)


def _amount(where: str, value: Any) -> str:
    if isinstance(value, float):
        raise BadValueError(where, value, 'a decimal string such as "121.00"; a number loses cents')
    text = _text(where, value)
    if not _AMOUNT.match(text):
        raise BadValueError(where, value, 'a decimal string without thousands separators, such as "121.00"')
    amount = Decimal(text)
    if amount != round(amount, 2):  # Payt keeps cents: what it makes of the rest, no plan could say
        raise BadValueError(where, value, "an amount with two decimals at most")
    return f"{amount:.2f}"


def _number(where: str, value: Any) -> str:
    text = _text(where, value)
    if not _AMOUNT.match(text):
        raise BadValueError(where, value, 'a decimal string, such as "21.0"')
    return text


def _date(where: str, value: Any) -> str:
    try:
        return dt.date.fromisoformat(_text(where, value)).isoformat()
    except ValueError:
        raise BadValueError(where, value, "a date such as 2026-11-21") from None


def _moment(where: str, value: Any) -> str:
    try:
        moment = dt.datetime.fromisoformat(_text(where, value))
    except ValueError:
        raise BadValueError(where, value, "a UTC timestamp such as 2026-11-21T09:30:00Z") from None
    utc = moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _whole(where: str, value: Any) -> int:
    if isinstance(value, bool) or not str(value).removeprefix("-").isdecimal():
        raise BadValueError(where, value, "a whole number")
    return int(value)


def _one_of(*allowed: str) -> Check:
    def check(where: str, value: Any) -> str:
        text = _text(where, value)
        if text not in allowed:
            raise BadValueError(where, value, "one of " + ", ".join(a or '""' for a in allowed))
        return text

    return check


def _list_of(check: Check) -> Check:
    def read(where: str, value: Any) -> list[Any]:
        return [check(f"{where}[{place}]", item) for place, item in enumerate(_decoded(where, value, list))]

    return read


def _object_of(fields: Mapping[str, Check], *required: str) -> Check:
    return lambda where, value: _object(where, value, fields, required)


def _currency(where: str, value: Any) -> str:
    text = _text(where, value).upper()
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise BadValueError(where, value, "a currency code such as EUR")
    return text


def _yes(where: str, value: Any) -> bool:
    if value not in (True, False, "true", "false"):
        raise BadValueError(where, value, "true or false")
    return value in (True, "true")


def _checksum(where: str, value: Any) -> str:
    text = _text(where, value)
    if len(text) != _CHECKSUM_LENGTH:
        raise BadValueError(where, value, "the base64 of a SHA3-512, 88 characters; or give filename instead")
    return text


def _file(where: str, value: Any) -> dict[str, Any]:
    row = _object(where, value, {"checksum": _checksum, "filename": _filled, "destroy": _yes}, ())
    if not row.get("destroy") and not ("checksum" in row or "filename" in row):
        raise InputError(f"{where} needs a filename, a checksum, or destroy. Nothing was sent.")
    return row


_PAYMENT: Mapping[str, Check] = {
    "amount": _amount, "origin_identifier": _filled, "cost_type": _one_of(*_COSTS), "payment_date": _date,
    "transaction_type": _one_of(*_TRANSACTIONS), "book_amount": _amount, "description": _prose,
    "payment_method": _text, "reversal_code": _text,
}  # fmt: skip
_LINE: Mapping[str, Check] = {
    "description": _filled_prose, "vat_rate_code": _filled, "total_excl_tax_amount": _amount,
    "total_incl_tax_amount": _amount, "product_price": _number, "product_unit": _text, "product_quantity": _number,
    "vat_percentage": _number, "vat_amount": _amount, "line_order": _whole,
}  # fmt: skip
_FIELDS: Mapping[str, Check] = {
    "currency_code": _currency, "invoice_number": _filled, "invoice_date": _date, "due_date": _date,
    "book_amount_total": _amount, "book_amount_open": _amount, "amount_open": _amount, "amount_total": _amount,
    "invoice_identifier": _text, "debtor_number": _text, "debtor_identifier": _text, "order_number": _text,
    "peppol_identifier": _text, "description": _prose, "category": _text, "contact_identifier": _text,
    "payment_condition": _text, "payment_method": _one_of(*_METHODS), "sent_at": _moment, "labels": _list_of(_text),
    "payment_term": _whole, "document": _file, "ubl_document": _file,
    "payments": _list_of(_object_of(_PAYMENT, "amount", "origin_identifier")),
    "invoice_lines": _list_of(_object_of(_LINE, "description", "vat_rate_code")),
}  # fmt: skip
