"""The flat rows of results: one function a record, the same names in every tool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from payt_mcp.receivables import aging, attention, phases, plans
from payt_mcp.receivables.entries import DebtorEntry, OpenItem
from payt_mcp.receivables.messages import is_automatic
from payt_mcp.receivables.open_items import OpenItems
from payt_mcp.words import text as present

if TYPE_CHECKING:
    from payt_mcp.payt.models import Contact, CreditCase, Message, PaymentPlan
    from payt_mcp.receivables.records import CaseEntry

INVOICE_COLUMNS = {
    "invoice_number": "invoice",
    "debtor_number": "debtor",
    "debtor": "name",
    "invoice_date": "date",
    "due_date": "due",
    "days_overdue": "days overdue",
    "open_amount": "open",
    "total_amount": "total",
    "currency": "currency",
    "phase": "phase",
    "attention": "attention",
    "payment_date": "paid on",
}


_CREDIT = phases.words(attention.CREDIT_OPEN)
STEPS_APART = "Reminders and summonses that Payt sends by itself may be missing among messages: get_invoice dates them."
"""Payt's contract does not say whether it lists those."""


def invoice_row(
    item: OpenItem, today: dt.date, books: OpenItems, reasons: Sequence[attention.Reason] | None = None
) -> dict[str, Any]:
    """An invoice, paid or not: amounts in its own currency, `days_overdue` only where it is overdue. `books` hold its
    debtor and what its attention depends on, where the `reasons` for it are not known yet.
    """
    debtor = books.debtors.get(item.debtor_id)
    return present.filled(
        {
            "invoice_number": present.code(item.number),
            "debtor_number": present.code(item.debtor_number or (debtor.number if debtor else "")),
            "debtor": present.outside(debtor.name, present.NAME_LENGTH) if debtor else "",
            "invoice_date": present.day(item.invoice_date),
            "due_date": present.day(item.due_date),
            "days_overdue": item.days_overdue(today) if item.is_overdue(today) else None,
            "open_amount": present.plain(item.open_amount),
            "total_amount": present.plain(item.total_amount),
            "currency": present.code(item.currency),
            "phase": item.phase(today),
            "attention": attention.flags_of(attention.of_invoice(books, item) if reasons is None else reasons),
            "payment_date": present.day(item.paid_on),
        }
    )


def invoice_row_within(item: OpenItem, today: dt.date, books: OpenItems) -> dict[str, Any]:
    """An invoice on a page about its debtor: without what every row would say, the debtor and its open credit."""
    row = invoice_row(item, today, books)
    row["attention"] = [flag for flag in row.get("attention", ()) if flag != "credit_open" or item.is_credit]
    return present.filled({name: value for name, value in row.items() if name not in {"debtor_number", "debtor"}})


def debtor_row(debtor: DebtorEntry, balance: aging.Balance, flags: Sequence[str]) -> dict[str, Any]:
    """A debtor of the books: `open` and `overdue` are invoices in the administration's currency, credits apart."""
    return present.filled(
        {
            "debtor_number": present.code(debtor.number),
            "name": present.outside(debtor.name, present.NAME_LENGTH),
            "open": present.plain(balance.open),
            "overdue": present.plain(balance.overdue),
            "oldest_days": balance.oldest_days or None,
            "phase": balance.phase,
            "attention": list(flags),
        }
    )


def worded(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its phase and attention as a person says them, for a table."""
    words = dict(row)
    if "phase" in row:
        words["phase"] = phases.words(row["phase"])
    if "attention" in row:
        words["attention"] = [phases.words(flag) for flag in row["attention"]]
    return words


def worded_invoice(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an invoice, which says whose the credit is that is open."""
    words = worded(row)
    if "credit_open" in row.get("attention", ()) and not row.get("open_amount", "-").startswith("-"):
        words["attention"] = [f"debtor's {flag}" if flag == _CREDIT else flag for flag in words["attention"]]
    return words


def contact_row(contact: Contact) -> dict[str, Any]:
    """A contact: its default address and the number to call."""
    name = " ".join(filter(None, (contact.prefix, contact.firstname, contact.infix, contact.lastname)))
    return present.filled(
        {
            "contact_identifier": present.code(contact.contact_identifier or contact.id),
            "name": present.outside(name, present.NAME_LENGTH),
            "email": present.outside(contact.default_email_address, present.LINE_LENGTH),
            "phone": present.code(contact.call_phone_number),
            "debtor_numbers": [present.code(number) for number in contact.debtor_numbers],
        }
    )


def message_row(
    message: Message,
    length: int,
    zone: dt.tzinfo,
    debtor: DebtorEntry | None = None,
    about: str | None = None,
    reply_to: str | None = None,
) -> dict[str, Any]:
    """A message: `direction` seen from us, its text as a quotation of at most `length` characters; with whom, where
    the page around it does not say, and `about` which invoice or case; `reply_to` is the id of the message
    it answers, where that is known. What a mail program wrote says so.
    """
    reader = message.read_by_user
    return present.filled(
        {
            "message_id": message.id,
            "sent_at": present.stamp(message.sent_at or message.received_at or message.updated_at, zone),
            "direction": {"creditor": "outgoing", "debtor": "incoming"}.get(message.sender_type or "", ""),
            "automatic_reply": is_automatic(message) or None,
            "debtor_number": present.code(debtor.number) if debtor else "",
            "debtor": present.outside(debtor.name, present.NAME_LENGTH) if debtor else "",
            "about": about,
            "subject": present.outside(message.subject, present.LINE_LENGTH),
            "reply_to": reply_to,
            "text": present.quoted(message.content, length),
            "read_at": present.stamp(message.read_at, zone),
            "read_by": present.outside(reader.name, present.NAME_LENGTH) if reader else "",
        }
    )


def message_lines(row: Mapping[str, Any]) -> list[str]:
    """A message row as lines of text."""
    read = f", read {row['read_at']}" if "read_at" in row else ""
    by = f" by {row['read_by']}" if "read_by" in row else ""
    who = " ".join(filter(None, (row.get("debtor"), f"({row['debtor_number']})" if "debtor_number" in row else "")))
    whom = f" {'to' if row.get('direction') == 'outgoing' else 'from'} {who}" if who else ""
    about = f", about {row['about']}" if "about" in row else ""
    automatic = ", automatic reply" if "automatic_reply" in row else ""
    when = f"- {row.get('sent_at', 'undated')} {row.get('direction', '')}{automatic}{whom}{about}"
    head = f"{when}{read}{by}: {row.get('subject', '(no subject)')}"
    reply = f", a reply to {row['reply_to']}" if "reply_to" in row else ""
    return [f"{head} [message_id {row['message_id']}{reply}]", *([row["text"]] if "text" in row else [])]


def case_row(case: CreditCase, zone: dt.tzinfo) -> dict[str, Any]:
    """A credit case: phase and amounts in its own currency."""
    return present.filled(
        {
            "case_number": present.code(case.case_number),
            "credit_case_number": present.code(case.credit_case_number),
            "phase": phases.case_phase(case),
            "open_amount": present.plain(case.open_amount),
            "total_amount": present.plain(case.total_amount),
            "interest": present.plain(case.interest_costs),
            "costs": present.plain(case.debt_collection_costs),
            "currency": present.code(case.currency_code),
            "started_at": present.stamp(case.started_at, zone),
            "paused_at": present.stamp(case.paused_at, zone),
        }
    )


def brief_case_row(case: CaseEntry) -> dict[str, Any]:
    """What a decision needs of a credit case: its number, phase and open amount, and whether it is paused."""
    return present.filled(
        {
            "credit_case_number": present.code(case.number),
            "phase": case.phase,
            "open_amount": present.plain(case.open_amount),
            "currency": present.code(case.currency),
            "paused": case.paused or None,
        }
    )


def plan_row(plan: PaymentPlan, zone: dt.tzinfo) -> dict[str, Any]:
    """A payment plan and its terms; one that nobody has decided on says so."""
    terms = [
        present.filled(
            {
                "due_date": present.day(term.due_date),
                "amount": present.plain(term.total_amount),
                "still_due": present.plain(term.amount_due),
                "paid_on": present.day(term.payment_date),
            }
        )
        for term in plan.payment_terms
    ]
    return present.filled({**_plan_itself(plan, zone), "terms": terms})


def _plan_itself(plan: PaymentPlan, zone: dt.tzinfo) -> dict[str, Any]:
    is_pending = plans.status(plan) == "pending"
    return {
        "payment_plan_id": plan.id,
        "active": plan.active,
        "status": "pending" if is_pending else None,
        "proposed_at": present.stamp(plan.proposed_at, zone) if is_pending else None,
        "approved_at": present.stamp(plan.approved_at, zone),
        "reason": present.outside(plan.reason, present.LINE_LENGTH),
    }


def brief_plan_row(plan: PaymentPlan, zone: dt.tzinfo, today: dt.date) -> dict[str, Any]:
    """What a decision needs of a payment plan: how many terms, what is still due, when and how much is next, and which
    were missed.
    """
    ahead = [term for term in plan.payment_terms if term.due_date and term.due_date >= today and plans.still_due(term)]
    following = min(ahead, key=lambda term: term.due_date or today, default=None)
    missed = plans.missed(plan, today)
    return present.filled(
        {
            **_plan_itself(plan, zone),
            "terms": len(plan.payment_terms) or None,
            "total_amount": present.plain(plans.total(plan)),
            "still_due": present.plain(plans.open_total(plan)),
            "next_due": present.day(following.due_date) if following else None,
            "next_amount": present.plain(plans.still_due(following)) if following else None,
            "missed": len(missed) or None,
            "missed_since": present.day(missed[0].due_date) if missed else None,
        }
    )


def brief_plan_line(row: Mapping[str, Any]) -> str:
    """The brief row of a plan: `Payment plan 23004 (active): 6 terms of 600.00 in all, 500.00 still due, next 100.00 on
    2026-12-02, 1 missed since 2026-11-02`.
    """
    terms = present.count(row["terms"], "term") if "terms" in row else "no terms"
    said = [f"{terms} of {row['total_amount']} in all, {row['still_due']} still due"]
    said += [f"next {row['next_amount']} on {row['next_due']}"] if "next_due" in row else []
    said += [f"{row['missed']} missed since {row['missed_since']}"] if "missed" in row else []
    return f"{_plan_head(row)}: {', '.join(said)}"


def plan_lines(row: Mapping[str, Any]) -> list[str]:
    """A plan row as lines of text: what it is, and its terms."""
    terms = present.table(row.get("terms", []), {n: n for n in ("due_date", "amount", "still_due", "paid_on")})
    return [f"{_plan_head(row)}:", *terms]


def _plan_head(row: Mapping[str, Any]) -> str:
    said = []
    if "status" in row:
        said.append(f"proposed {row.get('proposed_at', 'on an unknown day')}, and nobody has decided")
    elif "active" in row:
        said.append("active" if row["active"] else "not active")
    if "approved_at" in row:
        said.append(f"approved {row['approved_at']}")
    if "reason" in row:
        said.append(f"reason: {row['reason']}")
    about = f" ({', '.join(said)})" if said else ""
    return f"Payment plan {row['payment_plan_id']}{about}"
