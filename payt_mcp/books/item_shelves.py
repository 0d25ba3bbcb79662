"""The open invoices and the debtors of the books, as lists that can be held against Payt's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from payt_mcp.books.shelf import Shelf
from payt_mcp.payt import wire
from payt_mcp.payt.models import Debtor, Invoice
from payt_mcp.receivables.entries import DEBTOR_FIELDS, INVOICE_FIELDS, DebtorEntry, OpenItem
from payt_mcp.receivables.open_items import OpenItems


class Holder(Protocol):
    """Whoever holds the open items: `state` tells one of them from another, and is None while they are read."""

    @property
    def held(self) -> OpenItems: ...
    @property
    def state(self) -> object: ...
    @property
    def is_in_use(self) -> bool: ...
    @property
    def mark(self) -> dt.datetime | None: ...


class _Items(Shelf):
    def __init__(self, holder: Holder) -> None:
        self._holder = holder

    @property
    def turn(self) -> object:
        return self._holder.state

    @property
    def is_in_use(self) -> bool:
        return self._holder.is_in_use

    @property
    def mark(self) -> dt.datetime | None:
        return self._holder.mark


class OpenInvoices(_Items):
    only: Mapping[str, str] = MappingProxyType({"paid": "false"})
    resource = "invoices"
    model = Invoice
    fields: wire.Fields = INVOICE_FIELDS

    def ids(self) -> Sequence[str]:
        return list(self._holder.held.invoices)

    def held(self, key: str) -> OpenItem | None:
        return self._holder.held.invoices.get(key)

    def of_debtor(self, debtor_id: str) -> Sequence[str]:
        return [item.id for item in self._holder.held.of_debtor(debtor_id)]

    def take(self, record: Invoice) -> None:
        self._holder.held.put_invoice(record, surely=True)

    def drop(self, key: str) -> None:
        self._holder.held.remove_invoice(key, surely=True)


class Debtors(_Items):
    resource = "debtors"
    model = Debtor
    fields: wire.Fields = DEBTOR_FIELDS
    lists_deleted = False

    def ids(self) -> Sequence[str]:
        return list(self._holder.held.debtors)

    def held(self, key: str) -> DebtorEntry | None:
        return self._holder.held.debtors.get(key)

    def of_debtor(self, debtor_id: str) -> Sequence[str]:
        return [debtor_id] if debtor_id in self._holder.held.debtors else []

    def take(self, record: Debtor) -> None:
        self._holder.held.put_debtor(record, surely=True)

    def drop(self, key: str) -> None:
        self._holder.held.remove_debtor(key)
