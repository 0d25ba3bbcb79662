"""The open items of one administration, in memory: every unpaid invoice and every debtor, and what changed of them."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, KeysView
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from payt_mcp.receivables.entries import DebtorEntry, OpenItem, debtor_entry, is_open, open_item
from payt_mcp.receivables.records import CaseEntry, PlanEntry, Records, content, is_older
from payt_mcp.receivables.sharing import Amounts

if TYPE_CHECKING:
    from payt_mcp.payt.models import Debtor, Invoice

_RECALLED = 1_000
"""How many changes of open items are recalled: for sums and orders that follow them one by one."""


class Change(NamedTuple):
    """An open item in place of what was known of it; None on either side is none. Where both are None, what changed is
    the debtor itself.
    """

    before: OpenItem | None
    after: OpenItem | None
    debtor_id: str = ""

    @property
    def debtor_ids(self) -> set[str]:
        """Those whose sums or names it changes."""
        return {self.debtor_id} if self.debtor_id else {one.debtor_id for one in (self.before, self.after) if one}


@dataclass
class OpenItems:
    """All open items and debtors of one administration, indexed by id and by debtor.

    `version` grows with every change, so that what was computed from one state can be kept for it, and `ties` with
    every change of which credit cases and payment plans open items name. What is stamped earlier than what is known is
    not taken in, or out, unless it is `surely` newer: see `Records`.
    """

    currency: str
    invoices: dict[str, OpenItem] = field(default_factory=dict)
    debtors: dict[str, DebtorEntry] = field(default_factory=dict)
    version: int = 0
    ties: int = 0
    cases: Records[CaseEntry] = field(default_factory=Records)
    plans: Records[PlanEntry] = field(default_factory=Records)
    amounts: Amounts | None = None
    """Those that came before, while all of them are read."""
    _by_debtor: dict[str, list[str]] = field(default_factory=dict)
    _changes: deque[Change] = field(default_factory=lambda: deque(maxlen=_RECALLED))

    def put_invoice(self, invoice: Invoice, *, surely: bool = False) -> bool:
        """Take an invoice in, in place of what was known of it; one that is paid is taken out."""
        known = self.invoices.get(invoice.id)
        if known is None:
            if is_open(invoice):
                item = open_item(invoice, self.currency, self.amounts)
                self._link(item)
                self._note(Change(None, item))
            return True
        if not surely and is_older(invoice.updated_at, known.updated_at):
            return False
        if not is_open(invoice):
            return self.remove_invoice(invoice.id, surely=True)
        item = open_item(invoice, self.currency)
        if content(known) != content(item):  # deltas overlap: most of what they bring is known
            self._unlink(known)
            self._link(item)
            self._note(Change(known, item))
        return True

    def remove_invoice(self, invoice_id: str, deleted_at: dt.datetime | None = None, *, surely: bool = False) -> bool:
        """Take an invoice out that was deleted at that moment."""
        known = self.invoices.get(invoice_id)
        if known is None:
            return True
        if not surely and is_older(deleted_at, known.updated_at):
            return False
        del self.invoices[invoice_id]
        self._unlink(known)
        self._note(Change(known, None))
        return True

    def put_debtor(self, debtor: Debtor, *, surely: bool = False) -> bool:
        known = self.debtors.get(debtor.id)
        if known is not None and not surely and is_older(debtor.updated_at, known.updated_at):
            return False
        entry = debtor_entry(debtor)
        if known is None or content(known) != content(entry):
            self.debtors[debtor.id] = entry
            self._note(Change(None, None, debtor.id))
        return True

    def remove_debtor(self, debtor_id: str) -> None:
        """Take a debtor out that is no longer at Payt."""
        if self.debtors.pop(debtor_id, None) is not None:
            self._note(Change(None, None, debtor_id))

    def changes(self, since: int) -> list[Change] | None:
        """What changed since that version, in order; None where that is more than is recalled."""
        missed = self.version - since
        return list(self._changes)[len(self._changes) - missed :] if missed <= len(self._changes) else None

    def of_debtor(self, debtor_id: str) -> Iterator[OpenItem]:
        return (self.invoices[key] for key in self._by_debtor.get(debtor_id, ()))

    def debtor_ids(self) -> KeysView[str]:
        """The debtors that have open items."""
        return self._by_debtor.keys()

    def debtor_name(self, debtor_id: str) -> str:
        entry = self.debtors.get(debtor_id)
        return entry.name if entry else ""

    def debtor_number(self, item: OpenItem) -> str:
        """The debtor's number, from the debtor where the invoice does not carry it."""
        if item.debtor_number:
            return item.debtor_number
        entry = self.debtors.get(item.debtor_id)
        return entry.number if entry else ""

    def has_credit(self, debtor_id: str) -> bool:
        return any(item.is_credit for item in self.of_debtor(debtor_id))

    def _link(self, item: OpenItem) -> None:
        self.invoices[item.id] = item
        self._by_debtor.setdefault(item.debtor_id, []).append(item.id)

    def _note(self, change: Change) -> None:
        self.version += 1
        self._changes.append(change)
        self.ties += _ties(change.before) != _ties(change.after)

    def _unlink(self, item: OpenItem) -> None:
        siblings = self._by_debtor[item.debtor_id]
        siblings.remove(item.id)
        if not siblings:
            del self._by_debtor[item.debtor_id]


def _ties(item: OpenItem | None) -> tuple[str, str]:
    return ("", "") if item is None else (item.plan_id, item.case_id)
