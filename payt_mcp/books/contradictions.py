"""Questions about invoices that contradict themselves: nothing can be found, and "none" would read like an answer."""

from __future__ import annotations

from collections.abc import Mapping

from payt_mcp.books.invoice_question import Question
from payt_mcp.errors import BadValueError, InputError
from payt_mcp.receivables.phases import INVOICE_PHASES

_NO_PHASES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"paid"}),
    "overdue": frozenset({"paid", "not_due"}),
    "paid": frozenset(INVOICE_PHASES) - {"paid"},
}
"""By status, the phases that no invoice of it is in."""


def refuse_contradictions(question: Question) -> None:
    """Raises InputError where no invoice can be what is asked for, and says what can."""
    _refuse_payment_dates(question)
    _refuse_status(question)


def _refuse_payment_dates(question: Question) -> None:
    """Where a payment date is asked of invoices that can have none."""
    if question.paid and (question.partly_paid or question.is_about_open):
        raise InputError(
            "paid_from and paid_to are the dates invoices were paid off, and what is open or partly paid has none: "
            "leave out those, or partly_paid and status. Part payments of one debtor or invoice, by date: "
            "list_payments (tool set payments). Nothing was looked up."
        )
    if question.is_about_open and question.sort.endswith("payment_date"):
        raise BadValueError("sort", question.sort, "another one, as open invoices have no payment date, or status=paid")


def _refuse_status(question: Question) -> None:
    """Where no invoice of that status can be in any of these phases, or be paid in part."""
    named, status = frozenset(question.phases), question.status
    if question.partly_paid and status == "paid":
        raise InputError("partly_paid are invoices with something still open: leave status out. Nothing was looked up.")
    if named and named <= _NO_PHASES.get(status, frozenset()):
        why = f"no {status} invoice is in it; status=all looks among the others too"
        raise BadValueError("phase", ", ".join(question.phases), why)
