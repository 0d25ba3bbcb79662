"""What to ask Payt for to get the payments of invoices: it takes no ids of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from payt_mcp.books.again import IDS_A_REQUEST
from payt_mcp.books.shelf import chunked
from payt_mcp.payt.resources import PaymentFilters


class Called(NamedTuple):
    """What an invoice is called: Payt is asked for its payments by these."""

    id: str
    number: str | None
    identifier: str | None


def asking_for(invoices: Iterable[Called]) -> tuple[list[PaymentFilters], int]:
    """What to ask Payt for to get the payments of these, request by request: by number, or by identifier where there
    is none that can be asked for. Another invoice may share either. And how many have neither.
    """
    numbers, identifiers, unasked = [], [], 0
    for invoice in invoices:
        if _can_be_asked(invoice.number):
            numbers.append(invoice.number or "")
        elif _can_be_asked(invoice.identifier):
            identifiers.append(invoice.identifier or "")
        else:
            unasked += 1
    asked: list[PaymentFilters] = [{"invoice_numbers": chunk} for chunk in chunked(numbers, IDS_A_REQUEST)]
    asked += [{"invoice_identifiers": chunk} for chunk in chunked(identifiers, IDS_A_REQUEST)]
    return asked, unasked


def _can_be_asked(key: str | None) -> bool:
    return bool(key and key.strip()) and "," not in (key or "")
