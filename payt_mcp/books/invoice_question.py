"""What is asked about invoices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from payt_mcp.receivables.selection import ANY, Between


@dataclass(frozen=True)
class Question:
    """What is searched for, in a caller's words; `status` is open, overdue, paid or all."""

    status: str = "open"
    query: str = ""
    debtors: Sequence[str] = ()
    invoices: Sequence[str] = ()
    credit_cases: Sequence[str] = ()
    relation_manager: str = ""
    currency: str = ""
    phases: Sequence[str] = ()
    flags: Sequence[str] = ()
    labels: Sequence[str] = ()
    partly_paid: bool = False
    due: Between = ANY
    invoiced: Between = ANY
    paid: Between = ANY
    amount: Between = ANY
    total: Between = ANY
    updated_after: dt.datetime | None = None
    not_reminded_since: dt.date | None = None
    sort: str = ""
    group_by: str = ""

    @property
    def is_about_open(self) -> bool:
        return self.status in {"open", "overdue"}

    @property
    def order(self) -> str:
        """Of the invoices; groups have orders of their own beside these."""
        sort = "" if self.sort.endswith("invoices") else self.sort
        return sort or ("due_date" if self.is_about_open else "-payment_date" if self.paid else "-due_date")

    @property
    def needs_books(self) -> bool:
        return self.status != "paid" or bool(self.query or self.flags or self.relation_manager)

    @property
    def month_of(self) -> str:
        """The date that a month is that of: the one that was asked about, else that of payment, else the due date."""
        if self.paid or self.status == "paid":
            return "paid_on"
        return "invoice_date" if self.invoiced or self.order.endswith("invoice_date") else "due_date"
